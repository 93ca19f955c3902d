"""A copy of the knowledge and the code that a test may spoil, with the command to run in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class Copy:
    """A copy of the knowledge and the code, which a test may spoil."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = folder / "ontology" / "plans" / "jiangjin-6-4"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file below the copy; it must be there."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def plankb(
        self, *arguments: str, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command in a process of its own, as a user would."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(self.folder),
            "PLANKB_CACHE": str(self.folder / "cache"),
            "PLANKB_LANG": "en",
            **(env or {}),
        }
        return subprocess.run(
            [sys.executable, "-c", "from kb.cli import main; main()", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
