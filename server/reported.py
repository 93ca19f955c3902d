"""What the service has of the ledger: the reports in force, beside the plan graph.

Must not know HTTP, nor how a file is read.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import PlankbError
from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.settings import Settings
from server.logs import given

if TYPE_CHECKING:
    from kb.reports.following import Follower
    from kb.reports.ledger.records import Head

_LOG = logging.getLogger("plankb.service")


def plan_of(revision: str) -> str:
    """The revision of the plan graph in that of the plan graph together with reports."""
    return revision.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Reported:
    """The reports in force.

    Args:
        revision: name of the plan graph together with them.
        data: their quads, as N-Quads.
    """

    revision: str
    data: bytes

    @classmethod
    def of(cls, settings: Settings, built: PlanGraph) -> Reported:
        """As the ledger has them now; none where there is no ledger.

        Raises:
            PlankbError: the ledger cannot be read.
        """
        following = Following(settings, "", built)
        found = following.look()
        following.close()
        return found or cls(built.revision, b"")


class Following:
    """Looks into the ledger for a decision that changes the graph.

    Args:
        settings: in force.
        served: name of the revision that is served; what differs from it is news.
        built: the plan graph, where it is at hand.
    """

    def __init__(self, settings: Settings, served: str, built: PlanGraph | None = None) -> None:
        self._settings = settings
        self._served = served
        self._built = built
        self._follower: Follower | None = None
        self._seen: Head | None = None
        self._silent = False

    @property
    def plan(self) -> PlanGraph:
        """The plan graph, from its cache where it is there."""
        if self._built is None:
            self._built = graph.build(self._settings)
        return self._built

    def look(self) -> Reported | None:
        """The reports in force, where they are others than are served.

        Raises:
            PlankbError: the ledger cannot be read.
        """
        follower = self._open()
        if follower is None:
            return None
        head = follower.ledger.head()
        if head == self._seen:
            return None
        first, self._seen = self._seen is None, head
        if first and self._served and self.plan.revision != plan_of(self._served):
            # Somebody has changed the plan's files and not yet asked for them to be brought in.
            return None
        in_force = follower.ledger.in_force()
        revision = follower.revision(self.plan.revision, in_force)
        if revision == self._served:
            return None
        data = b"".join(follower.nquads(in_force))
        for one in follower.unread:
            _LOG.error(
                "an accepted report cannot be read",
                extra=given(submission=one.submission, report=str(one.key), why=one.reason.en),
            )
        return Reported(revision, data)

    def try_to(self) -> Reported | None:
        """The same, where a ledger that cannot be read now is no news; the log says so once."""
        try:
            found = self.look()
        except PlankbError as error:
            self.forget()
            if not self._silent:
                _LOG.error("the ledger cannot be read", extra=given(why=error.render("en")))
            self._silent = True
            return None
        self._silent = False
        return found

    def forget(self) -> None:
        """What was found came to nothing: find it again."""
        self._seen = None

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
