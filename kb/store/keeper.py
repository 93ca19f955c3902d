"""The process that holds one revision of the data and forks workers that share its pages.

The engine forks one for each revision that is loaded, so that neither loading nor forking keeps
its loop from its work, and a new revision is whole before the first query sees it. It loads a file,
then does what it is told: fork a worker and hand over its channel, say how a worker ended, fork
the keeper of the next revision, which has the same data but for the graphs of a patch.
Must not know who asks for workers, nor what they are for.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from kb.errors import InputError, PlankbError
from kb.store import sandbox, worker
from kb.store.embedded import EmbeddedStore
from kb.store.frames import Frame, Header, Inbox, send
from kb.store.interface import Limits
from kb.store.messages import of_problem
from kb.store.patch import Patch
from kb.text import Text

#: What keeps data from being held.
_UNUSABLE = (InputError, OSError, MemoryError, ValueError)
#: Seconds between two looks at workers that are about to end.
_LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Holding:
    """What a keeper holds, and how.

    Args:
        path: the file of N-Quads.
        patches: files of what came on top of it, in order.
        revision: its name.
        limits: of every worker.
        prefixes: as of :class:`kb.store.embedded.EmbeddedStore`.
        base: likewise.
        union: likewise.
    """

    path: Path
    revision: str
    limits: Limits
    prefixes: Mapping[str, str]
    base: str | None
    union: bool
    patches: tuple[Path, ...] = ()

    def then(self, patch: Path, revision: str) -> Holding:
        """What is held after one more patch."""
        return replace(self, patches=(*self.patches, patch), revision=revision)


def fork(holding: Holding) -> tuple[int, socket.socket]:
    """Fork a keeper; its process id, and a channel to it.

    It says ``loaded`` or an error first. Then to each ``fork`` it answers ``worker`` with a
    process id and, as a descriptor, the worker's channel, or ``unforked``; to ``reap`` with a
    process id ``gone`` with its wait status; to ``bud`` with a patch and a revision ``keeper``
    with a process id and that keeper's channel, or ``unbudded``. It ends when the channel is
    closed.

    Raises:
        OSError: no process could be made.
    """
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(holding, theirs, parent)
    theirs.close()
    return pid, ours


def _live(holding: Holding, channel: socket.socket, parent: int) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        # Ctrl-C and SIGTERM may go to the whole group; the engine decides what then happens.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sandbox.die_with(parent)
        sandbox.close_all_but((2, channel.fileno()))  # 2 for what Python itself may say
        store = _load(holding, channel)
        if store is not None:
            _serve(store, holding.limits, channel)
    except OSError:
        pass  # the engine is gone
    finally:
        os._exit(0)


def _load(holding: Holding, channel: socket.socket) -> EmbeddedStore | None:
    store = EmbeddedStore(holding.prefixes, base=holding.base, union=holding.union)
    try:
        store.load(holding.path, holding.revision)
        for patch in holding.patches:
            store.patch(Patch.read(patch.read_bytes()), holding.revision)
    except _UNUSABLE as error:
        send(channel, _problem(error))
        return None
    send(channel, Frame.of({"loaded": True}))
    return store


def _problem(error: Exception) -> Frame:
    return of_problem(error if isinstance(error, InputError) else not_loaded(error))


def not_loaded(error: BaseException | None) -> PlankbError:
    """The error where data cannot be loaded for a reason that is not its own."""
    reason = "" if error is None else f" ({error!r})"
    return PlankbError(
        "engine-load",
        Text(
            zh=f"无法载入数据，持有数据的进程已结束{reason}",
            en=f"the data cannot be loaded: the process that holds it has ended{reason}",
        ),
        Text(
            zh="检查内存与临时目录是否足够",
            en="see whether there is enough memory and room in the temporary folder",
        ),
    )


def _serve(store: EmbeddedStore, limits: Limits, channel: socket.socket) -> None:
    inbox = Inbox()
    leaving: set[int] = set()
    while True:
        if select.select([channel], [], [], _LOOK if leaving else None)[0]:
            if not inbox.read(channel):
                return
            while (frame := inbox.take()) is not None:
                order = frame.header
                if "reap" in order:
                    leaving.add(order["reap"])
                elif "bud" in order:
                    _bud(store, limits, channel, order)
                else:
                    _fork_worker(store, limits, channel)
        for pid in list(leaving):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                leaving.remove(pid)
                send(channel, Frame.of({"gone": pid, "status": status}))


def _fork_worker(store: EmbeddedStore, limits: Limits, channel: socket.socket) -> None:
    try:
        made = worker.spawn(store, limits)
    except OSError as error:
        send(channel, Frame.of({"unforked": error.errno}))
        return
    with made.channel:
        (whole,) = Frame.of({"worker": made.pid}).parts()
        socket.send_fds(channel, [whole], [made.channel.fileno()])


def _bud(store: EmbeddedStore, limits: Limits, channel: socket.socket, order: Header) -> None:
    """Fork the keeper of the next revision, which shares all pages that the patch leaves alone."""
    ours, theirs = socket.socketpair()
    with ours:
        try:
            pid = os.fork()
        except OSError as error:
            theirs.close()
            send(channel, Frame.of({"unbudded": error.errno}))
            return
        if pid == 0:
            _live_on(store, limits, theirs, order)
        theirs.close()
        (whole,) = Frame.of({"keeper": pid}).parts()
        socket.send_fds(channel, [whole], [ours.fileno()])


def _live_on(
    store: EmbeddedStore, limits: Limits, channel: socket.socket, order: Header
) -> NoReturn:
    """The whole life of a keeper that was forked from another.

    It outlives that one, and so ends by its channel only.
    """
    try:
        sandbox.close_all_but((2, channel.fileno()))
        try:
            store.patch(Patch.read(Path(order["bud"]).read_bytes()), order["revision"])
        except _UNUSABLE as error:
            send(channel, _problem(error))
        else:
            send(channel, Frame.of({"loaded": True}))
            _serve(store, limits, channel)
    except OSError:
        pass  # the engine is gone
    finally:
        os._exit(0)
