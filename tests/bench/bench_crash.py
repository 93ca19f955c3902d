"""The ledger under kill -9, beside plain files: what is lost or half kept, and what each costs.

200 kills of submitting processes at moments of chance, on SQLite and, where it is there, on
PostgreSQL, which is also made to crash underneath; and as many of processes of two services on one
ledger, which are handed reports over HTTP. A disk that is full. 50 submitters at once. The peer is
what a form on a web page commonly does: a file in a folder, forced to disk, and nothing else.
``PLANKB_CRASH_KILLS`` sets the number of kills, ``PLANKB_CRASH_SEED`` the seed.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from kb.errors import Overloaded
from kb.plan import graph
from kb.reports.ledger import copying
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Audited, Key
from kb.reports.ledger.tokens import Tokens
from kb.reports.ledger.verifying import verify
from kb.reports.sheet import Upload
from kb.settings import Settings
from tests.reports.cluster import Cluster
from tests.reports.corpus import Corpus
from tests.reports.crashing import Crashes
from tests.server.killing import Besieged
from tests.server.reporting import hand_in
from tests.server.service import Service

_AUDIT = Audited("rules", "plan", {"conforms": True, "findings": ["x" * 200] * 100})
_SIZE = 20_000
_SUBMITTERS, _EACH = 50, 10


def run() -> list[dict[str, Any]]:
    """Rows: what was measured, on which database."""
    kills = int(os.environ.get("PLANKB_CRASH_KILLS", "200"))
    seed = int(os.environ.get("PLANKB_CRASH_SEED", random.randrange(2**31)))
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="crash-", dir="/tmp") as name:
        folder = Path(name)
        rows.append(_many("files in a folder", _writer(folder)))
        for database, place, cluster in _places(folder):
            rows.append(_killed(database, place, kills, seed, cluster))
            rows.append(_many(database, _submitter(place)))
            rows += _whole(database, place, folder)
            served = str(folder / "served.sqlite") if cluster is None else cluster.create()
            rows.append(_over_http(database, served, folder))
            # One of its own: it is counted to the last submission.
            besieged = str(folder / "besieged.sqlite") if cluster is None else cluster.create()
            rows.append(_besieged(database, besieged, folder, kills, seed, cluster))
        rows.append(_full_disk(folder))
    return rows


def _besieged(
    database: str, place: str, folder: Path, kills: int, seed: int, cluster: Cluster | None
) -> dict[str, Any]:
    """Two services on one ledger, whose processes are killed while reports come in over HTTP."""
    settings = {"data": str(folder / f"data-{database}"), "ledger": place}
    siege = Besieged(folder / "cache", settings, place, random.Random(seed), services=2)
    siege.start()
    for number in range(kills):
        siege.wait_for_receipts(1)
        siege.kill_one(within=0.3)
        if cluster is not None and number % 20 == 10:
            cluster.stop("immediate" if number % 40 == 10 else "fast")
            siege.wait_for_refusals(2)
            cluster.start()
    siege.wait_for_receipts(5)
    kept = siege.check()  # raises where anything is lost, half there or not served
    return {
        "what": "processes of two services killed",
        "database": database,
        "seed": seed,
        "kills": sum(siege.killed.values()),
        "acknowledged": len(siege.receipts),
        "kept": kept,
        "lost": 0,
        "refused with 503": siege.refused["503"],
        "cut off": sum(siege.refused.values()) - siege.refused["503"],
    }


def _full_disk(folder: Path) -> dict[str, Any]:
    """A file system that is full takes nothing in by halves, and goes on when there is room."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "plankb", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        return {"what": "full disk", "failed": "no file system can be mounted here"}
    try:
        ledger = Ledger.open(disk / "ledger.sqlite")
        submit = _submitter(str(disk / "ledger.sqlite"))
        taken = refused = 0
        for room in ("", "size=64m"):
            if room:
                again = ["mount", "-o", f"remount,{room}", str(disk)]
                subprocess.run(again, check=True)
            for number in range(100):
                try:
                    submit(taken, number)
                    taken += 1
                except Overloaded as error:
                    refused += error.code == "ledger-full"
        assert refused >= 50
        assert verify(ledger) == ()
        kept = ledger.list(limit=1).total
        assert kept == taken >= 100
        ledger.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
    return {"what": "full disk", "acknowledged": taken, "kept": kept, "refused with 503": refused}


