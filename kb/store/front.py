"""The engine's loop: rooms with clients, one for each revision that is still asked, and their ends.

A patch opens one more room beside the one that it was asked for in: its keeper is forked from that
one's, so it is there in moments, however much is stored. Who has come to a room stays in it.
One thread. Must not know how a query is run, nor what the data is about.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from kb.errors import PlankbError
from kb.store import folder, keeper, sandbox
from kb.store.budget import Budget
from kb.store.crew import Crew
from kb.store.frames import Frame, Header
from kb.store.interface import Limits
from kb.store.jobs import Client, Rules
from kb.store.keeper import Holding
from kb.store.loop import Loop
from kb.store.messages import of_problem
from kb.store.room import House, Room
from kb.store.tally import Tally

#: Seconds in which a client has to take a part of its result.
_STALLED = 20.0


class Front:
    """The loop, and the rooms that it sees to.

    Args:
        order: what the owner said; see :mod:`kb.store.owner`.
        listener: of the first room: bound and listening.
    """

    def __init__(self, order: Header, listener: socket.socket) -> None:
        limits = Limits(order["seconds"], order["memory_mb"], order["result_mb"])
        self._limits = limits
        self._listener = listener
        self._loop = Loop()
        rules = Rules(
            limits=limits,
            slice=order["short_ms"] / 1000,
            heavy=order["heavy"],
            queue=order["queue"],
            cache=int(order["cache_mb"] * 2**20),
            client_seconds=order["client_seconds"],
        )
        self._house = House(
            Path(order["folder"]),
            self._loop,
            rules,
            order["workers"],
            Tally(),
            Budget(rules.client_seconds),
            time.monotonic(),
        )
        name = order["name"]
        current = folder.Current.read(self._house.folder, name)
        holding = Holding(
            current.file, current.revision, limits, order["prefixes"], order["base"],
            order["union"], current.patches,
        )  # fmt: skip
        self._first = Room(self._house, name, holding, self._obey, self._settled)
        self._rooms = [self._first]
        self._ready = False
        self._coming: dict[Room, Callable[[PlankbError | None], None]] = {}
        self._ending: list[Crew] = []
        self._names = itertools.count(int(name.rpartition("-")[2]) if "-" in name else 1)
        next(self._names)
        self._error: PlankbError | None = None
        self._stopping = False
        self._hurried = False
        self._wake_in, self._wake_out = socket.socketpair()

    # -- life ----------------------------------------------------------------------------

    def start(self) -> None:
        """Load the data, and wait until the workers stand behind their walls.

        Raises:
            PlankbError: the data cannot be loaded, or no worker started.
        """
        sandbox.adopt_orphans()  # a keeper outlives the one that it was forked from
        self._first.open()
        while not self._ready:
            self._turn()
            if self._error is not None:
                raise self._error

    def run(self, parent: int) -> None:
        """Serve until SIGTERM, or until the parent closes this descriptor."""
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._first.listen(self._listener)
        self._loop.watch(self._wake_in, self._wake)
        self._loop.watch(parent, lambda: self._orphaned(parent))
        signal.set_wakeup_fd(self._wake_out.fileno())
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        while not self._stopping or any(room.at_work for room in self._rooms):
            self._turn()

    def close(self) -> None:
        """End everything."""
        for room in self._rooms:
            room.close()
        for crew in self._ending:
            crew.close()
        self._listener.close()
        self._loop.close()

    def _stop(self) -> None:
        """First time: finish what runs. Second time: end at once. The loop does either."""
        self._hurried = self._stopping
        self._stopping = True

    def _orphaned(self, parent: int) -> None:
        if not os.read(parent, 1):
            self._stopping = True
            self._drop_all()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_in.recv(64)
        if self._hurried:
            self._drop_all()
        if self._stopping:
            for room in self._rooms:
                room.stop()

    def _drop_all(self) -> None:
        for room in self._rooms:
            room.drop_all()

    def _turn(self) -> None:
        now = time.monotonic()
        due = min((room.lanes.due for room in self._rooms), default=math.inf)
        if self._tend() or self._loop.slow:
            due = min(due, now + 0.1)
        self._loop.turn(max(0.0, due - now) if due < now + 1e6 else None)
        now = time.monotonic()
        for room in self._rooms:
            if now >= room.lanes.due:
                room.lanes.tick(now)
        if self._loop.slow:
            self._hurry_the_slow(now)

    def _tend(self) -> bool:
        """See who has ended; whether to come back soon for that."""
        soon = False
        for room in list(self._rooms):
            if room.stopping and not self._stopping and not room.at_work:
                self._leave(room)
            else:
                soon = room.crew.tend() or room.stopping or soon
        if self._ending:
            self._ending = [crew for crew in self._ending if crew.tend()]
            soon = soon or bool(self._ending)
            # What those left behind that have ended is ours now, and has ended too.
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
        return soon

    def _hurry_the_slow(self, now: float) -> None:
        """End the lines of clients that do not take their results, for all have to be held."""
        slow = sorted((line for line in self._loop.slow), key=lambda line: line.moved)
        held = sum(line.held for line in slow)
        most = 4 * self._limits.result_mb * 2**20
        for line in slow:
            if held > most or now - line.moved > _STALLED:
                held -= line.held
                self._loop.end(line)

    # -- rooms ---------------------------------------------------------------------------

    def _obey(self, room: Room, client: Client, kind: str, header: Header) -> None:
        if kind == "patch":
            self._patch(room, client, Path(header["path"]), str(header["revision"]))
        elif kind == "end":
            room.reply(client, Frame.of({"ended": True}))
            room.stop()
        else:
            raise ValueError(kind)

    def _patch(self, room: Room, client: Client, file: Path, revision: str) -> None:
        """Open a room for what a patch makes of a room's revision."""
        if file.parent != self._house.folder:
            raise ValueError("a file of another folder")
        client.job = file  # one thing at a time

        def answer(reply: Frame) -> None:
            client.job = None
            room.reply(client, reply)
            client.attend()

        def budded(found: tuple[int, socket.socket] | None) -> None:
            if found is None:
                answer(of_problem(keeper.not_loaded(None)))
                return
            assert holding is not None
            name = f"{folder.FIRST}-{next(self._names)}"
            current = folder.Current(holding.path, revision, holding.patches)
            current.write(name)
            made = Room(self._house, name, holding, self._obey, self._settled)
            self._coming[made] = lambda error: answer(
                Frame.of({"socket": name}) if error is None else of_problem(error)
            )
            self._rooms.append(made)
            made.open(*found)

        holding = room.crew.bud(file, revision, budded)
        if holding is None:
            answer(of_problem(keeper.not_loaded(None)))

    def _settled(self, room: Room, error: PlankbError | None) -> None:
        """A room can be used, or never will be."""
        if room is self._first:
            self._ready, self._error = error is None, error
            return
        if error is None:
            room.listen(folder.listen(folder.socket_in(self._house.folder, room.name)))
        else:
            self._leave(room)
        self._coming.pop(room)(error)

    def _leave(self, room: Room) -> None:
        """Nobody is in a room any more, and nobody will be."""
        self._rooms.remove(room)
        room.close(wait=False)
        self._ending.append(room.crew)
        folder.forget(self._house.folder, room.name)
