"""A worker, and the keeper that forked it, as the engine sees them.

Must not know when either is asked for anything.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from kb.errors import PlankbError
from kb.store.keeper import Holding
from kb.store.loop import Line

#: How much less of the processor a heavy query gets than anyone else.
_NICE = 15


@dataclass(slots=True, eq=False)
class Kept:
    """A keeper, and what is known of it.

    Args:
        pid: its process.
        holding: what it holds.
        line: to and from it.
        loaded: whether it has read that.
        asked: forks that it has not answered yet.
        slots: its workers, those that are ending included.
        dying: workers whose end it has not told of yet, by process id.
        retired: whether it ends with its last worker.
        error: why it could not load.
    """

    pid: int
    holding: Holding
    line: Line = field(init=False)
    loaded: bool = False
    asked: int = 0
    slots: int = 0
    dying: dict[int, Slot] = field(default_factory=dict)
    retired: bool = False
    error: PlankbError | None = None

    def kill(self) -> None:
        """End it at once."""
        kill(self.pid)


@dataclass(slots=True, eq=False)
class Slot:
    """A worker, and the job that it has now.

    Args:
        pid: its process.
        line: to and from it.
        kept: the keeper that forked it.
        ready: whether it stands behind its walls.
        seccomp: whether one of them is a filter of system calls.
        heavy: whether it is in the heavy lane; it is niced then, and cannot come back.
        lessee: who talks to it without the engine, if anyone does; see
            :class:`kb.store.leases.Leases`.
        job: what it works on.
        behind: what it was given to do after that, so that it need not wait to be told.
        began: when it was told, or came to it.
        until: when somebody should look what has become of its job.
        used: processor time that it had used when somebody last looked.
    """

    pid: int
    line: Line = field(init=False)
    kept: Kept
    ready: bool = False
    seccomp: bool = False
    heavy: bool = False
    lessee: object | None = None
    job: Any = None
    behind: deque[Any] = field(default_factory=deque)
    began: float = 0.0
    until: float = 0.0
    used: float | None = None

    @property
    def is_free(self) -> bool:
        """Whether it is in the short lane and has nothing to do."""
        return self.job is None and self.ready and not self.heavy and self.lessee is None

    @property
    def is_place(self) -> bool:
        """Whether it takes one of the places of the short lane."""
        return not self.heavy and self.lessee is None

    def processor_time(self) -> float | None:
        """Seconds of processor time that it has used; None where the system does not say."""
        try:
            # Linux's clock of another process: see clock_getcpuclockid(3).
            return time.clock_gettime((~self.pid << 3) | 2) if sys.platform == "linux" else None
        except OSError:
            return None

    def step_back(self) -> None:
        """Have it get less of the processor than others, for good."""
        with contextlib.suppress(OSError):  # it is dying, or the system has no priorities
            os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)
            if hasattr(os, "SCHED_IDLE"):
                # Linux lets a niced process finish its slice of some milliseconds before one that
                # wakes up; one that is idle by policy it does not.
                os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))

    def stay_on(self, processor: int | None) -> None:
        """Keep it to one processor, or let it use all that this process may use again."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # it is dying, or there is no such processor
                chosen = os.sched_getaffinity(0) if processor is None else {processor}
                os.sched_setaffinity(self.pid, chosen)

    def kill(self) -> None:
        """End it at once."""
        kill(self.pid)


def kill(pid: int) -> None:
    """End a process at once, if it is there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
