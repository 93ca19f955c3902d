"""What the service has of the ledger: the reports in force, beside the plan graph.

Must not know HTTP, nor how a file is read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.errors import PlankbError
from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.settings import Settings
from kb.store.patch import Patch
from server.logs import given

if TYPE_CHECKING:
    from kb.reports.following import Follower
    from kb.reports.ledger.records import Head, InForce, Key

_LOG = logging.getLogger("plankb.service")


def plan_of(revision: str) -> str:
    """The revision of the plan graph in that of the plan graph together with reports."""
    return revision.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Served:
    """What is served of the ledger.

    Args:
        revision: name of the plan graph together with the reports.
        until: number of the newest entry that was there then: what the reports were after it
            can be found again, as nothing in the ledger changes.
    """

    revision: str
    until: int = 0


@dataclass(frozen=True)
class Reported:
    """The reports in force.

    Args:
        served: what is to be served.
        patch: what is other than is served already; None where that is not known.
        data: all quads as N-Quads, report by report; made when they are asked for, once.
    """

    served: Served
    patch: Patch | None
    data: Iterable[bytes] = ()

    @classmethod
    def of(cls, settings: Settings, built: PlanGraph) -> Reported:
        """As the ledger has them now; none where there is no ledger.

        Raises:
            PlankbError: the ledger cannot be read; also while the data is made.
        """
        following = Following(settings, None, built)
        try:
            found = following.look()
        except BaseException:
            following.close()
            raise
        if found is None:
            following.close()
            return cls(Served(built.revision), None)
        return replace(found, data=following.ending_with(found.data))


class Following:
    """Looks into the ledger for a decision that changes the graph.

    Args:
        settings: in force.
        served: what differs from it is news; None where nothing is served.
        built: the plan graph, where it is at hand.
    """

    def __init__(
        self, settings: Settings, served: Served | None, built: PlanGraph | None = None
    ) -> None:
        self._settings = settings
        self._served = served
        self._built = built
        self._follower: Follower | None = None
        self._seen: Head | None = None
        self._known: dict[Key, InForce] | None = None
        self._last: tuple[Served | None, dict[Key, InForce] | None] | None = None
        self._silent = False

    @property
    def plan(self) -> PlanGraph:
        """The plan graph, from its cache where it is there."""
        if self._built is None:
            self._built = graph.build(self._settings)
        return self._built

    def look(self) -> Reported | None:
        """The reports in force, where they are others than are served.

        What it gives counts as served from then on.

        Raises:
            PlankbError: the ledger cannot be read.
        """
        follower = self._open()
        if follower is None:
            return None
        head = follower.ledger.head()
        if head == self._seen:
            return None
        served, same = self._served, False
        if served is not None:
            same = self.plan.revision == plan_of(served.revision)
            if self._seen is None and not same:
                # Somebody has changed the plan's files and not yet asked for them to be brought in.
                self._seen = head
                return None
        before = self._before(follower, head) if same else None
        now = self._now(follower, head, before)
        revision = follower.revision(self.plan.revision, tuple(now.values()))
        news = Reported(Served(revision, head.sequence), None, self._data(follower, now))
        if served is not None and revision == served.revision:
            self._seen, self._known, self._served = head, now, news.served
            return None
        if before is not None:
            changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
            news = replace(news, patch=follower.patch(changed, now))
            self._tell_unread(follower)
        self._last = served, before
        self._seen, self._known, self._served = head, now, news.served
        return news

    def _before(self, follower: Follower, head: Head) -> dict[Key, InForce] | None:
        """The reports that are served; None where they are not of this ledger."""
        assert self._served is not None
        if head.sequence < self._served.until:  # a backup was restored
            return None
        if self._known is not None:
            return self._known
        then = follower.ledger.in_force(until=self._served.until)
        if follower.revision(self.plan.revision, then) != self._served.revision:
            return None
        return {one.key: one for one in then}

    def _now(
        self, follower: Follower, head: Head, before: dict[Key, InForce] | None
    ) -> dict[Key, InForce]:
        """The reports in force after an entry, in the order of their keys."""
        ledger, until = follower.ledger, head.sequence
        if before is None or self._served is None:
            return {one.key: one for one in ledger.in_force(until=until)}
        decided = set(ledger.decided(self._served.until))
        others = {one.key: one for one in ledger.in_force(until=until, keys=decided)}
        rest = {key: one for key, one in before.items() if key not in decided}
        return dict(sorted((rest | others).items()))

    def _data(self, follower: Follower, now: dict[Key, InForce]) -> Iterator[bytes]:
        yield from follower.nquads(tuple(now.values()))
        self._tell_unread(follower)

    @staticmethod
    def _tell_unread(follower: Follower) -> None:
        for one in follower.unread:
            _LOG.error(
                "an accepted report cannot be read",
                extra=given(submission=one.submission, report=str(one.key), why=one.reason.en),
            )

    def try_to(self) -> Reported | None:
        """The same, where a ledger that cannot be read now is no news; the log says so once."""
        try:
            found = self.look()
        except PlankbError as error:
            self._seen = None
            if not self._silent:
                _LOG.error("the ledger cannot be read", extra=given(why=error.render("en")))
            self._silent = True
            return None
        self._silent = False
        return found

    def forget(self) -> None:
        """What was found came to nothing: find it again."""
        self._seen = None
        if self._last is not None:
            (self._served, self._known), self._last = self._last, None

    def ending_with(self, data: Iterable[bytes]) -> Iterator[bytes]:
        """The same data; with its end the ledger is closed."""
        try:
            yield from data
        finally:
            self.close()

    def close(self) -> None:
        """Close the ledger."""
        if self._follower is not None:
            self._follower.ledger.close()

    def _open(self) -> Follower | None:
        if self._follower is None:
            # On use: as long as nobody has handed anything in, this costs next to nothing.
            from kb.reports.ledger.ledger import Ledger

            if not Ledger.exists(self._settings):
                return None
            from kb.reports.drawing import Drawer
            from kb.reports.following import Follower

            drawer = Drawer(self.plan)
            self._follower = Follower(Ledger.of(self._settings), drawer, self._settings)
            if self._served:  # there will be something to draw
                drawer.warm()
        return self._follower
