"""The engine's loop: clients in front, lanes and workers behind, revisions coming and going.

One thread. Must not know how a query is run, nor what the data is about.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from functools import lru_cache
from pathlib import Path

from kb.errors import PlankbError
from kb.store import folder, keeper, state
from kb.store.crew import Crew
from kb.store.frames import Frame, Header
from kb.store.interface import Limits
from kb.store.jobs import Client, Rules
from kb.store.keeper import Holding
from kb.store.lanes import Lanes
from kb.store.leases import Leases
from kb.store.loads import Loads
from kb.store.loop import Line, Loop
from kb.store.messages import LIMITS_SIZE, client_of, limits_of
from kb.store.slots import Slot
from kb.store.status import Status
from kb.store.tally import Tally

#: The longest request, in bytes: the longest query there may be, and some more.
_LONGEST = 2**21
#: How many ways to ask for limits are remembered.
_MOST_LIMITS = 1000
#: What a request that is none of ours runs into.
_FOREIGN = (ValueError, KeyError, TypeError, AttributeError)
#: Seconds in which a client has to take a part of its result.
_STALLED = 20.0


class Front:
    """The loop: clients in front, lanes and crew behind.

    Args:
        order: what the owner said; see :mod:`kb.store.owner`.
        listener: bound and listening.
    """

    def __init__(self, order: Header, listener: socket.socket) -> None:
        limits = Limits(order["seconds"], order["memory_mb"], order["result_mb"])
        self._order = order
        self._folder = Path(order["folder"])
        self._limits = limits
        self._limits_of: dict[bytes, Limits] = {}  # by how they were asked for
        self._listener = listener
        self._loop = Loop()
        self._tally = Tally()
        rules = Rules(
            limits=limits,
            slice=order["short_ms"] / 1000,
            heavy=order["heavy"],
            queue=order["queue"],
            cache=int(order["cache_mb"] * 2**20),
            client_seconds=order["client_seconds"],
        )
        self._lanes = Lanes(rules, self._loop, self._tally)
        self._crew = self._lanes.crew = Crew(self._loop, order["workers"], self)
        self._leases = Leases(self._loop, self._crew, self._lanes.budget, self._tally)
        self._clients: set[Client] = set()
        self._loads = Loads(self._folder, self._load, self._reply)
        self._began = time.monotonic()
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
        self._load(*folder.read_current(self._folder))
        while not self._loads.held:
            self._turn()
            if self._error is not None:
                raise self._error

    def run(self, parent: int) -> None:
        """Serve until SIGTERM, or until the parent closes this descriptor."""
        self._listener.setblocking(False)
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._loop.watch(self._listener, self._accept)
        self._loop.watch(self._wake_in, self._wake)
        self._loop.watch(parent, lambda: self._orphaned(parent))
        signal.set_wakeup_fd(self._wake_out.fileno())
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        while not self._stopping or self._at_work():
            self._turn()

    def close(self) -> None:
        """End everything."""
        self._crew.close()
        for client in self._clients:
            client.line.socket.close()
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
        if self._stopping and self._listener.fileno() >= 0:
            self._loop.unwatch(self._listener)
            self._listener.close()
            # Whoever finds it gone does not wait for it to come back.
            folder.socket_in(self._folder).unlink(missing_ok=True)
            self._lanes.stop()

    def _at_work(self) -> bool:
        running, _, waiting, _ = self._lanes.counts
        return bool(running or waiting or any(client.line.out for client in self._clients))

    def _drop_all(self) -> None:
        for client in list(self._clients):
            self._loop.end(client.line)

    def _turn(self) -> None:
        now = time.monotonic()
        due = self._lanes.due
        if self._crew.tend() or self._loop.slow:
            due = min(due, now + 0.1)
        self._loop.turn(max(0.0, due - now) if due < now + 1e6 else None)
        now = time.monotonic()
        if now >= self._lanes.due:
            self._lanes.tick(now)
        if self._loop.slow:
            self._hurry_the_slow(now)

    # -- clients -------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        client = Client()
        client.attend = lambda: self._attend(client)
        client.line = Line(
            connection, client.attend, lambda: self._forget(client), longest=_LONGEST
        )
        self._clients.add(client)
        self._loop.add(client.line)

    def _attend(self, client: Client) -> None:
        """Take the client's next request, once the one before is answered."""
        while client.job is None and not client.line.gone:
            request = self._loop.take(client.line)
            if request is None:
                return
            try:
                kind = _kind(request.head)
                if kind in ("query", "quads"):
                    self._ask(client, request)
                else:
                    self._obey(client, kind, request.header)
            except _FOREIGN:
                self._loop.end(client.line)

    def _ask(self, client: Client, request: Frame) -> None:
        limits, who = self._granted(request), client_of(request)
        if client.running is None:
            self._lanes.ask(client, request, limits, who)
            return
        (pid, seconds), client.running = client.running, None
        slot = self._leases.take_back(pid)
        self._lanes.ask(client, request, limits, who, slot, min(seconds, limits.seconds))
        self._leases.lend()

    def _obey(self, client: Client, kind: str, header: Header) -> None:
        if kind == "told":
            over = self._leases.told(header)
            if over is not None:
                self._reply(client, Frame.of(over))
        elif kind == "running":
            client.running = int(header["pid"]), float(header["seconds"])
        elif kind == "back":
            self._leases.give_back(header)
            self.free()
        elif kind == "lend":
            self._leases.wish(client, header)
        elif kind == "load":
            self._loads.ask(client, header)
            self._next_load()
        elif kind == "status":
            self._reply(client, Frame.of(self._status().as_dict()))
        else:
            raise ValueError(kind)

    def _granted(self, request: Frame) -> Limits:
        asked = request.note[:LIMITS_SIZE]
        found = self._limits_of.get(asked)
        if found is None:
            found = limits_of(request).within(self._limits)
            if len(self._limits_of) < _MOST_LIMITS:
                self._limits_of[asked] = found
        return found

    def _forget(self, client: Client) -> None:
        self._clients.discard(client)
        self._leases.leave(client)
        self._lanes.leave(client)

    def _reply(self, client: Client, reply: Frame) -> None:
        self._loop.post(client.line, *reply.parts())

    def _hurry_the_slow(self, now: float) -> None:
        """End the lines of clients that do not take their results, for all have to be held."""
        slow = sorted((line for line in self._loop.slow), key=lambda line: line.moved)
        held = sum(line.held for line in slow)
        most = 4 * self._limits.result_mb * 2**20
        for line in slow:
            if held > most or now - line.moved > _STALLED:
                held -= line.held
                self._loop.end(line)

    def _status(self) -> Status:
        held = sum(line.held for line in self._loop.slow)
        return state.of_engine(
            self._crew, self._lanes, self._tally, len(self._clients), held, self._began
        )

    # -- revisions -----------------------------------------------------------------------

    def _next_load(self) -> None:
        if not self._crew.loading:
            self._loads.next()

    def _load(self, path: Path, revision: str) -> None:
        order = self._order
        try:
            self._crew.load(
                Holding(
                    path, revision, self._limits, order["prefixes"], order["base"], order["union"]
                )
            )
        except OSError as error:  # no process to be had
            self.not_loaded(keeper.not_loaded(error))

    def loaded(self, holding: Holding) -> None:
        """A revision has taken over."""
        self._lanes.forget()
        self._tally.loads += self._loads.loaded(holding.path, holding.revision)
        self._next_load()

    def not_loaded(self, error: PlankbError) -> None:
        """A revision could not be loaded; the one before is still there."""
        if not self._loads:
            self._error = error
            return
        self._loads.not_loaded(error)
        self._next_load()

    # -- workers -------------------------------------------------------------------------

    def free(self) -> None:
        """A worker has become free: for those who wait, or else to be lent."""
        self._lanes.run()
        self._leases.lend()

    def replied(self, slot: Slot, reply: Frame) -> None:
        """A worker has done its job."""
        self._lanes.replied(slot, reply)
        if self._leases.wanting:
            self._leases.lend()

    def died(self, slot: Slot, status: int | None) -> None:
        """A worker died over its job."""
        self._lanes.died(slot, status)


@lru_cache(maxsize=256)
def _kind(head: bytes) -> str:
    return str(json.loads(head)["do"])
