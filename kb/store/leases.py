"""Workers that are lent to clients, who then ask them without the engine in between.

The engine stays their owner: it has their sockets too, and ends them when their lessee goes away,
when another revision takes over, or when they are given back. A lessee asks one query at a time,
and what is not answered in a moment it gives back with its worker: from there on it is a query
like any other. What it does not give back ends by the worker's own clock (:mod:`kb.store.worker`).
Must not know what is asked.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from kb.store.budget import Budget
from kb.store.crew import Crew
from kb.store.frames import Frame, Header
from kb.store.jobs import Client
from kb.store.loop import Loop
from kb.store.slots import Slot
from kb.store.tally import Tally

#: The most that anyone is lent.
_MOST = 4


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a lessee asked for: so many workers, on the processor that it stays on itself."""

    count: int
    processor: int | None


class Leases:
    """Who has which worker.

    Args:
        loop: that waits for lines that are not lent.
        crew: the workers.
        budget: that lessees use up too.
        tally: that counts what they were answered.
    """

    def __init__(self, loop: Loop, crew: Crew, budget: Budget, tally: Tally) -> None:
        self._loop = loop
        self._crew = crew
        self._budget = budget
        self._tally = tally
        self._wishes: dict[Client, _Wish] = {}
        self._wanting = False

    def end(self) -> None:
        """Lend nothing any more."""
        self._wishes.clear()

    def wish(self, client: Client, asked: Header) -> None:
        """Lend workers to a client from now on, as they become free.

        Args:
            client: the connection that they are handed over on, and that they end with.
            asked: ``count``, and ``processor`` or null.

        Raises:
            ValueError: that is not what it asks.
        """
        count, processor = asked.get("count"), asked.get("processor")
        if not isinstance(count, int) or not isinstance(processor, int | None):
            raise ValueError("no wish for workers")
        self._wishes[client] = _Wish(min(count, _MOST), processor)
        self.lend()

    @property
    def wanting(self) -> bool:
        """Whether anyone was lent fewer workers than asked for, when that was last looked at."""
        return self._wanting

    def lend(self) -> None:
        """Lend what is free to who has fewer than asked for."""
        self._wanting = False
        for client, wish in list(self._wishes.items()):
            there = sum(slot.lessee is client for slot in self._crew.slots)
            while there < wish.count and not client.line.out and not client.line.gone:
                slot = self._crew.free()
                if slot is None:
                    self._wanting = True
                    return
                self._hand_over(slot, client, wish)
                there += 1

    def _hand_over(self, slot: Slot, client: Client, wish: _Wish) -> None:
        slot.lessee = client
        self._loop.park(slot.line)
        slot.stay_on(wish.processor)
        (whole,) = Frame.of({"lent": slot.pid, "budget": self._budget.per_minute}).parts()
        try:
            socket.send_fds(client.line.socket, [whole], [slot.line.socket.fileno()])
        except OSError:  # it is gone, or does not listen; its workers end with it
            self._loop.end(client.line)
        self._crew.fill()

    def take_back(self, pid: int) -> Slot | None:
        """A worker that is not lent any more; None where it was not, or is gone.

        Its lessee has closed its socket. What it still says is for the engine.
        """
        for slot in self._crew.slots:
            if slot.pid == pid and slot.lessee is not None:
                slot.lessee = None
                slot.stay_on(None)
                self._loop.resume(slot.line)
                return slot
        return None

    def give_back(self, asked: Header) -> None:
        """A lessee does not want a worker any more: ``pid``; ``fit`` if it may go on."""
        slot = self.take_back(int(asked["pid"]))
        if slot is not None and not asked["fit"]:
            self._crew.remove(slot)

    def leave(self, client: Client) -> None:
        """A client went away: what it was lent ends, whatever it was doing."""
        if self._wishes.pop(client, None) is not None:
            for slot in [slot for slot in self._crew.slots if slot.lessee is client]:
                self._crew.remove(slot)

    def told(self, said: Header) -> Header | None:
        """Take a lessee's counts since the last time.

        Args:
            said: what :meth:`kb.store.tally.Tally.taken` gives, and ``spent``, seconds by client.

        Returns:
            Who of those clients has to wait, and how long; None where nobody has.
        """
        self._tally.add(said["tally"])
        now = time.monotonic()
        over = {}
        for who, seconds in said["spent"].items():
            self._budget.spend(who, seconds, now)
            wait = self._budget.wait(who, now)
            if wait:
                over[who] = wait
        return {"over": over} if over else None
