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
from kb.store.turns import LOOK, Turns
from kb.store.waiting import Waiting

#: How often a query is run again whose worker was killed from outside.
_TRIES = 2
#: How many heavy queries are remembered as such.
_REMEMBERED = 2000


class Lanes:
    """The queries of all clients, from their arrival to their answer.

    Args:
        rules: to keep to.
        loop: that sends answers.
        tally: that counts them.
        budget: that clients use up.
    """

    def __init__(self, rules: Rules, loop: Loop, tally: Tally, budget: Budget) -> None:
        self._rules = rules
        self._loop = loop
        self._tally = tally
        self._budget = budget
        self._turns = Turns(rules, loop)
        self._flights: dict[Flight, Job] = {}
        self._known: OrderedDict[str, None] = OrderedDict()
        self._usual = 0.01  # seconds of a query, as a moving mean
        self.cache = ResultCache(rules.cache)

    @property
    def crew(self) -> Crew:
        """The workers; set before anything else."""
        return self._turns.crew

    @crew.setter
    def crew(self, crew: Crew) -> None:
        self._turns.crew = crew

    @property
    def due(self) -> float:
        """When to look again, whatever happens."""
        return self._turns.due

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
        turns, now = self._turns, time.monotonic()
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
        wait = self._budget.wait(who, now)
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
            turns.begin(slot, job, client.asked)
        elif self._known and reading.shape(key[1]) in self._known:
            self._wait(turns.heavy, job)
            turns.run(now)
        elif not turns.waiting and (slot := self.crew.free()) is not None:
            turns.start(slot, job, now)
        else:
            self._wait(turns.short, job)
            turns.run(now)

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
                self._turns.remove(slot)
                self.run()
        else:
            self._turns.short.remove(job.who, job) or self._turns.heavy.remove(job.who, job)

    def stop(self) -> None:
        """Let those who wait go."""
        for queue in (self._turns.short, self._turns.heavy):
            while queue:
                self._fail(queue.take(), overloaded(1))

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many run, how many of those in the heavy lane, and the same for those waiting."""
        running = [slot.heavy for slot in self.crew.slots if slot.job is not None]
        return len(running), sum(running), self._turns.waiting, len(self._turns.heavy)

    def forget(self) -> None:
        """Another revision: what is known of queries is no longer true."""
        self.cache.clear()
        self._flights.clear()  # who asks now may not join a run on the old one
        self._known.clear()

    # -- what workers do -----------------------------------------------------------------

    def run(self) -> None:
        """Give work to those who are free."""
        self._turns.run(time.monotonic())

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
            self._turns.remove(slot)
        elif slot.heavy:
            self._turns.keep_warm(slot, now)  # once niced, always niced
        else:
            self._turns.next(slot, now)
        if self._turns.waiting:
            self._turns.run(now)
        if mine:
            parts = reply.parts()
            for client in job.clients:
                self._answer(client, lane, outcome, parts)

    def died(self, slot: Slot, status: int | None) -> None:
        """A worker died over its job: tell why, or try again."""
        job: Job = slot.job
        slot.job = None
        self._turns.take_back(slot)
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
            (self._turns.heavy if slot.heavy else self._turns.short).put_back(job.who, job)
            self.run()

    # -- time ----------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Look at what has run or waited for too long, and set the time of the next look."""
        for slot in list(self.crew.slots):
            if slot.job is not None and now >= slot.until:
                self._look(slot, slot.job, now)
            elif slot.job is None and slot.heavy and now >= slot.until:
                self._turns.remove(slot)
        for queue in (self._turns.short, self._turns.heavy):
            for job in [job for job in queue if now >= job.deadline]:
                queue.remove(job.who, job)
                self._over(job)
                self._fail(job, self._later())
        self._turns.run(now)
        self._turns.look_again(now)

    def _look(self, slot: Slot, job: Job, now: float) -> None:
        if job.slot is not slot:  # taken back, and not yet done here
            slot.until = now + LOOK
            if now - slot.began > self._rules.slice:
                self._turns.remove(slot)
            return
        if now >= job.deadline:
            self._over(job, now)
            heavy = slot.heavy
            self._turns.remove(slot)
            ran_most = job.began - job.arrived < 0.5 * job.limits.seconds
            error = worker.deadline(job.limits) if ran_most else self._later()
            self._fail(job, error, "heavy" if heavy else "short")
            return
        self._turns.take_back(slot)
        if not self._turns.is_heavy(slot, job, now):
            return
        self._known[reading.shape(job.flight[0][1])] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if self._turns.heavy_running < self._rules.heavy:
            self._turns.promote(slot)
            slot.until = job.deadline
        else:
            self._spend(job, now)
            job.slot = None
            self._turns.remove(slot)
            self._wait(self._turns.heavy, job)

    # -- inside --------------------------------------------------------------------------

    def _wait(self, queue: Waiting[Job], job: Job) -> None:
        refused = self._turns.wait(queue, job)
        if refused is not None:
            self._over(refused)
            self._fail(refused, self._later())

    def _leave_off(self, slot: Slot | None) -> None:
        """Nobody needs what a worker is at."""
        if slot is not None:
            self.crew.remove(slot)

    def _over(self, job: Job, now: float = 0.0) -> None:
        """A job has ended, one way or another."""
        if self._flights.get(job.flight) is job:
            del self._flights[job.flight]
        self._spend(job, now or time.monotonic())
        job.slot = None

    def _spend(self, job: Job, now: float) -> None:
        if job.slot is not None and job.slot.job in (job, None):
            self._budget.spend(job.who, now - job.began, now)

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
        wait = self._usual * (self._turns.waiting + 1) / max(1, len(self.crew.slots))
        return overloaded(max(1, min(60, math.ceil(wait))))
