"""What an audit says: findings with their cells and arithmetic, and how each target stands.

The form of the JSON is the outside contract. Must not know how anything was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from kb.reports.sheet import Cell
from kb.text import Text

Severity = Literal["violation", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
#: ``not-evaluable``: an operand is missing or can be read in two ways; always an info.
Outcome = Literal["violated", "not-evaluable"]
Grade = Literal["met", "on-track", "behind", "missed", "cannot-assess"]

#: Ends of an interval in base units; None for an end that is not bounded.
Ends = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of the source: code points, and exactly that slice (at most 40)."""

    source: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Clause:
    """What the plan says to it: a target or other resource, with the clause it stands on."""

    iri: str
    evidence: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that cannot be true, looks wrong, or could not be checked.

    Args:
        rule: name of the rule, as in ``plankb codes rules``.
        severity, outcome: see :data:`Severity` and :data:`Outcome`.
        message: what is wrong, with its arithmetic; hint: what to do about it.
        cells: every cell that contributes, the one to mend first; never empty.
        focus: IRI of the observation at fault (``sh:value`` of the validation result), or of
            the file for a finding about the file.
        reported, computed: what the cell can stand for, and what the rule allows there.
        plan: clauses of the plan beside it.
    """

    rule: str
    severity: Severity
    outcome: Outcome
    message: Text
    hint: Text
    cells: tuple[Cell, ...]
    focus: str = ""
    reported: Ends | None = None
    computed: Ends | None = None
    plan: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """How one target of the plan stands, from what was reported.

    Args:
        target: IRI; team: its code, ``plan`` for the whole plan.
        year: the year that the judgement is of; None where nothing was reported.
        grade: the judgement.
        reason: in a sentence, with the figures used.
        used: IRIs of the observations used.
        clause: what the plan says.
    """

    target: str
    team: str
    year: int | None
    grade: Grade
    reason: Text
    used: tuple[str, ...] = ()
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class AuditedFile:
    """One file of a batch: its name, fingerprint and number of data rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of one audit.

    Args:
        files: those audited, in the order given; earlier reports are not among them.
        findings: in their fixed order (severity, file, row, column, rule).
        progress: one for each target of the teams reported on.
        rules: version of the rule set: a digest of all shapes.
        unreadable: by file, why it could not be read as a report at all.
    """

    files: tuple[AuditedFile, ...]
    findings: tuple[Finding, ...]
    progress: tuple[Assessment, ...]
    rules: str
    unreadable: Mapping[str, Text] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """False exactly when a violation is violated."""
        return not any(
            finding.severity == "violation" and finding.outcome == "violated"
            for finding in self.findings
        )

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity; what could not be evaluated is counted apart, not as info."""
        counted = dict.fromkeys((*SEVERITIES, "not_evaluable"), 0)
        for finding in self.findings:
            key = "not_evaluable" if finding.outcome == "not-evaluable" else finding.severity
            counted[key] += 1
        return counted
