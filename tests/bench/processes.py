"""The processes of a running service, by what they do: found below its parent, on Linux.

Must not know why anyone looks.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

#: What the service calls processes that make or find revisions.
REVISIONS = "plankb-revision"


@dataclass(frozen=True, slots=True)
class Processes:
    """Process ids.

    Args:
        parent: what the operator started.
        web: web processes.
        engines: engine processes; two while a revision changes.
        workers: query processes: what is below an engine and has nothing below itself.
    """

    parent: int
    web: tuple[int, ...]
    engines: tuple[int, ...]
    workers: tuple[int, ...]

    @classmethod
    def below(cls, parent: int) -> Processes:
        """Those of the service now; any of them may be gone when one looks again."""
        children = _children(parent)
        engines = [pid for pid in children if b"kb.store.engine" in _command(pid)]
        below = [pid for engine in engines for pid in _descendants(engine)]
        workers = [pid for pid in below if not _children(pid)]
        # The one that follows the ledger is none of them.
        web = [pid for pid in children if pid not in engines and _name(pid) != REVISIONS]
        return cls(parent, tuple(web), tuple(engines), tuple(workers))

    def memory(self) -> float:
        """What all of them take, in MiB; what they share is counted once."""
        everyone = (self.parent, *_descendants(self.parent))
        return sum(map(_share, everyone)) / 1024


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(own) for own in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _descendants(pid: int) -> list[int]:
    own = _children(pid)
    return own + [other for child in own for other in _descendants(child)]


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _share(pid: int) -> int:
    """Proportional share of memory in KiB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
