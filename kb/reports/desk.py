"""Where files are handed in: read, audited beside what the ledger has already, taken in.

Must not know the web, nor how anything is read, found or kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.errors import InputError
from kb.plan.graph import PlanGraph
from kb.reports import form, reading
from kb.reports.auditing import Auditor
from kb.reports.codelists import CodeLists
from kb.reports.comparing import Changes, compare
from kb.reports.finding import Audit
from kb.reports.keys import keys_of
from kb.reports.lane import Lane
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Audited, Key, Receipt, Submission
from kb.reports.output.json import as_dict
from kb.reports.reading import Reading
from kb.reports.reading.limits import Limits
from kb.reports.recorded import audit_of
from kb.reports.sheet import Upload
from kb.settings import Settings
from kb.text import Text

#: Files that were read lately and may be asked for again; a report has some 100 kB.
_KEPT = 48
#: Years before a report's own that its rules look at.
_YEARS = 5


class NoReport(InputError):
    """A file cannot be read as a report, or says not whose it is; fields: checked."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Files that were read and audited.

    Args:
        uploads, readings: the files, and what was read of them.
        audit: of all of them as one batch.
        keys: reports in each file.
        revises: the earlier submission of the same report, where there is just one file.
        changes: since that version.
    """

    uploads: tuple[Upload, ...]
    readings: tuple[Reading, ...]
    audit: Audit
    keys: tuple[tuple[Key, ...], ...]
    revises: Submission | None = None
    changes: Changes | None = None


class Desk:
    """Reads, audits and takes in, for any number of threads.

    Args:
        plan: that figures are audited against.
        ledger: opens that which files go into and earlier reports come from; called when the
            first file comes.
        settings: upload_… count.
    """

    def __init__(self, plan: PlanGraph, ledger: Callable[[], Ledger], settings: Settings) -> None:
        self.plan = plan
        self._open = ledger
        self.lists = CodeLists.of(plan)
        first, last = form.years(plan)
        self.years = tuple(range(first, last + 1))
        self._limits = Limits.of(settings)
        self._auditor = Auditor(plan)
        self._read: OrderedDict[tuple[str, str], Reading] = OrderedDict()
        self._lock = threading.Lock()
        self._lane = Lane()

    @property
    def ledger(self) -> Ledger:
        """What was handed in before.

        Raises:
            InputError, Overloaded: as :meth:`Ledger.open`.
        """
        return self._open()

    def read(self, upload: Upload) -> Reading:
        """What is in a file; read once for as long as it is asked for."""
        key = (upload.sha256, upload.name)
        with self._lock:
            found = self._read.get(key)
            if found is not None:
                self._read.move_to_end(key)
                return found
        found = reading.read(upload, self.lists, self._limits)
        if found.refused is None:  # a deadline may be kept another time
            with self._lock:
                self._read[key] = found
                while len(self._read) > _KEPT:
                    self._read.popitem(last=False)
        return found

    def check(
        self, uploads: Iterable[Upload], seen: Callable[[Submission], bool] = lambda _: True
    ) -> Checked:
        """Read and audit files beside the reports before them; nothing is kept.

        Args:
            uploads: one batch.
            seen: whether whoever asks may read a submission: findings tell its figures.

        Raises:
            Overloaded: too many large files are being audited.
        """
        given = tuple(uploads)
        readings = tuple(self.read(upload) for upload in given)
        reports = self._auditor.grapher.reports
        keys = tuple(keys_of(reports(one.observations), self.lists) for one in readings)
        own = {key for found in keys for key in found}
        hashes = {one.sha256 for one in readings}
        # A file that is checked again, or is in the batch, is no earlier report of itself.
        found = [
            one
            for one in self.ledger.histories(_asked(own))
            if one.sha256 not in hashes and seen(one)
        ]
        earlier = _earlier(found, _asked(own))
        before = [self.read(self.ledger.file(one.id)) for one in earlier]
        usable = [one for one in before if one.refused is None]
        with self._lane.turn(sum(one.rows for one in (*readings, *usable))):
            audit = self._auditor.audit(readings, previous=usable)
        revises = None
        if len(given) == 1:
            revises = _newest(one for one in found if own.intersection(one.keys))
        if revises is None:
            return Checked(given, readings, audit, keys)
        changes = self.changes(revises, audit, readings)
        return Checked(given, readings, audit, keys, revises, changes)

    def submit(
        self,
        upload: Upload,
        by: Actor,
        *,
        media_type: str = "application/octet-stream",
        idempotency_key: str | None = None,
    ) -> tuple[Receipt, Checked]:
        """Take a file in with its audit, whatever was found in it.

        Raises:
            NoReport: it cannot be read, or names no report; nothing is kept.
            InputError, Overloaded: as :meth:`Ledger.submit`.
        """
        checked = self.check([upload])
        refused = checked.readings[0].refused
        if refused is not None:
            raise NoReport(
                "report-" + (checked.readings[0].code or "unreadable"),
                refused,
                Text(
                    "改正后重新提交；没有保存任何内容",
                    "mend it and hand it in again; nothing was kept",
                ),
                checked=checked,
            )
        if not checked.keys[0]:
            raise NoReport(
                "report-nameless",
                Text(
                    "没有一行写明了已知的填报单位、队伍和年份，不知道是谁的报表",
                    "no row names a known reporter, team and year, so it is nobody's report",
                ),
                Text(
                    "填好这三列后重新提交；没有保存任何内容",
                    "fill in these three columns and hand it in again; nothing was kept",
                ),
                checked=checked,
            )
        receipt = self.ledger.submit(
            upload,
            by,
            checked.keys[0],
            media_type=media_type,
            idempotency_key=idempotency_key,
            audit=Audited(checked.audit.rules, self.plan.revision, as_dict(checked.audit)),
        )
        return receipt, checked

    def audit(self, readings: Sequence[Reading], earlier: Sequence[Reading]) -> Audit:
        """Audit what was read as one batch, beside earlier reports, the oldest first."""
        return self._auditor.audit(readings, previous=earlier)

    def beside(self, keys: Iterable[Key]) -> set[Key]:
        """The keys of these reports and of those of earlier years that their rules look at."""
        return _asked(keys)

    @property
    def rules(self) -> str:
        """The version of the rules in force."""
        return self._auditor.rules.version

    def changes(
        self, before: Submission, audit: Audit, readings: Sequence[Reading]
    ) -> Changes | None:
        """What became of the findings of an earlier version; None where it has no audit."""
        kept = self.ledger.audit(before.id)
        if kept is None:
            return None
        read = self.read(self.ledger.file(before.id))
        sheets = [sheet for one in readings for sheet in one.sheets]
        return compare(audit_of(kept), read.sheets, audit, sheets)

    def before(self, submission: Submission) -> Submission | None:
        """The newest earlier version of any of a submission's reports that was not withdrawn."""
        return _newest(
            one for one in self.ledger.histories(submission.keys) if one.entry < submission.entry
        )


def _asked(keys: Iterable[Key]) -> set[Key]:
    """The keys of these reports and of those of the years before."""
    return {
        Key(key.reporter, key.team, year)
        for key in keys
        for year in range(key.year - _YEARS, key.year + 1)
    }


def _earlier(found: Sequence[Submission], keys: set[Key]) -> list[Submission]:
    """Of submissions, newest first, the one of each key that stands, oldest first."""
    chosen: dict[str, Submission] = {}
    seen: set[Key] = set()
    for one in found:
        if one.state in ("withdrawn", "returned"):
            continue
        own = keys.intersection(one.keys)
        if own - seen:
            chosen[one.id] = one
        seen |= own
    return sorted(chosen.values(), key=lambda one: one.entry)


def _newest(found: Iterable[Submission]) -> Submission | None:
    """The first of submissions that was not withdrawn; a returned one is what is mended."""
    return next((one for one in found if one.state != "withdrawn"), None)
