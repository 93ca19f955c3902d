"""Requests that mean harm: each ends in time and with the right status, and nothing gets out.

On the plan graph with a million triples. A listener counts connections; the descriptors of query
processes are looked at all the while.
"""

from __future__ import annotations

import contextlib
import re
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench import material, peers
from tests.bench.bench_sparql import ask, connected
from tests.bench.hostile import requests
from tests.bench.processes import Processes

Row = dict[str, object]

#: The service's deadline in this run, and what may come on top of it.
DEADLINE = 5.0
SLACK = 0.3


def run() -> list[Row]:
    """Send each, and look who came by and what was opened."""
    with tempfile.TemporaryDirectory() as folder:
        return _hostile(material.write(Path(folder))[1])


def _hostile(data: Path) -> list[Row]:
    rows: list[Row] = []
    with (
        _listener() as (listener, connections),
        peers.service(
            data, query_seconds=f"{DEADLINE:g}", log="off", client_seconds="0"
        ) as running,
    ):
        address = running.address
        files = _Files(running.pid)
        for each in requests(listener):
            began = time.perf_counter()
            with files.watched():
                status, body = _sent(address, each.path, each.query, each.sent)
            seconds = time.perf_counter() - began
            right = status in each.statuses and each.expected in body.decode("utf-8", "replace")
            in_time = seconds <= DEADLINE + SLACK
            rows.append(
                {
                    "what": f"hostile: {each.name}",
                    "status": status,
                    "seconds": round(seconds, 2),
                    "bar": f"{DEADLINE + SLACK:g} s",
                    "met": "yes" if right and in_time else "no",
                }
            )
        status, _, _ = ask(address, "ASK {}")
        rows.append(
            {
                "what": "after all of them: answers, connections out, files open in workers",
                "status": status,
                "connections": len(connections),
                "files": len(files.seen),
                "looks": files.looks,
                "met": "yes" if status == 200 and not connections and not files.seen else "no",
            }
        )
    return rows


class _Files:
    """Looks at the descriptors of query processes while a query runs: none may be a file."""

    def __init__(self, service: int) -> None:
        self._service = service
        self.looks = 0
        self.seen: set[str] = set()

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        done = threading.Event()

        def look() -> None:
            while not done.wait(0.05):
                for pid in Processes.below(self._service).workers:
                    with contextlib.suppress(OSError):
                        if not _is_confined(pid):
                            continue
                        self.looks += 1
                        for held in Path(f"/proc/{pid}/fd").iterdir():
                            target = str(held.readlink())
                            if target.startswith("/") and target != "/dev/null":
                                self.seen.add(target)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _is_confined(pid: int) -> bool:
    """Whether it is behind its walls: before that it runs no query, and holds what it was given."""
    status = Path(f"/proc/{pid}/status").read_text()
    return re.search(r"^Seccomp:\s*2", status, re.MULTILINE) is not None


@contextlib.contextmanager
def _listener() -> Iterator[tuple[str, list[str]]]:
    """Someone who listens on a port, and the list of those who came."""
    connections: list[str] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def accept() -> None:
            while True:
                try:
                    connection, who = listening.accept()
                except OSError:
                    return
                connections.append(str(who))
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", connections
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _sent(address: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    with connected(address) as connection:
        if path:
            connection.request("GET", path)
        else:
            connection.request("POST", urlsplit(address).path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
