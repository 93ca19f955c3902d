"""Which query runs when: a lane for short queries, a niced one for heavy ones, and who waits.

Every query starts in the short lane. One that outlives its slice there is heavy: its worker is
niced where it runs and another takes the place, or, where as many heavy ones run as may, it is
stopped and waits to be run again in the heavy lane; so the short lane is never blocked for
longer than a slice. A query of a shape that was found heavy is known as such from then on, and a
worker of the heavy lane is kept for the next for a while: it has its own copies of the pages of
memory that a query writes to, and a fresh one has to make them first. Identical queries under way
share one run, and results are kept for the next who asks.
Must not know what a query says, beyond whether its result may be kept.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from kb.errors import Overloaded, PlankbError
from kb.store import budget, reading, worker
from kb.store.budget import Budget
from kb.store.cache import ResultCache
from kb.store.crew import Crew
from kb.store.frames import Bytes, Frame
from kb.store.interface import Limits
from kb.store.jobs import Client, Flight, Job, Rules, overloaded
from kb.store.loop import Loop
from kb.store.messages import LIMITS_SIZE, OK, of_problem, outcome_of
from kb.store.slots import Slot
from kb.store.tally import Tally
from kb.store.waiting import Waiting

#: How often a query is run again whose worker was killed from outside.
_TRIES = 2
#: How many heavy queries are remembered as such.
_REMEMBERED = 2000
#: Seconds between two looks at those who wait.
_LOOK = 0.05
#: How many short queries a worker is given to do after the one it does: where the machine is
#: busy, being woken for each costs about as much as the query.
_AHEAD = 3
#: After so many slices a query is heavy, however little of the processor it had.
_PATIENT = 5
#: Seconds that a query may have run when others are put behind it, and after which they are
#: taken back.
_BRIEF = 0.002
_TOO_LONG = 0.01
#: Seconds that a worker of the heavy lane waits for the next query.
_WARM = 20.0


class Lanes:
    """The queries of all clients, from their arrival to their answer.

    Args:
        rules: to keep to.
        loop: that sends answers.
        tally: that counts them.
    """

    def __init__(self, rules: Rules, loop: Loop, tally: Tally) -> None:
        self._rules = rules
        self._loop = loop
        self._tally = tally
        self.budget = Budget(rules.client_seconds)
        self._short = Waiting[Job](rules.queue)
        self._heavy = Waiting[Job](rules.queue)
        self._flights: dict[Flight, Job] = {}
        self._known: OrderedDict[str, None] = OrderedDict()
        self._piece = rules.slice / 2
        self._usual = 0.01  # seconds of a query, as a moving mean
        self.cache = ResultCache(rules.cache)
        self.crew: Crew
        self.due = math.inf  # when to look again, whatever happens

    # -- what clients do -----------------------------------------------------------------

    def ask(
        self,
        client: Client,
        request: Frame,
        limits: Limits,
        who: str,
        slot: Slot | None = None,
        ran: float = 0.0,
    ) -> None:
        """Take a request that needs a worker, or a result that is there.

        Args:
            client: who is answered.
            request: as it came.
            limits: granted.
            who: whose budget it goes to.
            slot: the worker that is at it already, if there is one.
            ran: for how many seconds.
        """
        now = time.monotonic()
        client.asked = now - ran
        body = request.body
        key = (request.head, body if isinstance(body, bytes) else bytes(body))
        kept = self.cache.get(key)
        if kept is not None and len(kept.body) <= limits.result_mb * 2**20:
            self._tally.hits += 1
            self._answer(client, "cache", OK, kept.parts())
            self._leave_off(slot)
            return
        flight = (key, request.note[:LIMITS_SIZE])
        job = self._flights.get(flight)
        if job is not None:
            self._tally.joins += 1
            job.clients.append(client)
            client.job = job
            self._leave_off(slot)
            return
        wait = self.budget.wait(who, now)
        if wait:
            self._refuse(client, "short", budget.spent(wait))
            self._leave_off(slot)
            return
        storable = not reading.is_volatile(key[1].decode("utf-8", "replace"))
        end = client.asked + limits.seconds
        job = Job(flight, request, limits, who, [client], client.asked, end, storable)
        client.job = job
        if storable:
            self._tally.misses += 1
            self._flights[flight] = job
        if slot is not None:
            job.slot = slot
            self._begin(slot, job, client.asked)
        elif self._known and reading.shape(key[1]) in self._known:
            self._wait(self._heavy, job)
            self._run(now)
        elif not self._short and not self._heavy and (slot := self.crew.free()) is not None:
            self._start(slot, job, now)
        else:
            self._wait(self._short, job)
            self._run(now)

    def leave(self, client: Client) -> None:
        """A client went away, and takes its query with it unless others wait for the same."""
        job, client.job = client.job, None
        if not isinstance(job, Job) or client not in job.clients:
            return
        job.clients.remove(client)
        if job.clients:
            return
        self._tally.outcomes["cancelled"] += 1
        slot = job.slot
        self._over(job)
        if slot is not None:
            if slot.job is job:
                self._remove(slot)
                self.run()
        else:
            self._short.remove(job.who, job) or self._heavy.remove(job.who, job)

    def stop(self) -> None:
        """Let those who wait go."""
        for queue in (self._short, self._heavy):
            while queue:
                self._fail(queue.take(), overloaded(1))

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many run, how many of those in the heavy lane, and the same for those waiting."""
        running = [slot.heavy for slot in self.crew.slots if slot.job is not None]
        return len(running), sum(running), len(self._short) + len(self._heavy), len(self._heavy)

    def forget(self) -> None:
        """Another revision: what is known of queries is no longer true."""
        self.cache.clear()
        self._flights.clear()  # who asks now may not join a run on the old one
        self._known.clear()

    # -- what workers do -----------------------------------------------------------------

    def run(self) -> None:
        """Give work to those who are free."""
        self._run(time.monotonic())

    def replied(self, slot: Slot, reply: Frame) -> None:
        """A worker has done its job."""
        job: Job | None = slot.job
        if job is None:  # who speaks without being asked is not one of ours any more
            self.crew.remove(slot)
            return
        now = time.monotonic()
        slot.job = None
        lane = "heavy" if slot.heavy else "short"
        outcome, tired = outcome_of(reply)
        current = self.crew.is_current(slot)
        mine = job.slot is slot  # or else it was taken back, and is another's by now
        if mine:
            self._usual += 0.1 * (now - job.began - self._usual)
            self._over(job, now)
            if current and job.storable and outcome == OK:
                self.cache.put(job.flight[0], reply)
        if tired or not current or (slot.heavy and slot.behind):
            self._remove(slot)
        elif slot.heavy:
            self._keep_warm(slot, now)  # once niced, always niced
        elif slot.behind:
            self._begin(slot, slot.behind.popleft(), now)
        if self._short or self._heavy:
            self._run(now)
        if mine:
            parts = reply.parts()
            for client in job.clients:
                self._answer(client, lane, outcome, parts)

    def died(self, slot: Slot, status: int | None) -> None:
        """A worker died over its job: tell why, or try again."""
        job: Job = slot.job
        slot.job = None
        self._take_back(slot)
        if not job.clients or job.slot is not slot:
            self.run()
            return
        reason = None if status is None else worker.stopped(status, job.limits)
        job.tries += 1
        if reason is not None or job.tries > _TRIES:
            # Killed from outside again and again: most often the system, short of memory.
            self._over(job)
            self._fail(job, reason or worker.out_of_memory(job.limits))
        else:
            job.slot = None
            (self._heavy if slot.heavy else self._short).put_back(job.who, job)
            self.run()

    # -- time ----------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Look at what has run or waited for too long, and set the time of the next look."""
        for slot in list(self.crew.slots):
            if slot.job is not None and now >= slot.until:
                self._look(slot, slot.job, now)
            elif slot.job is None and slot.heavy and now >= slot.until:
                self._remove(slot)
        for queue in (self._short, self._heavy):
            for job in [job for job in queue if now >= job.deadline]:
                queue.remove(job.who, job)
                self._over(job)
                self._fail(job, self._later())
        self._run(now)
        times = [s.until for s in self.crew.slots if s.job is not None or s.heavy]
        if self._short or self._heavy:
            times.append(now + _LOOK)
        self.due = min(times, default=math.inf)

    def _look(self, slot: Slot, job: Job, now: float) -> None:
        if job.slot is not slot:  # taken back, and not yet done here
            slot.until = now + _LOOK
            if now - slot.began > self._rules.slice:
                self._remove(slot)
            return
        if now >= job.deadline:
            self._over(job, now)
            heavy = slot.heavy
            self._remove(slot)
            ran_most = job.began - job.arrived < 0.5 * job.limits.seconds
            error = worker.deadline(job.limits) if ran_most else self._later()
            self._fail(job, error, "heavy" if heavy else "short")
            return
        self._take_back(slot)
        if not self._is_heavy(slot, job, now):
            return
        self._known[reading.shape(job.flight[0][1])] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if self._heavy_running() < self._rules.heavy:
            self._promote(slot)
            slot.until = job.deadline
        else:
            self._spend(job, now)
            job.slot = None
            self._remove(slot)
            self._wait(self._heavy, job)

    def _is_heavy(self, slot: Slot, job: Job, now: float) -> bool:
        """Whether a query has had its slice; where not, it sets the time of the next look.

        What counts is the processor time that it used, from the first look on. On a machine
        that is busy with other things every query takes long, and to stop or to nice the short
        ones would make that worse.
        """
        ran = now - slot.began
        if ran < self._piece:  # only those behind it had to be seen to
            slot.until = min(job.deadline, slot.began + self._piece)
            return False
        used = slot.processor_time()
        if used is None:
            return ran >= self._rules.slice
        if slot.used is None:
            slot.used = used  # since the worker began, so only what is added counts
        if used - slot.used >= self._piece / 2 or ran >= _PATIENT * self._rules.slice:
            return True
        slot.until = min(job.deadline, now + self._piece / 2)
        return False

    # -- inside --------------------------------------------------------------------------

    def _leave_off(self, slot: Slot | None) -> None:
        """Nobody needs what a worker is at."""
        if slot is not None:
            self.crew.remove(slot)

    def _heavy_running(self) -> int:
        return sum(slot.heavy and slot.job is not None for slot in self.crew.slots)

    def _promote(self, slot: Slot) -> None:
        """Move a worker to the heavy lane; of too many there, one that waits goes."""
        self.crew.promote(slot)
        if sum(each.heavy for each in self.crew.slots) > self._rules.heavy:
            waiting = self.crew.warm()
            if waiting is not None:
                self._remove(waiting)

    def _keep_warm(self, slot: Slot, now: float) -> None:
        slot.until = now + _WARM
        if self._heavy:
            self._start(slot, self._heavy.take(), now)
        else:
            self.due = min(self.due, slot.until)

    def _wait(self, queue: Waiting[Job], job: Job) -> None:
        refused = queue.put(job.who, job)
        self.due = min(self.due, time.monotonic() + _LOOK)
        if refused is not None:
            self._over(refused)
            self._fail(refused, self._later())

    def _run(self, now: float) -> None:
        while self._heavy and self._heavy_running() < self._rules.heavy:
            slot = self.crew.warm()
            if slot is None:
                if (slot := self.crew.free()) is None:
                    break
                self.crew.promote(slot)
            self._start(slot, self._heavy.take(), now)
        while self._short and (slot := self.crew.free()) is not None:
            self._start(slot, self._short.take(), now)
        while self._short and (slot := self._soon_free(now)) is not None:
            job = self._short.take()
            job.slot = slot
            slot.behind.append(job)
            slot.until = min(slot.until, now + _TOO_LONG)
            self.due = min(self.due, slot.until)
            self._loop.post(slot.line, *job.request.parts())

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

    def _start(self, slot: Slot, job: Job, now: float) -> None:
        job.slot = slot
        self._begin(slot, job, now)
        self._loop.post(slot.line, *job.request.parts())

    def _begin(self, slot: Slot, job: Job, now: float) -> None:
        slot.job = job
        slot.began = now
        slot.used = None
        if job.slot is slot:
            job.began = now
        until = job.deadline
        if not slot.heavy:
            first = now + (_TOO_LONG if slot.behind else self._piece)
            until = min(until, first)
        slot.until = until
        self.due = min(self.due, until)

    def _take_back(self, slot: Slot) -> None:
        """Let those behind a worker's job be done by another. What it says of them is lost."""
        for job in reversed(slot.behind):
            if job.slot is slot:
                job.slot = None
                self._short.put_back(job.who, job)

    def _remove(self, slot: Slot) -> None:
        self._take_back(slot)
        self.crew.remove(slot)

    def _over(self, job: Job, now: float = 0.0) -> None:
        """A job has ended, one way or another."""
        if self._flights.get(job.flight) is job:
            del self._flights[job.flight]
        self._spend(job, now or time.monotonic())
        job.slot = None

    def _spend(self, job: Job, now: float) -> None:
        if job.slot is not None and job.slot.job in (job, None):
            self.budget.spend(job.who, now - job.began, now)

    def _fail(self, job: Job, error: PlankbError, lane: str = "short") -> None:
        for client in job.clients:
            self._refuse(client, lane, error)

    def _refuse(self, client: Client, lane: str, error: PlankbError) -> None:
        self._answer(client, lane, error.code, of_problem(error).parts())

    def _answer(self, client: Client, lane: str, outcome: str, parts: tuple[Bytes, ...]) -> None:
        self._tally.answered(lane, outcome, time.monotonic() - client.asked)
        waited, client.job = client.job, None
        self._loop.post(client.line, *parts)
        if waited is not None:
            client.attend()

    def _later(self) -> Overloaded:
        waiting = len(self._short) + len(self._heavy)
        wait = self._usual * (waiting + 1) / max(1, len(self.crew.slots))
        return overloaded(max(1, min(60, math.ceil(wait))))
