"""A service that is handed reports while its processes are killed; and what must be true then.

Must not know which database it is.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox

from kb.plan import graph
from kb.reports.drawing import Drawer
from kb.reports.following import Follower
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Head
from kb.reports.ledger.tokens import Tokens
from kb.reports.ledger.verifying import verify
from kb.settings import Settings
from tests.server.reporting import BODY, bearer, rows
from tests.server.service import Service

#: What may be killed: each by itself, or all of it with the process that started it.
VICTIMS = ("web", "engine", "keeper", "follower", "master")
_ALL = """CONSTRUCT { ?s ?p ?o } WHERE {
    GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), '/report/')) }"""


@dataclass(slots=True)
class Besieged:
    """A service under kills, and those who hand in.

    Args:
        cache: folder of the service.
        settings: of the service: data, ledger.
        place: of the ledger.
        chance: decides who is killed and when.
        senders: how many hand in at a time.
        services: how many of them share the ledger.
    """

    cache: Path
    settings: dict[str, str]
    place: str | Path
    chance: random.Random
    senders: int = 3
    services: int = 1
    receipts: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, bytes] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _running: list[Service] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _faults: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start the service and those who hand in."""
        ledger = Ledger.open(self.place)
        tokens = Tokens(ledger)
        body = tokens.create("reporter", "", "test", reporter=BODY)[1]
        auditor = tokens.create("auditor", "", "test")[1]
        ledger.close()
        for _ in range(self.services):
            self._running.append(Service(self.cache, **self.settings))
        for who in range(self.senders):
            seed = self.chance.randrange(2**31)
            thread = threading.Thread(target=self._send, args=(who, seed, body, auditor))
            self._threads.append(thread)
            thread.start()

    # -- who hands in ----------------------------------------------------------------------

    def _send(self, who: int, seed: int, body: str, auditor: str) -> None:
        chance = random.Random(seed)
        number = 0
        while not self._over.is_set():
            number += 1
            year = chance.randint(2021, 2025)
            figures = [("farmers-trained", year, str(chance.randint(1, 9999)), "annual")]
            data = rows(*figures, note=f"{who}-{number}")
            key = f"{seed}-{number}"
            made = self._insist(
                "/api/reports",
                bearer(body) | {"Idempotency-Key": key},
                files={"file": (f"{key}.csv", data)},
            )
            if made is None:
                return
            receipt = made["receipt"]
            self.sent[receipt["id"]] = data
            self.receipts.append(receipt)
            if chance.random() < 0.5:
                self._insist(
                    f"/api/reports/{receipt['id']}/decision",
                    bearer(auditor),
                    json={"verdict": "accepted"},
                )

    def _insist(self, path: str, headers: dict[str, str], **what: Any) -> dict[str, Any] | None:
        """Ask until it is acknowledged; None where the end came first."""
        while True:
            try:
                answer = httpx.post(
                    random.choice(self._running).address + path,
                    headers=headers, trust_env=False, timeout=60, **what,
                )  # fmt: skip
            except httpx.HTTPError as error:
                self.refused[type(error).__name__] += 1
            else:
                if answer.status_code in (200, 201):
                    found: dict[str, Any] = answer.json()
                    return found
                self.refused[str(answer.status_code)] += 1
                if answer.status_code != 503 or not answer.json().get("title"):
                    self._faults.append(f"{answer.status_code} {answer.text[:500]}")
                    return None
            if self._over.wait(0.01):
                return None

    # -- who kills ---------------------------------------------------------------------------

    def kill_one(self, within: float, victim: str | None = None) -> None:
        """Let them work for up to so many seconds, then kill a process of the service."""
        time.sleep(self.chance.uniform(0, within))
        chosen = victim or self.chance.choice(VICTIMS)
        place = self.chance.randrange(len(self._running))
        service = self._running[place]
        if chosen == "master":
            service.process.kill()
            service.process.wait()
            service.__exit__(None, None, None)
            self._running[place] = Service(self.cache, **self.settings)
        else:
            pids = _pids(service, chosen)
            if not pids:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(pids), signal.SIGKILL)
        self.killed[chosen] += 1

    # -- what is true then -------------------------------------------------------------------

    def wait_for_receipts(self, number: int) -> None:
        """Let them work until there are so many more receipts."""
        wanted = len(self.receipts) + number
        while len(self.receipts) < wanted and not self._faults:
            time.sleep(0.05)

    def wait_for_refusals(self, number: int) -> None:
        """Let them work until they were told so many more times to come again."""
        wanted = self.refused["503"] + number
        while self.refused["503"] < wanted and not self._faults:
            time.sleep(0.05)

    def check(self) -> int:
        """Nothing lost, nothing twice, nothing half, the same graph; how many were kept."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert self._faults == []
        try:
            return self._checked()
        finally:
            self.stop()

    def stop(self) -> None:
        """End the service."""
        self._over.set()
        for service in self._running:
            service.__exit__(None, None, None)

    def _checked(self) -> int:
        ledger = Ledger.open(self.place)
        heads = [Head(one["entry"], one["entry_hash"]) for one in self.receipts]
        assert verify(ledger, heads) == ()
        kept = {one.id: one for one in ledger.list(limit=10**6).items}
        ids = [one["id"] for one in self.receipts]
        assert len(set(ids)) == len(ids)
        for number in ids:
            assert ledger.file(number).data == self.sent[number]
        # One whose sender was not told may be there: whole, with its audit.
        assert len(ids) <= len(kept) <= len(ids) + self.senders
        assert all(one.audit is not None and one.reports for one in kept.values())
        chosen = replace(Settings(), cache=self.cache)
        follower = Follower(ledger, Drawer(graph.build(chosen)), chosen)
        rebuilt = follower.rebuild()
        assert rebuilt.same
        assert not rebuilt.unread
        wanted = _triples(b"".join(follower.nquads(ledger.in_force())), ox.RdfFormat.N_QUADS)
        until = time.monotonic() + 60
        for service in self._running:
            while (served := _served(service)) != wanted:
                assert time.monotonic() < until, f"{len(served)} triples instead of {len(wanted)}"
                time.sleep(0.2)
        ledger.close()
        return len(kept)


def _pids(service: Service, victim: str) -> list[int]:
    engines = service.engines()
    if victim == "web":
        return service.children()
    if victim == "engine":
        return engines
    if victim == "keeper":
        return [child for engine in engines for child in _children(engine)]
    return [
        child
        for child in _children(service.process.pid)
        if _read(child, "comm").strip() == "plankb-revision"
    ]


def _served(service: Service) -> set[str]:
    with contextlib.suppress(httpx.HTTPError):
        answer = httpx.get(
            f"{service.address}/sparql",
            params={"query": _ALL},
            headers={"Accept": "application/n-triples"},
            trust_env=False,
            timeout=60,
        )
        if answer.status_code == 200:
            return _triples(answer.content, ox.RdfFormat.N_TRIPLES)
    return set()


def _triples(data: bytes, format: ox.RdfFormat) -> set[str]:
    store = ox.Store()  # which writes a number as the one that is served does
    store.extend(ox.Quad(*one.triple) for one in ox.parse(data, format=format))
    return {str(quad.triple) for quad in store}


def _children(pid: int) -> list[int]:
    return [int(one) for one in _read(pid, f"task/{pid}/children").split()]


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
