"""A SPARQL server of another make: ``oxigraph serve`` in memory, on a port of its own.

Must not know what is tested with it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3

from kb.settings import Settings
from kb.store.remote import RemoteStore


class Oxigraph:
    """A running server; it has nothing at its start, and keeps nothing."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it, also again, and wait until it takes connections."""
        program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
        self.process = subprocess.Popen(
            [program, "serve", "--bind", f"127.0.0.1:{self._port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
                return
            except ConnectionRefusedError:
                continue
        raise AssertionError("the server ended")

    def store(
        self,
        prefixes: Mapping[str, str] | None = None,
        *,
        write: bool = True,
        fresh: float = 0.05,
        **settings: float,
    ) -> RemoteStore:
        """A store behind it; ours, or only read."""
        values = Settings(**{"query_seconds": 10.0, **settings})  # type: ignore[arg-type]
        address = self.url + "/store" if write else ""
        return RemoteStore(self.url + "/query", address, values, prefixes=prefixes, fresh=fresh)

    def put(self, graph: str, triples: bytes) -> None:
        """Put N-Triples into a graph, as somebody else would."""
        reply = urllib3.request(
            "PUT",
            f"{self.url}/store?graph={graph}",
            body=triples,
            headers={"Content-Type": "application/n-triples"},
        )
        assert reply.status in (201, 204)

    def kill(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
