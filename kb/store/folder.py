"""The engine's folder: its sockets, the data it serves, and which files of it are behind each.

It outlives an engine that was killed, so that the next one goes on with the same revision.
Must not know what is in the data.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

#: The name of the socket of the revision that an engine begins with.
FIRST = "engine"
#: The longest path that fits the address of a Unix socket on every system is 103 bytes.
_LONGEST_PATH = 100


def make() -> Path:
    """A new folder that nobody else may enter."""
    folder = Path(tempfile.mkdtemp(prefix="plankb-"))  # mode 0700
    if len(os.fsencode(socket_in(folder, f"{FIRST}-1000000.new"))) > _LONGEST_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="plankb-", dir="/tmp"))
    return folder


def socket_in(folder: Path, name: str = FIRST) -> Path:
    """The path of the socket of a revision."""
    return folder / name


def listen(path: Path) -> socket.socket:
    """A listener in place of any that was there, without a moment when there is none."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    os.umask(0o077)
    listener.bind(str(fresh))
    listener.listen(512)
    fresh.replace(path)
    return listener


@dataclass(frozen=True, slots=True)
class Current:
    """What the revision behind a socket is made of.

    Args:
        file: of N-Quads.
        revision: its name.
        patches: files of what came on top, in order.
    """

    file: Path
    revision: str
    patches: tuple[Path, ...] = ()

    def write(self, name: str = FIRST) -> None:
        """Say so in the folder, in one step."""
        fresh = self.file.parent / f"{name}.current.new"
        patches = [patch.name for patch in self.patches]
        told = {"file": self.file.name, "revision": self.revision, "patches": patches}
        fresh.write_text(json.dumps(told))
        fresh.replace(_current(self.file.parent, name))

    @classmethod
    def read(cls, folder: Path, name: str = FIRST) -> Self:
        """What :meth:`write` said."""
        told = json.loads(_current(folder, name).read_text())
        patches = tuple(folder / each for each in told["patches"])
        return cls(folder / told["file"], told["revision"], patches)


def forget(folder: Path, name: str) -> None:
    """The revision behind a socket is gone for good, and with it what no other is made of."""
    if not _current(folder, name).exists():
        return
    own = Current.read(folder, name)
    _current(folder, name).unlink(missing_ok=True)
    remove(folder, (own.file, *own.patches))


def remove(folder: Path, files: Iterable[Path]) -> None:
    """Remove files, but those that a revision is made of."""
    needed: set[Path] = set()
    for place in folder.glob("*.current"):
        other = Current.read(folder, place.stem)
        needed |= {other.file, *other.patches}
    for file in set(files) - needed:
        file.unlink(missing_ok=True)


def _current(folder: Path, name: str) -> Path:
    return folder / f"{name}.current"
