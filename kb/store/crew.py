"""The workers as the engine sees them: who is free, who replaces whom, which revision they hold.

Asks keepers for workers and never waits for one. A new revision takes over when as many of its
workers are ready as there are places; those of the old one end with what they are doing.
Must not know what workers are given to do.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from kb.errors import PlankbError
from kb.store import keeper, worker
from kb.store.frames import Frame
from kb.store.keeper import Holding
from kb.store.loop import Line, Loop
from kb.store.messages import to_error
from kb.store.slots import Bud, Kept, Slot

#: Workers or keepers that die before they are ready, one after the other, until it gives up.
_PATIENCE = 8


class Staff(Protocol):
    """Whom the crew works for."""

    def free(self) -> None:
        """A worker has become free."""

    def replied(self, slot: Slot, reply: Frame) -> None:
        """A worker has done its job."""

    def died(self, slot: Slot, status: int | None) -> None:
        """A worker died over its job: its wait status, or None where nobody knows."""

    def loaded(self, holding: Holding) -> None:
        """A revision has taken over."""

    def not_loaded(self, error: PlankbError) -> None:
        """A revision could not be loaded; the one before is still there."""


class Crew:
    """Keepers and workers.

    Args:
        loop: that waits for them.
        places: workers of the short lane.
        staff: whom it works for.
    """

    def __init__(self, loop: Loop, places: int, staff: Staff) -> None:
        self._loop = loop
        self._places = places
        self._staff = staff
        self._current: Kept | None = None
        self._next: Kept | None = None
        self._old: list[Kept] = []
        self._leaving: set[int] = set()
        self._failures = 0
        self._retry = False
        self.slots: list[Slot] = []
        self.deaths = 0
        self.closed = False

    # -- what holds the data -------------------------------------------------------------

    @property
    def revision(self) -> str:
        """The revision that new queries see."""
        return self._current.holding.revision if self._current else ""

    @property
    def holder(self) -> int:
        """Process id of the keeper of that revision; 0 while there is none."""
        return self._current.pid if self._current else 0

    @property
    def loading(self) -> bool:
        """Whether a revision is being loaded."""
        return self._next is not None

    def load(self, holding: Holding) -> None:
        """Begin to load a revision; :meth:`Staff.loaded` or ``not_loaded`` says when it is done.

        Raises:
            OSError: no process could be made.
        """
        self.adopt(*keeper.fork(holding), holding)

    def adopt(self, pid: int, channel: socket.socket, holding: Holding) -> None:
        """The same with a keeper that is there: one that :meth:`bud` gave.

        Args:
            pid: its process.
            channel: to it.
            holding: what it will hold.
        """
        kept = Kept(pid, holding)
        kept.line = Line(channel, lambda: self._hear(kept), lambda: self._lost(kept), carries=True)
        self._loop.add(kept.line)
        self._next = kept

    def bud(self, patch: Path, revision: str, then: Bud) -> Holding | None:
        """Have the keeper of the revision fork one for the next.

        Args:
            patch: the file of what changes.
            revision: the name of the next.
            then: called with its process id and channel, or with None where that failed.

        Returns:
            What it will hold; None where there is no keeper now.
        """
        if self._current is None or not self._current.loaded:
            return None
        self._current.buds.append(then)
        self._tell(self._current, {"bud": str(patch), "revision": revision})
        return self._current.holding.then(patch, revision)

    # -- workers -------------------------------------------------------------------------

    def free(self) -> Slot | None:
        """A worker of the short lane that has nothing to do."""
        for slot in self.slots:
            if slot.is_free and slot.kept is self._current:
                return slot
        return None

    def warm(self) -> Slot | None:
        """A worker of the heavy lane that has nothing to do."""
        for slot in self.slots:
            if slot.job is None and slot.heavy and slot.kept is self._current:
                return slot
        return None

    def is_current(self, slot: Slot) -> bool:
        """Whether a worker holds the revision that new queries see."""
        return slot.kept is self._current

    def promote(self, slot: Slot) -> None:
        """Move a worker to the heavy lane, and have another take its place in the short one."""
        slot.heavy = True
        slot.step_back()
        self.fill()

    def remove(self, slot: Slot) -> None:
        """Kill a worker; another takes its place. What it had to do is the caller's to mind."""
        slot.job = None
        slot.behind.clear()
        self._take_out(slot)
        self._loop.drop(slot.line)
        self._bury(slot)
        self.fill()

    def fill(self) -> None:
        """Ask for workers for the places that are free."""
        self._retry = False
        for kept in (self._current, self._next):
            if kept is None or not kept.loaded or self.closed:
                continue
            there = sum(slot.kept is kept and slot.is_place for slot in self.slots)
            for _ in range(self._places - there - kept.asked):
                kept.asked += 1
                self._tell(kept, {"fork": True})

    def tend(self) -> bool:
        """Try again what failed, and see who has ended; whether to come back soon for that."""
        if self._retry:
            self.fill()
        for pid in list(self._leaving):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            self._leaving.discard(pid)
        return self._retry or bool(self._leaving)

    def close(self, *, wait: bool = True) -> None:
        """End all of it.

        Args:
            wait: until that has happened; or else :meth:`tend` sees to it.
        """
        self.closed = True
        for slot in self.slots:
            self._loop.drop(slot.line)
            slot.kill()
        self.slots.clear()
        for kept in self._keepers():
            while kept.buds:
                kept.buds.popleft()(None)
            # It ends its workers, and then itself.
            self._loop.drop(kept.line)
            self._leaving.add(kept.pid)
        self._current = self._next = None
        self._old.clear()
        while wait and self._leaving:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._leaving.pop(), 0)

    # -- what keepers say ----------------------------------------------------------------

    def _keepers(self) -> Iterator[Kept]:
        yield from (kept for kept in (self._current, self._next, *self._old) if kept is not None)

    def _tell(self, kept: Kept, order: dict[str, Any]) -> None:
        self._loop.post(kept.line, *Frame.of(order).parts())

    def _hear(self, kept: Kept) -> None:
        while (frame := self._loop.take(kept.line)) is not None:
            say = frame.header
            if "worker" in say:
                assert kept.line.descriptors
                self._join(kept, say["worker"], kept.line.descriptors.popleft())
            elif "gone" in say:
                self._gone(kept, say["gone"], say["status"])
            elif "keeper" in say:
                assert kept.line.descriptors
                channel = socket.socket(fileno=kept.line.descriptors.popleft())
                kept.buds.popleft()((say["keeper"], channel))
            elif "unbudded" in say:
                kept.buds.popleft()(None)
            elif "unforked" in say:  # no process to be had now
                kept.asked -= 1
                self._retry = True
            elif "loaded" in say:
                kept.loaded = True
                self.fill()
            elif "error" in say:
                kept.error = to_error(say["error"])

    def _join(self, kept: Kept, pid: int, descriptor: int) -> None:
        kept.asked -= 1
        slot = Slot(pid, kept)
        channel = socket.socket(fileno=descriptor)
        slot.line = Line(channel, lambda: self._heard(slot), lambda: self._silent(slot))
        self._loop.add(slot.line)
        self.slots.append(slot)
        kept.slots += 1
        if kept.retired:
            self.remove(slot)

    def _lost(self, kept: Kept) -> None:
        """A keeper is gone, and with it its workers."""
        while kept.buds:
            kept.buds.popleft()(None)
        if kept in self._old:
            self._old.remove(kept)
        self._leaving.add(kept.pid)
        for slot in [slot for slot in self.slots if slot.kept is kept]:
            self._take_out(slot)
            self._loop.drop(slot.line)
            kept.dying[slot.pid] = slot
        kept.kill()
        if kept is self._next:
            self._next = None
            if self._current is None and self._failures:
                # The data was good before: nothing that can be mended here.
                raise kept.error or keeper.not_loaded(None)
            self._staff.not_loaded(kept.error or keeper.not_loaded(None))
        elif kept is self._current:
            self._current = None
            self._fail(None)
            if self._next is None:
                self.load(kept.holding)
        for slot in kept.dying.values():
            if slot.job is not None:
                self._staff.died(slot, None)

    def _gone(self, kept: Kept, pid: int, status: int) -> None:
        slot = kept.dying.pop(pid, None)
        if slot is not None:
            if not slot.ready:
                self._fail(status)
            elif slot.job is not None:
                self._staff.died(slot, status)
        kept.slots -= 1
        self._dismiss(kept)

    def _fail(self, status: int | None) -> None:
        self._failures += 1
        if self._failures >= _PATIENCE:
            raise worker.not_started(status or 0)

    def _dismiss(self, kept: Kept) -> None:
        """Let a keeper go that nobody needs any more."""
        if kept.retired and not kept.slots and not kept.asked:
            self._old.remove(kept)
            self._loop.drop(kept.line)
            self._leaving.add(kept.pid)

    # -- what workers say ----------------------------------------------------------------

    def _heard(self, slot: Slot) -> None:
        while not slot.line.gone and (frame := self._loop.take(slot.line)) is not None:
            if slot.ready:
                self._staff.replied(slot, frame)
            else:
                self._is_ready(slot, frame)

    def _is_ready(self, slot: Slot, frame: Frame) -> None:
        slot.ready, slot.seccomp = True, frame.header["seccomp"]
        self._failures = 0
        if slot.kept is self._next:
            ready = sum(each.ready for each in self.slots if each.kept is self._next)
            if ready >= self._places:
                self._take_over(slot.kept)
        self._staff.free()

    def _take_over(self, kept: Kept) -> None:
        old, self._current, self._next = self._current, kept, None
        if old is not None:
            old.retired = True
            self._old.append(old)
            for slot in [slot for slot in self.slots if slot.kept is old and slot.job is None]:
                self.remove(slot)
            self._dismiss(old)
        self._staff.loaded(kept.holding)

    def _silent(self, slot: Slot) -> None:
        """A worker died that we did not kill."""
        self.deaths += 1
        self._take_out(slot)
        slot.kept.dying[slot.pid] = slot
        self._bury(slot)
        self.fill()

    def _take_out(self, slot: Slot) -> None:
        self.slots.remove(slot)

    def _bury(self, slot: Slot) -> None:
        # Its process id stays its own until its keeper is told to take its status.
        slot.kill()
        self._tell(slot.kept, {"reap": slot.pid})
