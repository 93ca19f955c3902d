"""A PostgreSQL server of the tests' own.

Must not know what is kept in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from pathlib import Path


def _programs() -> Path:
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


class Cluster:
    """A PostgreSQL server of our own, on a socket in a folder that goes with it.

    It does not run as root, so where the tests do, it runs as the user that its package made.
    """

    def __init__(self, folder: Path) -> None:
        self._programs = _programs()
        self.folder = folder
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(folder / "data"), "-U", "plankb", "-A", "trust", "-N")
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c max_connections=80"
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, "start"
        )

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://plankb@/{database}?host={self.folder}"

    def create(self) -> str:
        """A new database; its address."""
        name = "t" + uuid.uuid4().hex
        self._run("createdb", "-h", str(self.folder), "-U", "plankb", name)
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self._programs / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
