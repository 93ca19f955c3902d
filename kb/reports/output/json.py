"""An audit as JSON, in the form of the outside contract.

Must not know how anything was found.
"""

from __future__ import annotations

import json
from decimal import Decimal

from kb.reports.finding import Assessment, Audit, Clause, Ends, Finding

#: So many decimals an end of an interval is given with; what has more comes from a division.
_DECIMALS = 9


def write(audit: Audit) -> bytes:
    """The audit as JSON text in UTF-8."""
    return (json.dumps(as_dict(audit), ensure_ascii=False, indent=1) + "\n").encode()


def as_dict(audit: Audit) -> dict[str, object]:
    """The object that the JSON says.

    ``rules`` is the version of the rule set; ``unreadable`` says by file why it is no report;
    ``focus``, ``used`` and ``clause`` are ours beside the contract.
    """
    return {
        "conforms": audit.conforms,
        "files": [
            {"name": file.name, "sha256": file.sha256, "rows": file.rows} for file in audit.files
        ],
        "counts": audit.counts,
        "findings": [_finding(finding) for finding in audit.findings],
        "progress": [_assessment(one) for one in audit.progress],
        "rules": audit.rules,
        "unreadable": {name: why.as_dict() for name, why in audit.unreadable.items()},
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "message": finding.message.as_dict(),
        "hint": finding.hint.as_dict(),
        "cells": [cell.as_dict() for cell in finding.cells],
        "reported": _ends(finding.reported),
        "computed": _ends(finding.computed),
        "plan": [_clause(clause) for clause in finding.plan],
        "focus": finding.focus,
    }


def _assessment(one: Assessment) -> dict[str, object]:
    return {
        "target": one.target,
        "team": one.team,
        "year": one.year,
        "assessment": one.grade,
        "reason": one.reason.as_dict(),
        "used": list(one.used),
        "clause": _clause(one.clause) if one.clause is not None else None,
    }


def _clause(clause: Clause) -> dict[str, object]:
    return {
        "iri": clause.iri,
        "evidence": [
            {"source": span.source, "start": span.start, "end": span.end, "quote": span.quote}
            for span in clause.evidence
        ],
    }


def _ends(ends: Ends | None) -> list[int | float | None] | None:
    return None if ends is None else [_number(end) for end in ends]


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    if value == value.to_integral_value():
        return int(value)
    return float(round(value, _DECIMALS))
