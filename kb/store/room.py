"""A revision as its clients see it: a socket, who came to it, lanes and workers of its own.

Whoever is in a room is answered from its revision for as long as it is there, whatever revisions
have come since. Must not know how a query is run, nor what the data is about.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from kb.errors import PlankbError
from kb.store import folder, keeper, state
from kb.store.budget import Budget
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


@dataclass(frozen=True, slots=True)
class House:
    """What all rooms of an engine have in common.

    Args:
        folder: of the engine.
        loop: that waits.
        rules: of the lanes.
        workers: places of the short lane, in each room.
        tally: counts what came of queries.
        budget: of clients.
        began: when the engine was started, on the monotonic clock.
    """

    folder: Path
    loop: Loop
    rules: Rules
    workers: int
    tally: Tally
    budget: Budget
    began: float


#: What rooms do not see to themselves: who asks, in which room, for what.
Beyond: TypeAlias = Callable[["Room", Client, str, Header], None]


class Room:
    """A revision and its clients.

    Args:
        house: that it is in.
        name: of its socket.
        holding: what it begins with.
        beyond: takes requests that are about other rooms too.
        settled: called once, when the first query can be answered; or with why it never can.
    """

    def __init__(
        self,
        house: House,
        name: str,
        holding: Holding,
        beyond: Beyond,
        settled: Callable[[Room, PlankbError | None], None],
    ) -> None:
        self.name = name
        self._house = house
        self._holding = holding
        self._beyond = beyond
        self._settled = settled
        self._loop = house.loop
        self._limits = house.rules.limits
        self._limits_of: dict[bytes, Limits] = {}  # by how they were asked for
        self._listener: socket.socket | None = None
        self.lanes = Lanes(house.rules, house.loop, house.tally, house.budget)
        self.crew = self.lanes.crew = Crew(house.loop, house.workers, self)
        self._leases = Leases(house.loop, self.crew, house.budget, house.tally)
        self._clients: set[Client] = set()
        self._loads = Loads(house.folder, name, self._load, self.reply)
        self.stopping = False

    # -- life ----------------------------------------------------------------------------

    def open(self, pid: int = 0, channel: socket.socket | None = None) -> None:
        """Begin to hold what it is to hold.

        Args:
            pid: of the keeper that does so already, if there is one.
            channel: to that.
        """
        if channel is not None:
            self.crew.adopt(pid, channel, self._holding)
        else:
            self._begin(self._holding)

    def listen(self, listener: socket.socket) -> None:
        """Let clients in."""
        listener.setblocking(False)
        self._listener = listener
        self._loop.watch(listener, self._accept)

    def stop(self) -> None:
        """Let nobody in any more, and those go who wait."""
        self.stopping = True
        if self._listener is not None:
            self._loop.unwatch(self._listener)
            self._listener.close()
            self._listener = None
            # Whoever finds it gone does not wait for it to come back.
            folder.socket_in(self._house.folder, self.name).unlink(missing_ok=True)
            self.lanes.stop()

    @property
    def at_work(self) -> bool:
        """Whether anyone is still to be answered."""
        running, _, waiting, _ = self.lanes.counts
        return bool(running or waiting or any(client.line.out for client in self._clients))

    def drop_all(self) -> None:
        """Answer nobody any more."""
        for client in list(self._clients):
            self._loop.end(client.line)

    def close(self, *, wait: bool = True) -> None:
        """End everything; as :meth:`kb.store.crew.Crew.close`."""
        self.drop_all()
        self._leases.end()
        self.crew.close(wait=wait)

    # -- clients -------------------------------------------------------------------------

    def _accept(self) -> None:
        assert self._listener is not None
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
            self.lanes.ask(client, request, limits, who)
            return
        (pid, seconds), client.running = client.running, None
        slot = self._leases.take_back(pid)
        self.lanes.ask(client, request, limits, who, slot, min(seconds, limits.seconds))
        self._leases.lend()

    def _obey(self, client: Client, kind: str, header: Header) -> None:
        if kind == "told":
            over = self._leases.told(header)
            if over is not None:
                self.reply(client, Frame.of(over))
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
            self.reply(client, Frame.of(self._status().as_dict()))
        else:
            self._beyond(self, client, kind, header)

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
        self.lanes.leave(client)

    def reply(self, client: Client, reply: Frame) -> None:
        """Say something to a client."""
        self._loop.post(client.line, *reply.parts())

    def _status(self) -> Status:
        held = sum(line.held for line in self._loop.slow)
        return state.of_engine(
            self.crew, self.lanes, self._house.tally, len(self._clients), held, self._house.began
        )

    # -- revisions -----------------------------------------------------------------------

    def _next_load(self) -> None:
        if not self.crew.loading:
            self._loads.next()

    def _load(self, path: Path, revision: str) -> None:
        own = self._holding
        self._begin(Holding(path, revision, own.limits, own.prefixes, own.base, own.union))

    def _begin(self, holding: Holding) -> None:
        try:
            self.crew.load(holding)
        except OSError as error:  # no process to be had
            self.not_loaded(keeper.not_loaded(error))

    def loaded(self, holding: Holding) -> None:
        """A revision has taken over."""
        self.lanes.forget()
        first = self._loads.held is None
        self._house.tally.loads += self._loads.loaded(holding.path, holding.revision)
        if first:
            self._settled(self, None)
        self._next_load()

    def not_loaded(self, error: PlankbError) -> None:
        """A revision could not be loaded; the one before is still there."""
        if not self._loads:
            self._settled(self, error)
            return
        self._loads.not_loaded(error)
        self._next_load()

    # -- workers -------------------------------------------------------------------------

    def free(self) -> None:
        """A worker has become free: for those who wait, or else to be lent."""
        self.lanes.run()
        self._leases.lend()

    def replied(self, slot: Slot, reply: Frame) -> None:
        """A worker has done its job."""
        self.lanes.replied(slot, reply)
        if self._leases.wanting:
            self._leases.lend()

    def died(self, slot: Slot, status: int | None) -> None:
        """A worker died over its job."""
        self.lanes.died(slot, status)


@lru_cache(maxsize=256)
def _kind(head: bytes) -> str:
    return str(json.loads(head)["do"])
