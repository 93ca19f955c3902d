"""What today's rules make of submissions that were audited before.

A submission is audited beside the earlier reports that stood when it came in, so that what differs
from the audit on record is the rules' and the plan's doing, and not that of later reports.
Must not know the web, nor how anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.reports.comparing import Changes, compare
from kb.reports.desk import Desk
from kb.reports.finding import Audit, Finding
from kb.reports.ledger.records import Audited, KeptAudit, Key, Submission
from kb.reports.output.json import as_dict, finding_as_dict
from kb.reports.recorded import audit_of
from kb.text import Text


@dataclass(frozen=True, slots=True)
class Again:
    """A submission, its audit on record, and what there would be today.

    Args:
        submission: which.
        recorded: its newest audit; None where it has none.
        audit: by today's rules; None where its file cannot be read any more.
        changes: from the one to the other; None where one of them is missing.
        unreadable: why it cannot be read.
    """

    submission: Submission
    recorded: KeptAudit | None
    audit: Audit | None
    changes: Changes | None
    unreadable: Text | None = None

    @property
    def new(self) -> tuple[Finding, ...]:
        """Findings that the audit on record does not have; all, where there is none."""
        if self.audit is None:
            return ()
        if self.changes is None:
            return self.audit.findings
        return tuple(self.audit.findings[place] for place in sorted(self.changes.new))

    @property
    def fixed(self) -> tuple[Finding, ...]:
        """Findings on record that would be none today."""
        return self.changes.fixed if self.changes is not None else ()

    @property
    def persists(self) -> int:
        """How many findings are the same."""
        return len(self.changes.persists) if self.changes is not None else 0

    @property
    def is_other(self) -> bool:
        """Whether anything would be different."""
        return self.audit is None or bool(self.new or self.fixed)

    @property
    def is_worse(self) -> bool:
        """Whether there would be a violation that is not on record."""
        return any(one.severity == "violation" and one.outcome == "violated" for one in self.new)

    def to_keep(self, desk: Desk) -> Audited | None:
        """Today's audit for the ledger, if there is one."""
        if self.audit is None:
            return None
        return Audited(self.audit.rules, desk.plan.revision, as_dict(self.audit))

    def as_dict(self) -> dict[str, object]:
        """In JSON values."""
        own, recorded = self.submission, self.recorded
        return {
            "submission": own.id,
            "state": own.state,
            "reports": [str(key) for key in own.keys],
            "file": own.name,
            "recorded": None
            if recorded is None
            else {
                "entry": recorded.entry,
                "at": recorded.at,
                "rules": recorded.rules,
                "plan": recorded.plan,
                "conforms": recorded.conforms,
            },
            "conforms": None if self.audit is None else self.audit.conforms,
            "fixed": [finding_as_dict(one) for one in self.fixed],
            "new": [finding_as_dict(one) for one in self.new],
            "persists": self.persists,
            "unreadable": None if self.unreadable is None else self.unreadable.as_dict(),
        }


def again(desk: Desk, submission: Submission) -> Again:
    """Audit a submission by today's rules.

    Raises:
        Overloaded: the ledger cannot be had now.
    """
    ledger = desk.ledger
    read = desk.read(ledger.file(submission.id))
    if read.refused is not None:
        return Again(submission, submission.audit, None, None, read.refused)
    earlier = [desk.read(ledger.file(one.id)) for one in _stood(desk, submission)]
    audit = desk.audit([read], [one for one in earlier if one.refused is None])
    kept = ledger.audit(submission.id)
    changes = None if kept is None else compare(audit_of(kept), read.sheets, audit, read.sheets)
    return Again(submission, submission.audit, audit, changes)


def _stood(desk: Desk, submission: Submission) -> Iterator[Submission]:
    """The earlier reports that a submission was audited beside, the oldest first."""
    keys = desk.beside(submission.keys)
    seen: set[Key] = set()
    chosen: list[Submission] = []
    for one in desk.ledger.histories(keys):  # the newest first
        if one.entry >= submission.entry or one.sha256 == submission.sha256:
            continue
        decided = [d for d in desk.ledger.decisions(one.id) if d.entry < submission.entry]
        if decided and decided[0].verdict in ("withdrawn", "returned"):
            continue
        if keys.intersection(one.keys) - seen:
            chosen.append(one)
        seen |= keys.intersection(one.keys)
    yield from reversed(chosen)
