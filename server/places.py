"""What each web process has to itself: a socket of the service's address, and a processor.

Connections are spread over the sockets by the kernel: where several processes accept from one
socket, whoever wakes first takes all that came at a time, and the others have nothing to do.
The parent holds the sockets, so that no connection is lost that waits for a process that ended.
On a processor of its own a process and the query process that it asks take turns without waking
another processor, which takes longer than most queries do.
Must not know what a web process does.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a web process is.

    Args:
        bound: its socket to listen on.
        processor: to stay on; None for any.
    """

    bound: socket.socket
    processor: int | None

    def take(self, everyone: list[Place]) -> None:
        """In the web process: leave the sockets of others alone."""
        for other in everyone:
            if other.bound is not self.bound:
                other.bound.close()

    def settle(self) -> None:
        """In the thread of the event loop: go to the processor, with what it starts from now.

        Threads that are there already may use any: the one that does HTTP runs best where the
        client does, which on one machine is beside this.
        """
        if self.processor is not None:
            os.sched_setaffinity(0, {self.processor})


def places(bound: socket.socket, count: int, *, pinned: bool) -> list[Place]:
    """Places for so many web processes.

    Args:
        bound: bound to the address, not listened on yet.
        count: of processes.
        pinned: whether each stays on one processor, where there are several.

    Raises:
        OSError: the address cannot be bound again.
    """
    processors: list[int] = []
    if pinned and sys.platform == "linux":
        processors = sorted(os.sched_getaffinity(0))
        # Not the same ones for each service of a machine.
        start = os.getpid() % len(processors)
        processors = processors[start:] + processors[:start]
    sockets = _sockets(bound, count)
    if len(processors) < 2:
        return [Place(each, None) for each in sockets]
    return [Place(each, processors[at % len(processors)]) for at, each in enumerate(sockets)]


def roam() -> None:
    """In a thread of a web process beside the event loop: use any processor again.

    So do the processes that it starts.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # the parent is gone
            os.sched_setaffinity(0, os.sched_getaffinity(os.getppid()))


def _sockets(bound: socket.socket, count: int) -> list[socket.socket]:
    if sys.platform != "linux" or bound.family == socket.AF_UNIX:
        return [bound] * count  # elsewhere the same option does not spread anything
    made = [bound]
    # Only now, so that who comes later with a service of the same address is told that it is taken.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    for _ in range(count - 1):
        other = socket.socket(bound.family, bound.type)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            other.setsockopt(socket.SOL_SOCKET, option, 1)
        if bound.family == socket.AF_INET6:
            only = bound.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        other.bind(bound.getsockname())
        made.append(other)
    return made
