"""The engine's folder: its socket, the data it serves, and which file of them that is.

It outlives an engine that was killed, so that the next one goes on with the same revision.
Must not know what is in the data.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

#: The longest path that fits the address of a Unix socket on every system is 103 bytes.
_LONGEST_PATH = 100


def make() -> Path:
    """A new folder that nobody else may enter."""
    folder = Path(tempfile.mkdtemp(prefix="plankb-"))  # mode 0700
    if len(os.fsencode(socket_in(folder).with_suffix(".new"))) > _LONGEST_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="plankb-", dir="/tmp"))
    return folder


def socket_in(folder: Path) -> Path:
    """The path of the engine's socket."""
    return folder / "engine"


def write_current(file: Path, revision: str) -> None:
    """Say which file of its folder is the revision to load, in one step."""
    fresh = file.parent / "current.new"
    fresh.write_text(json.dumps({"file": file.name, "revision": revision}))
    fresh.replace(file.parent / "current")


def read_current(folder: Path) -> tuple[Path, str]:
    """The file to load and the name of its revision."""
    current = json.loads((folder / "current").read_text())
    return folder / current["file"], current["revision"]
