"""The store follows the ledger: which reports are in the graph, and their quads.

In force is, of each reporter, team and year, the newest submission that is accepted. Its quads
are made from the kept bytes, by whoever draws them (:class:`Drawing`), and kept in the cache
folder, so that a decision costs the reading of one file and not of all. The same ledger and the
same way of drawing give the same bytes, from the cache or without it.
Must not know how a file is read, nor who serves the graph.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kb.errors import FileProblem
from kb.plan.kept import Kept
from kb.reports.graph import graph_of
from kb.reports.ledger import chain
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import InForce, Key, Submission
from kb.reports.sheet import Upload
from kb.settings import Settings
from kb.store.patch import Patch
from kb.text import Text

#: Grows when what is kept in the cache changes its form.
_FORM = 1


class Drawing(Protocol):
    """How the graphs of a report are made."""

    @property
    def version(self) -> str:
        """Names everything that decides what is drawn: with another name all is drawn anew."""

    def draw(
        self, submission: Submission, upload: Upload, audit: Mapping[str, Any] | None
    ) -> Mapping[Key, bytes]:
        """The graph of each report in a file, as N-Quads.

        Args:
            submission: as the ledger has it.
            upload: its file.
            audit: its first one, which never changes, in the JSON form of the contract.

        Raises:
            FileProblem: it cannot be read any more.
        """


@dataclass(frozen=True, slots=True)
class Unread:
    """A submission that is in force and whose file gives no graph of a key any more."""

    key: Key
    submission: str
    reason: Text


@dataclass(slots=True)
class Follower:
    """Makes what the store has of a ledger.

    Args:
        ledger: that is followed.
        drawing: how.
        settings: base and cache count.
        unread: what the last :meth:`nquads` had to leave out.
    """

    ledger: Ledger
    drawing: Drawing
    settings: Settings
    unread: list[Unread] = field(default_factory=list)

    def revision(self, plan: str, in_force: Sequence[InForce]) -> str:
        """The name of the plan graph together with reports: the plan's own where there are none.

        Args:
            plan: revision of the plan graph.
            in_force: the reports.
        """
        return f"{plan}-{self.digest(in_force)}" if in_force else plan

    def digest(self, in_force: Sequence[InForce]) -> str:
        """What stands for the reports in the name of a revision; empty where there are none."""
        if not in_force:
            return ""
        listed = [[str(each.key), each.submission, each.received_at] for each in in_force]
        told = [_FORM, self.settings.base, self.drawing.version, listed]
        return chain.sha256(chain.canonical(told))[:16]

    def nquads(self, in_force: Sequence[InForce]) -> Iterator[bytes]:
        """The quads of all reports in force, report by report in the order of their keys.

        Raises:
            Overloaded: the ledger cannot be had now.
        """
        self.unread = []
        drawn: dict[str, Mapping[Key, bytes]] = {}
        for each in in_force:
            # The reports of a file often follow one another.
            if each.submission not in drawn:
                drawn = {each.submission: self._drawn(each)}
            own = drawn[each.submission].get(each.key)
            if own is None:
                self._miss(each)
            else:
                yield own

    def patch(self, changed: Iterable[Key], in_force: Mapping[Key, InForce]) -> Patch:
        """What the graphs of these reports are now.

        Args:
            changed: keys of reports that are others, or gone.
            in_force: all reports.

        Raises:
            Overloaded: the ledger cannot be had now.
        """
        keys = sorted(set(changed))
        graphs = [graph_of(self.settings.base, f"{k.reporter}/{k.team}", k.year) for k in keys]
        now = [in_force[key] for key in keys if key in in_force]
        return Patch.of(graphs, b"".join(self.nquads(now)))

    def rebuild(self) -> Rebuilt:
        """Make all graphs anew from the kept bytes, and hold the cache against them.

        Raises:
            Overloaded: the ledger cannot be had now.
        """
        in_force = self.ledger.in_force()
        cached = Follower(self.ledger, self.drawing, self.settings)
        kept = chain.sha256(b"".join(cached.nquads(in_force)))
        for each in in_force:
            with contextlib.suppress(OSError):  # a cache that cannot be written has nothing either
                self._place(each).path.unlink()
        data = b"".join(self.nquads(in_force))
        fresh = chain.sha256(data)
        return Rebuilt(len(in_force), data.count(b"\n"), fresh, kept == fresh, tuple(self.unread))

    # -- one submission ------------------------------------------------------------------

    def _place(self, report: InForce) -> Kept:
        """Where the graphs of a submission are kept; another ledger may have it of another day."""
        told = (report.submission, report.sha256, report.received_at)
        made_from = [_FORM, self.settings.base, self.drawing.version, *told]
        name = chain.sha256(chain.canonical(made_from))[:32]
        return Kept.of(self.settings, f"reports/{report.submission}-{name}.nq")

    def _drawn(self, report: InForce) -> Mapping[Key, bytes]:
        place = self._place(report)
        found = place.read()
        if found is not None:
            return _parts(found)
        submission = self.ledger.get(report.submission)
        try:
            audit = self.ledger.audit(report.submission, first=True)
            made = self.drawing.draw(submission, self.ledger.file(report.submission), audit)
        except FileProblem as error:
            self.unread.append(Unread(report.key, report.submission, error.message))
            return {}
        place.write(_together(made))
        return made

    def _miss(self, report: InForce) -> None:
        if not any(one.submission == report.submission for one in self.unread):
            reason = Text(zh="文件中没有这份报表", en="the file has no such report")
            self.unread.append(Unread(report.key, report.submission, reason))


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What :meth:`Follower.rebuild` made.

    Args:
        reports: in force.
        quads: of all of them.
        sha256: of the N-Quads.
        same: whether the cache had given the same.
        unread: what could not be drawn.
    """

    reports: int
    quads: int
    sha256: str
    same: bool
    unread: tuple[Unread, ...]


def _together(drawn: Mapping[Key, bytes]) -> bytes:
    """The graphs of a submission in one piece: a line that lists them, then one after the other."""
    keys = sorted(drawn)
    listed = [[key.reporter, key.team, key.year, len(drawn[key])] for key in keys]
    return json.dumps(listed).encode() + b"\n" + b"".join(drawn[key] for key in keys)


def _parts(together: bytes) -> dict[Key, bytes]:
    head, _, rest = together.partition(b"\n")
    found: dict[Key, bytes] = {}
    start = 0
    for reporter, team, year, size in json.loads(head):
        found[Key(reporter, team, year)] = rest[start : start + size]
        start += size
    return found
