"""``plankb serve`` as a process of its own: started, looked into, stopped.

Must not know what is asked of it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

ROOT = Path(__file__).resolve().parents[2]


class Service:
    """A running service. Its settings are those given, and no others.

    Args:
        cache: folder for the cached graph.
        settings: by name without ``PLANKB_``, as text.
    """

    def __init__(self, cache: Path, **settings: str) -> None:
        others = {k: v for k, v in os.environ.items() if not k.startswith("PLANKB_")}
        own = {f"PLANKB_{name.upper()}": value for name, value in settings.items()}
        # A file and no pipe: nobody reads along, and a full pipe would stop the service.
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed at its end
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from kb.cli import main; main()", "serve", "--port", "0"],
            env={
                "PLANKB_LANG": "en",
                "PLANKB_MISSES": "off",  # not into the folder of whoever runs the tests
                "PLANKB_DATA": str(cache / "data"),
                "PLANKB_CACHE": str(cache),
                **others,
                **own,
                "PYTHONPATH": str(ROOT),
                "NOTIFY_SOCKET": "",
            },
            stderr=self._said,
        )
        self.address = self._wait_until_ready()

    def _wait_until_ready(self) -> str:
        # It says so once, after a second or two.
        while True:
            found = re.search(r"plankb serves on (http://\S+)", self.said())
            if found:
                return found.group(1)
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(self.said())

    def said(self) -> str:
        """All that it wrote to standard error until now."""
        descriptor = self._said.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()

    def log(self) -> list[dict[str, Any]]:
        """Its log lines until now."""
        return [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]

    def children(self) -> list[int]:
        """The web processes: what was forked from it, runs the same program and has its name."""
        own = Path(f"/proc/{self.process.pid}")
        program = (own / "cmdline").read_bytes()
        name = (own / "comm").read_bytes()
        found = (own / f"task/{self.process.pid}/children").read_text().split()
        return [
            int(pid)
            for pid in found
            if Path(f"/proc/{pid}").exists()
            and Path(f"/proc/{pid}/cmdline").read_bytes() == program
            and Path(f"/proc/{pid}/comm").read_bytes() == name
        ]

    def engines(self) -> list[int]:
        """The engine; for a while two, where a new revision comes."""
        own = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [
            int(pid)
            for pid in own.read_text().split()
            if b"kb.store.engine" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def stop(self) -> int:
        """Tell it to stop, and wait for its end; its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
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
        try:
            self.stop()
        finally:
            self._said.close()
