"""From an auditor's decision to the figure in /sparql, with few and with many figures stored.

A report is handed in and accepted over HTTP, and asked for until it is there; then a revision of
it, then it is withdrawn. Meanwhile another client asks all the time, and counts what was not
answered. The peer is what came before: loading everything anew, as when the service starts.
PLANKB_VISIBLE_SIZES are the observations that are stored (10 100000 1000000).
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from kb.plan import graph
from kb.reports.drawing import Drawer
from kb.reports.following import Follower
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Key, Submission
from kb.reports.sheet import Upload
from kb.settings import Settings
from tests.server.reporting import BODY, bearer, hand_in, holders, rows
from tests.server.service import Service

SIZES = [
    int(one) for one in (os.environ.get("PLANKB_VISIBLE_SIZES") or "10 100000 1000000").split()
]
#: Rows of a report that is stored.
_STORED = 350
_ROUNDS = 5
_YEARS = (2021, 2022, 2023, 2024)
_CLERK = Actor("bench", "admin")
_ASK = """PREFIX : <https://w3id.org/plankb/ns#> SELECT ?v WHERE {
    GRAPH <https://w3id.org/plankb/graph/report/%s/rural/2024> { ?o :row 5 ; :value ?v } }"""


def run() -> list[dict[str, Any]]:
    """Rows: for each size, how long it took to start, and until a decision was seen."""
    return [_measured(size) for size in SIZES]


class _Stored(Drawer):
    """Draws one file, and makes each other out of that: files are read in another benchmark."""

    _one: bytes = b""

    def draw(
        self, submission: Submission, upload: Upload, audit: Mapping[str, Any] | None = None
    ) -> Mapping[Key, bytes]:
        if not self._one:
            (self._one,) = super().draw(submission, upload).values()
            self._sha = upload.sha256[:16].encode()
        key = submission.keys[0]
        made = self._one.replace(self._sha, submission.sha256[:16].encode())
        made = made.replace(f"/{BODY}/rural/".encode(), f"/{key.reporter}/rural/".encode())
        return {key: made.replace(b"/rural/2023>", f"/rural/{key.year}>".encode())}


def _report(size: int, note: str, year: int = 2023) -> bytes:
    figures = [("farmers-trained", year, str(number), "cumulative") for number in range(size)]
    return rows(*figures, note=note)


def _measured(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="visible-") as name:
        data, cache = Path(name) / "data", Path(name) / "cache"
        tokens = holders(data)
        chosen = replace(Settings(), cache=cache, data=data)
        _fill(Ledger.open(data / "ledger.sqlite"), size, chosen)
        began = time.perf_counter()
        with Service(cache, data=str(data)) as service:
            started = time.perf_counter() - began
            asked = _Asking(service)
            with httpx.Client(base_url=service.address, trust_env=False, timeout=60) as web:
                took = [_round(web, tokens.reporter, tokens.auditor, n) for n in range(_ROUNDS)]
                pids = service.engines()
            asked.end()
            memory = sum(_peak(pid) for pid in _below(pids[0])) if len(pids) == 1 else 0
    accepted, revised, withdrawn = (sorted(some) for some in zip(*took, strict=True))
    every = [*accepted, *revised, *withdrawn]
    return {
        "what": "decision until it is in /sparql",
        "stored": size,
        "accepted s": round(statistics.median(accepted), 3),
        "revised s": round(statistics.median(revised), 3),
        "withdrawn s": round(statistics.median(withdrawn), 3),
        "worst s": round(max(every), 3),
        "asked meanwhile": asked.count,
        "not answered": asked.failed,
        "slowest answer s": round(asked.slowest, 3),
        "peer: all loaded s": round(started, 1),
        "GiB": round(memory / 2**20, 2),
        "met": "yes" if max(every) <= 1 and not asked.failed else "no",
    }


def _fill(ledger: Ledger, size: int, chosen: Settings) -> None:
    for number in range(size // _STORED):
        key = Key(f"body-{number // len(_YEARS)}", "rural", _YEARS[number % len(_YEARS)])
        upload = Upload("stored.csv", _report(_STORED, f"n{number}"))
        receipt = ledger.submit(upload, _CLERK, [key])
        ledger.decide(receipt.id, "accepted", _CLERK)
    follower = Follower(ledger, _Stored(graph.build(chosen)), chosen)
    for _ in follower.nquads(ledger.in_force()):
        pass
    ledger.close()


def _round(web: httpx.Client, reporter: str, auditor: str, number: int) -> list[float]:
    """Seconds until an accepted report, its revision and its withdrawal were seen."""
    took = []
    submissions = []
    for value in (number * 2 + 100_000, number * 2 + 100_001):
        figures = [("farmers-trained", year, str(value + year), "cumulative") for year in _YEARS]
        submissions.append(hand_in(web, reporter, rows(*figures)).json()["receipt"]["id"])
        took.append(_until(web, auditor, submissions[-1], "accepted", [_last(value)]))
    for one in reversed(submissions):
        before = [] if one == submissions[0] else [_last(number * 2 + 100_000)]
        last = _until(web, auditor, one, "withdrawn", before)
    return [*took, last]


def _last(value: int) -> str:
    return str(value + _YEARS[-1])


def _until(web: httpx.Client, auditor: str, number: str, verdict: str, seen: list[str]) -> float:
    began = time.perf_counter()
    answer = web.post(
        f"/api/reports/{number}/decision", json={"verdict": verdict}, headers=bearer(auditor)
    )
    assert answer.status_code == 200, answer.text
    while True:
        found = web.get(
            "/sparql", params={"query": _ASK % BODY}, headers={"Accept": "text/csv"}
        ).text.split()[1:]
        if found == seen:
            return time.perf_counter() - began
        time.sleep(0.01)


class _Asking:
    """A client that asks all the time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._over = threading.Event()
        self.count = self.failed = 0
        self.slowest = 0.0
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        with httpx.Client(base_url=self._service.address, trust_env=False, timeout=60) as web:
            while not self._over.wait(0.05):
                began = time.perf_counter()
                text = f"SELECT ?t WHERE {{ ?t a :TalentTeam }} # {self.count}"
                answer = web.get("/sparql", params={"query": text})
                self.slowest = max(self.slowest, time.perf_counter() - began)
                self.count += 1
                self.failed += answer.status_code != 200 or answer.text.count('"value"') != 10

    def end(self) -> None:
        self._over.set()
        self._thread.join()


def _below(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _below(int(child)))]


def _peak(pid: int) -> int:
    """Its own memory, and of what it shares with others its part, in KiB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):  # a worker that has just ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
