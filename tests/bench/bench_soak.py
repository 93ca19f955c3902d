"""Mixed load while query processes, web processes and revisions go under it: nobody may notice.

PLANKB_SOAK_SECONDS is how long (600). No answer may be wrong and no client may hang; a
connection may break only when its web process was killed; memory must come back to where it was.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.bench import material, peers
from tests.bench.bench_sparql import plan_queries
from tests.bench.processes import Processes

Row = dict[str, object]

SECONDS = float(os.environ.get("PLANKB_SOAK_SECONDS") or 600)
CLIENTS = 8
DEADLINE = 2.0
#: Longer than any request may take: deadline, a place in the queue, a killed worker, and once more.
_HUNG = 30.0
#: A web process that was killed is noticed by its clients within this.
_NOTICED = 5.0
_HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f) }"
_JSON = {"Accept": "application/sparql-results+json"}


def run() -> list[Row]:
    """Soak it, and say what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "plan.nq"
        data.write_bytes(material.plan())
        with peers.service(data, query_seconds=f"{DEADLINE:g}", client_seconds="0") as running:
            return [_Soak(running).run()]


class _Soak:
    def __init__(self, running: peers.Running) -> None:
        self._running = running
        parts = urlsplit(running.address)
        assert parts.hostname
        assert parts.port
        self._place = (parts.hostname, parts.port)
        self._queries = plan_queries()
        self._right = {query: _table(self._get(query)[1]) for query in self._queries[:100]}
        self._seen: Counter[str] = Counter()
        self._wrong: list[str] = []
        self._killed_web = 0.0
        self._done = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> Row:
        clients = [
            threading.Thread(target=self._client, args=(number,)) for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(min(20.0, SECONDS / 5))  # until all is warm
        before = Processes.below(self._running.pid).memory()
        killer = threading.Thread(target=self._kill)
        killer.start()
        time.sleep(SECONDS)
        self._done.set()
        hung = 0
        for thread in (killer, *clients):
            thread.join(2 * _HUNG)
            hung += thread.is_alive()
        time.sleep(3)
        after = Processes.below(self._running.pid).memory()
        status, _ = self._get("ASK {}")
        faults = sum(count for what, count in self._seen.items() if what.startswith("fault"))
        good = not (self._wrong or hung or faults) and status == 200 and after <= 1.2 * before
        for each in self._wrong[:10]:
            print("wrong:", each[:500])
        return {
            "what": f"{SECONDS:.0f} s of mixed load",
            **dict(sorted(self._seen.items())),
            "wrong": len(self._wrong),
            "hung": hung,
            "MiB before": round(before),
            "MiB after": round(after),
            "met": "yes" if good else "no",
        }

    # -- those who ask ------------------------------------------------------------------

    def _client(self, number: int) -> None:
        chance = random.Random(number)
        kinds: list[tuple[int, Callable[[random.Random], None]]] = [
            (60, self._distinct),
            (20, self._repeated),
            (8, self._question),
            (4, self._heavy),
            (4, self._broken),
            (4, self._gone),
        ]
        weights, actions = zip(*kinds, strict=True)
        while not self._done.is_set():
            (action,) = chance.choices(actions, weights)
            began = time.monotonic()
            try:
                action(chance)
            except TimeoutError:
                self._wrong.append(f"{action.__name__} hung")
            except (OSError, http.client.HTTPException) as error:
                # Its web process was killed under it, a moment ago or while it asked.
                if time.monotonic() - self._killed_web < _NOTICED + time.monotonic() - began:
                    self._count("connection broken")
                else:
                    self._wrong.append(f"{action.__name__}: {error!r}")

    def _distinct(self, chance: random.Random) -> None:
        query = chance.choice(self._queries[:100])
        self._judge(query, *self._get(f"{query} # {chance.random()}"))

    def _repeated(self, chance: random.Random) -> None:
        query = self._queries[chance.randrange(5)]
        self._judge(query, *self._get(query))

    def _judge(self, query: str, status: int, body: bytes) -> None:
        if status == 200:
            if _table(body) == self._right[query]:
                self._count("right")
            else:
                self._wrong.append(f"{query}: {body[:300]!r}")
        else:
            self._refused(status, body)

    def _question(self, chance: random.Random) -> None:
        question = chance.choice(["农村实用人才有哪些举措", "which measures support rural talent"])
        status, body = self._send("GET", f"/api/ask?q={quote(question)}")
        if status == 200:
            answer = json.loads(body)
            if answer["status"] == "answered" and answer["rows"]:
                self._count("answered")
            else:
                self._wrong.append(f"{question}: {body[:300]!r}")
        else:
            self._refused(status, body)

    def _heavy(self, chance: random.Random) -> None:
        status, body = self._get(f"{_HEAVY} # {chance.random()}")
        if status == 504:
            self._count("stopped at the deadline")
        else:
            self._refused(status, body)

    def _broken(self, chance: random.Random) -> None:
        status, body = self._get(f"SELECT * {{ ?s ?p # {chance.random()}")
        if status == 400:
            self._count("said to be wrong")
        elif status == 200:
            self._wrong.append(f"a broken query: {status}")
        else:
            self._refused(status, body)

    def _gone(self, chance: random.Random) -> None:
        """Asks and does not wait."""
        with socket.create_connection(self._place, timeout=_HUNG) as connection:
            path = "/sparql?query=" + quote(f"{_HEAVY} # {chance.random()}")
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(chance.random() / 10)
        self._count("went away")

    def _refused(self, status: int, body: bytes) -> None:
        """No place, or the worker was killed a second time: to be said, and no fault."""
        if status in (503, 429):
            self._count("refused, busy")
        elif status in (422, 504):
            self._count("ended for another reason")
        else:
            self._count(f"fault {status}")
            self._wrong.append(f"{status}: {body[:300]!r}")

    def _count(self, what: str) -> None:
        with self._lock:
            self._seen[what] += 1

    # -- requests -----------------------------------------------------------------------

    def _get(self, query: str) -> tuple[int, bytes]:
        return self._send("GET", "/sparql?query=" + quote(query))

    def _send(self, method: str, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*self._place, timeout=_HUNG)
        try:
            connection.request(method, path, headers=_JSON)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    # -- he who kills -------------------------------------------------------------------

    def _kill(self) -> None:
        chance = random.Random(99)
        while not self._done.wait(chance.uniform(0.3, 2.0)):
            now = Processes.below(self._running.pid)
            what = chance.choices(["query process", "web process", "reload"], [75, 15, 10])[0]
            with contextlib.suppress(ProcessLookupError):
                if what == "reload":
                    os.kill(self._running.pid, signal.SIGHUP)
                elif what == "web process" and now.web:
                    self._killed_web = time.monotonic()
                    os.kill(chance.choice(now.web), signal.SIGKILL)
                elif now.workers:
                    os.kill(chance.choice(now.workers), signal.SIGKILL)
                self._count(f"{what}: {'asked for' if what == 'reload' else 'killed'}")


def _table(body: bytes) -> list[str]:
    rows = json.loads(body)["results"]["bindings"]
    return sorted(json.dumps(row, sort_keys=True) for row in rows)