def _places(folder: Path) -> Iterator[tuple[str, str, Cluster | None]]:
    yield "SQLite", str(folder / "ledger.sqlite"), None
    home = folder / "postgres"
    home.mkdir()
    folder.chmod(0o755)
    try:
        cluster = Cluster(home)
    except (OSError, ValueError):
        print("no PostgreSQL server here: not measured")
        return
    try:
        yield "PostgreSQL", cluster.create(), cluster
    finally:
        cluster.stop("immediate")


def _killed(
    database: str, place: str, kills: int, seed: int, cluster: Cluster | None
) -> dict[str, Any]:
    Ledger.open(place).close()
    crashes = Crashes(place, random.Random(seed), at_once=3)
    for number in range(kills):
        crashes.kill_one(within=0.2)
        if cluster is not None and number % 50 == 25:
            cluster.stop("immediate")
            cluster.start()
    crashes.end()
    kept = crashes.check()  # raises where anything is lost or half there
    return {
        "what": "submitters killed",
        "database": database,
        "seed": seed,
        "kills": kills,
        "acknowledged": len(crashes.receipts),
        "kept": kept,
        "lost": 0,
    }


def _submitter(place: str) -> Callable[[int, int], None]:
    ledger = Ledger.open(place, patience=60)

    def submit(who: int, number: int) -> None:
        by = Actor(str(who), "reporter", f"body{who}")
        upload = Upload("a.csv", os.urandom(_SIZE))
        key = Key(by.reporter, "rural", 2021 + number % 5)
        ledger.submit(upload, by, [key], audit=_AUDIT)

    return submit


def _writer(folder: Path) -> Callable[[int, int], None]:
    def write(who: int, number: int) -> None:
        with (folder / f"{who}-{number}.csv").open("wb") as file:
            file.write(os.urandom(_SIZE))
            file.flush()
            os.fsync(file.fileno())

    return write


def _over_http(database: str, place: str, folder: Path) -> dict[str, Any]:
    """The same over HTTP: a form's rows, read, audited beside those before, and acknowledged."""
    settings = {"data": str(folder / f"data-http-{database}"), "ledger": place}
    ledger = Ledger.open(place)
    before = ledger.list(limit=1).total
    token = Tokens(ledger).create("auditor", "", "bench")[1]
    plan = graph.build(Settings())
    forms = [file.upload() for file in Corpus(plan, 1).every()]
    refused: list[int] = []
    with Service(folder / "cache", **settings) as service:
        hand_in(httpx.Client(base_url=service.address), token, forms[0].data + b"\n")

        def submit(who: int, number: int) -> None:
            form = forms[(who * _EACH + number) % len(forms)]
            data = form.data + b"\n" * (who * _EACH + number + 2)
            with httpx.Client(base_url=service.address, trust_env=False, timeout=120) as web:
                while (answer := hand_in(web, token, data, form.name)).status_code == 503:
                    refused.append(who)  # and asked again, as a program would
            assert answer.status_code == 201, answer.text

        row = _many(database, submit)
    assert ledger.list(limit=1).total == before + 1 + row["submissions"]
    assert verify(ledger) == ()
    ledger.close()
    return {
        **row,
        "what": "50 submitters at once over HTTP",
        "lost": 0,
        "refused with 503": len(refused),
    }


def _many(database: str, submit: Callable[[int, int], None]) -> dict[str, Any]:
    """Fifty threads at once, each waiting for its receipt before the next file."""
    took: list[float] = []
    start = threading.Barrier(_SUBMITTERS + 1)

    def work(who: int) -> None:
        start.wait()
        for number in range(_EACH):
            began = time.perf_counter()
            submit(who, number)
            took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(_SUBMITTERS)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    return {
        "what": "50 submitters at once",
        "database": database,
        "submissions": len(took),
        "per_second": round(len(took) / elapsed, 1),
        "p50_ms": round(statistics.median(took) * 1000, 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1] * 1000, 1),
    }


def _whole(database: str, place: str, folder: Path) -> list[dict[str, Any]]:
    ledger = Ledger.open(place)
    rows: list[dict[str, Any]] = []
    works: dict[str, Callable[[], object]] = {
        "verify": lambda: verify(ledger),
        "backup": lambda: copying.backup(ledger, folder / f"{database}.backup"),
        "first page of the list": ledger.list,
        "what is in force": ledger.in_force,
    }
    total = ledger.list(limit=1).total
    for what, work in works.items():
        began = time.perf_counter()
        work()
        took = round(time.perf_counter() - began, 3)
        rows.append({"what": what, "database": database, "submissions": total, "seconds": took})
    ledger.close()
    return rows
