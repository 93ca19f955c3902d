"""The walls around a process that runs untrusted queries: no sockets, no files, no children.

Three layers, each enough alone against egress: no free descriptor (RLIMIT_NOFILE), an
allow list of system calls (seccomp, where Linux has it), and no inherited descriptor.
Must not know what runs inside. Anything to be imported must have been imported before.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import os
import platform
import resource
import signal
import struct
import sys
import time
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

#: Audit architecture and numbers of the system calls that a computation needs:
#: memory, its own signals, clocks, randomness, reading and writing what is open, its end.
#: From Linux's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
_NEEDED: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9,
            "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
            "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28,
            "nanosleep": 35, "setitimer": 38, "getpid": 39, "sendto": 44, "recvfrom": 45,
            "exit": 60, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98, "sysinfo": 99,
            "sigaltstack": 131, "setrlimit": 160, "gettid": 186, "futex": 202,
            "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228,
            "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234, "ppoll": 271,
            "set_robust_list": 273, "prlimit64": 302, "getcpu": 309, "getrandom": 318,
            "membarrier": 324, "rseq": 334,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "close": 57, "lseek": 62, "read": 63, "write": 64, "ppoll": 73, "fstat": 80,
            "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99,
            "nanosleep": 101, "setitimer": 103, "clock_gettime": 113, "clock_nanosleep": 115,
            "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128,
            "tgkill": 131, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
            "rt_sigreturn": 139, "getrlimit": 163, "setrlimit": 164, "getrusage": 165,
            "getcpu": 168, "gettimeofday": 169, "getpid": 172, "gettid": 178, "sysinfo": 179,
            "sendto": 206, "recvfrom": 207, "brk": 214, "munmap": 215, "mremap": 216,
            "mmap": 222, "mprotect": 226, "madvise": 233, "prlimit64": 261, "getrandom": 278,
            "membarrier": 283, "rseq": 293,
        },
    ),
}  # fmt: skip


#: Seconds for which a limit of processor time is good.
_SOME = 6.0
#: Seconds that a query has beyond its deadline until its process ends by its own clock.
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Walls:
    """What was put up.

    Args:
        mapped: address space of the process before its first query, in bytes.
        seccomp: whether the filter of system calls is in force.
    """

    mapped: int
    seccomp: bool


def confine(channel: int, memory_mb: float, parent: int) -> Walls:
    """Confine this process for good. On return, descriptor 0 is the channel and no other is open.

    Args:
        channel: the one descriptor to keep.
        memory_mb: address space beyond what is mapped now, in MiB.
        parent: process id; this process dies when that one does.

    Raises:
        OSError: a limit could not be set; the process must end then.
    """
    die_with(parent)
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    mapped = _mapped()
    # Objects of before would be copied page by page if the collector touched them.
    gc.freeze()
    if channel != 0:
        os.dup2(channel, 0)
    close_all_but((0,))
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 1),
        (resource.RLIMIT_AS, mapped + int(memory_mb * 2**20)),
    ):
        _lower(limit, value)
    return Walls(mapped, seccomp=libc is not None and _filter_calls(libc))


class Allowance:
    """What this confined process may use, query by query.

    Limits are raised and lowered only where they change: each change is a system call.

    Args:
        walls: from :func:`confine`.
    """

    def __init__(self, walls: Walls) -> None:
        self._walls = walls
        self._memory_mb = 0.0
        self._seconds = 0.0
        self._until = 0.0

    def grant(self, seconds: float, memory_mb: float) -> None:
        """Give this process its room for one more query.

        Args:
            seconds: from now; beyond it (and a little more, as the parent's deadline comes
                first) the process ends with SIGALRM, or with SIGXCPU by its processor time.
            memory_mb: address space beyond what was mapped at the start, in MiB.
        """
        signal.setitimer(signal.ITIMER_REAL, max(0.0, seconds + _GRACE))
        now = time.monotonic()
        if now > self._until or seconds != self._seconds:
            # One thread uses no more processor time than time goes by, so this will do for the
            # queries of the next seconds, and none of them has much more than it should.
            self._until, self._seconds = now + _SOME, seconds
            _soften(resource.RLIMIT_CPU, int(time.process_time() + seconds + _SOME) + 2)
        if memory_mb != self._memory_mb:
            self._memory_mb = memory_mb
            _soften(resource.RLIMIT_AS, self._walls.mapped + int(memory_mb * 2**20))

    @staticmethod
    def end() -> None:
        """The query is done, and its clock with it."""
        signal.setitimer(signal.ITIMER_REAL, 0)


def close_all_but(kept: Container[int]) -> None:
    """Close every descriptor of this process but these."""
    try:
        # A limit of a billion descriptors, as containers have it, is too many to try.
        for descriptor in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
            if descriptor not in kept:
                with contextlib.suppress(OSError):  # the one that the listing itself used
                    os.close(descriptor)
    except OSError:
        for descriptor in range(2**16):
            if descriptor not in kept:
                with contextlib.suppress(OSError):
                    os.close(descriptor)


def die_with(parent: int) -> None:
    """Have this process die when its parent does.

    Args:
        parent: process id of the parent.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went away before the line above
        os._exit(0)


def adopt_orphans() -> None:
    """Have what children of this process leave behind become its own, where Linux is."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _soften(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, hard))


def _lower(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, value))


def _mapped() -> int:
    """Address space of this process now, in bytes; an upper guess where there is no /proc."""
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[0]
        return int(pages) * resource.getpagesize()
    except OSError:
        return 2**30


def _filter_calls(libc: ctypes.CDLL) -> bool:
    """Install the filter: a call that is not on the list fails with EPERM.

    It fails closed, and softly: the engine reports an error instead of dying.
    """
    known = _NEEDED.get(platform.machine())
    if known is None or struct.calcsize("P") != 8 or sys.byteorder != "little":
        return False
    program = _program(*known, own_pid=os.getpid())
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)), 16
    )
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _program(arch: int, numbers: dict[str, int], own_pid: int) -> bytes:
    """The filter as classic BPF over ``struct seccomp_data`` (nr, arch, ip, args[6])."""
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    allow = 0x7FFF0000
    deny = 0x00050000 | errno.EPERM
    plain = sorted(number for name, number in numbers.items() if name != "tgkill")
    lines: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),
        (equal, 1, 0, arch),
        (give, 0, 0, deny),
        (load, 0, 0, 0),
        # Numbers from 2^30 are x86-64's second table (x32).
        (at_least, 0, 1, 0x40000000),
        (give, 0, 0, deny),
        # abort() signals itself; nobody else may be signalled.
        (equal, 0, 4, numbers["tgkill"]),
        (load, 0, 0, 16),
        (equal, 0, 1, own_pid),
        (give, 0, 0, allow),
        (give, 0, 0, deny),
    ]
    for number in plain:
        lines += [(equal, 0, 1, number), (give, 0, 0, allow)]
    lines.append((give, 0, 0, deny))
    return b"".join(struct.pack("HBBI", *line) for line in lines)
