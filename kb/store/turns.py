"""Which worker has which query next, in either lane, and who waits for one.

Must not know what becomes of a query.
"""

from __future__ import annotations

import math
import time

from kb.store.crew import Crew
from kb.store.jobs import Job, Rules
from kb.store.loop import Loop
from kb.store.slots import Slot
from kb.store.waiting import Waiting

#: Seconds between two looks at those who wait.
LOOK = 0.05
#: How many short queries a worker is given to do after the one it does: where the machine is
#: busy, being woken for each costs about as much as the query.
_AHEAD = 3
#: Seconds that a query may have run when others are put behind it, and after which they are
#: taken back.
_BRIEF = 0.002
_TOO_LONG = 0.01
#: After so many slices a query is heavy, however little of the processor it had.
_PATIENT = 5
#: Seconds that a worker of the heavy lane waits for the next query.
_WARM = 20.0


class Turns:
    """Those who wait, and the workers they wait for.

    Args:
        rules: to keep to.
        loop: that requests are sent by.
    """

    def __init__(self, rules: Rules, loop: Loop) -> None:
        self._rules = rules
        self._loop = loop
        self.short = Waiting[Job](rules.queue)
        self.heavy = Waiting[Job](rules.queue)
        #: Seconds until the first look at a query of the short lane.
        self.piece = rules.slice / 2
        self.due = math.inf  # when to look again, whatever happens
        self.crew: Crew

    @property
    def waiting(self) -> int:
        """How many wait, in both lanes."""
        return len(self.short) + len(self.heavy)

    @property
    def heavy_running(self) -> int:
        """How many run in the heavy lane."""
        return sum(slot.heavy and slot.job is not None for slot in self.crew.slots)

    def wait(self, queue: Waiting[Job], job: Job) -> Job | None:
        """Let a job wait; the one that found no place."""
        self.due = min(self.due, time.monotonic() + LOOK)
        return queue.put(job.who, job)

    def run(self, now: float) -> None:
        """Give work to those who are free."""
        while self.heavy and self.heavy_running < self._rules.heavy:
            slot = self.crew.warm()
            if slot is None:
                if (slot := self.crew.free()) is None:
                    break
                self.crew.promote(slot)
            self.start(slot, self.heavy.take(), now)
        while self.short and (slot := self.crew.free()) is not None:
            self.start(slot, self.short.take(), now)
        while self.short and (slot := self._soon_free(now)) is not None:
            job = self.short.take()
            job.slot = slot
            slot.behind.append(job)
            slot.until = min(slot.until, now + _TOO_LONG)
            self.due = min(self.due, slot.until)
            self._loop.post(slot.line, *job.request.parts())

    def start(self, slot: Slot, job: Job, now: float) -> None:
        """Give a worker a job."""
        self.begin(slot, job, now)
        self._loop.post(slot.line, *job.request.parts())

    def begin(self, slot: Slot, job: Job, began: float, *, taken_back: bool = False) -> None:
        """Note that a worker is at a job.

        Args:
            slot: the worker.
            job: that it has been given already.
            began: when it came to it.
            taken_back: whether the job is another's by now.
        """
        slot.job = job
        slot.began = began
        slot.used = None
        if not taken_back:
            job.slot = slot
            job.began = began
        until = job.deadline
        if not slot.heavy:
            first = began + (_TOO_LONG if slot.behind else self.piece)
            until = min(until, first)
        slot.until = until
        self.due = min(self.due, until)

    def next(self, slot: Slot, now: float) -> None:
        """A worker of the short lane has done its job: it comes to the one behind that."""
        if slot.behind:
            job = slot.behind.popleft()
            self.begin(slot, job, now, taken_back=job.slot is not slot)

    def keep_warm(self, slot: Slot, now: float) -> None:
        """A worker of the heavy lane has done its job: it waits for the next for a while."""
        slot.until = now + _WARM
        if self.heavy:
            self.start(slot, self.heavy.take(), now)
        else:
            self.due = min(self.due, slot.until)

    def promote(self, slot: Slot) -> None:
        """Move a worker to the heavy lane; of too many there, one that waits goes."""
        self.crew.promote(slot)
        if sum(each.heavy for each in self.crew.slots) > self._rules.heavy:
            waiting = self.crew.warm()
            if waiting is not None:
                self.remove(waiting)

    def take_back(self, slot: Slot) -> None:
        """Let those behind a worker's job be done by another. What it says of them is lost."""
        for job in reversed(slot.behind):
            if job.slot is slot:
                job.slot = None
                self.short.put_back(job.who, job)

    def remove(self, slot: Slot) -> None:
        """Kill a worker; what stands behind its job is done by another."""
        self.take_back(slot)
        self.crew.remove(slot)

    def is_heavy(self, slot: Slot, job: Job, now: float) -> bool:
        """Whether a query has had its slice; where not, it sets the time of the next look.

        What counts is the processor time that it used, from the first look on. On a machine
        that is busy with other things every query takes long, and to stop or to nice the short
        ones would make that worse.
        """
        ran = now - slot.began
        if ran < self.piece:  # only those behind it had to be seen to
            slot.until = min(job.deadline, slot.began + self.piece)
            return False
        used = slot.processor_time()
        if used is None:
            return ran >= self._rules.slice
        if slot.used is None:
            slot.used = used  # since the worker began, so only what is added counts
        if used - slot.used >= self.piece / 2 or ran >= _PATIENT * self._rules.slice:
            return True
        slot.until = min(job.deadline, now + self.piece / 2)
        return False

    def look_again(self, now: float) -> None:
        """Set the time of the next look."""
        times = [s.until for s in self.crew.slots if s.job is not None or s.heavy]
        if self.waiting:
            times.append(now + LOOK)
        self.due = min(times, default=math.inf)

    def _soon_free(self, now: float) -> Slot | None:
        """The worker of the short lane with the least to do, of those who have just begun."""
        found, least = None, _AHEAD
        for slot in self.crew.slots:
            if (
                slot.job is not None
                and len(slot.behind) < least
                and not slot.heavy
                and now - slot.began <= _BRIEF
                and self.crew.is_current(slot)
            ):
                found, least = slot, len(slot.behind)
        return found
