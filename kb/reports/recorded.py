"""An audit back from the JSON that it was kept as.

Must not know where it was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kb.reports.finding import Assessment, Audit, AuditedFile, Clause, Ends, Finding, Quote
from kb.reports.sheet import Cell
from kb.text import Text


def audit_of(kept: Mapping[str, Any]) -> Audit:
    """The audit that a JSON object of the contract says.

    Fields that an earlier version did not write are empty.
    """
    return Audit(
        tuple(AuditedFile(one["name"], one["sha256"], one["rows"]) for one in kept["files"]),
        tuple(_finding(one) for one in kept["findings"]),
        tuple(_assessment(one) for one in kept.get("progress", ())),
        str(kept.get("rules", "")),
        {name: _text(why) for name, why in kept.get("unreadable", {}).items()},
    )


def _finding(kept: Mapping[str, Any]) -> Finding:
    return Finding(
        kept["rule"],
        kept["severity"],
        kept["outcome"],
        _text(kept["message"]),
        _text(kept["hint"]),
        tuple(
            Cell(c["file"], c["sheet"], c["row"], c["column"], c["cell"], c["value"])
            for c in kept["cells"]
        ),
        kept.get("focus", ""),
        _ends(kept.get("reported")),
        _ends(kept.get("computed")),
        tuple(_clause(one) for one in kept.get("plan", ())),
    )


def _assessment(kept: Mapping[str, Any]) -> Assessment:
    clause = kept.get("clause")
    return Assessment(
        kept["target"],
        kept["team"],
        kept["year"],
        kept["assessment"],
        _text(kept["reason"]),
        tuple(kept.get("used", ())),
        _clause(clause) if clause else None,
    )


def _clause(kept: Mapping[str, Any]) -> Clause:
    quotes = kept.get("evidence", ())
    return Clause(
        kept["iri"], tuple(Quote(q["source"], q["start"], q["end"], q["quote"]) for q in quotes)
    )


def _text(kept: Mapping[str, str]) -> Text:
    return Text(kept["zh"], kept["en"])


def _ends(kept: Any) -> Ends | None:
    if kept is None:
        return None
    # By way of its text: 0.1 is meant, and not the binary number next to it.
    low, high = (None if end is None else Decimal(str(end)) for end in kept)
    return (low, high)
