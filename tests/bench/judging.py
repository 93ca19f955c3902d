"""When an answer to a question with a gold answer is right.

An answer is right where its status is one of the gold's, and, if it was answered:

- a figure was asked for: the figure is among the rows' values, beside three others at most;
- teams were asked for: the rows belong to exactly these teams;
- all clauses were asked for: four of five gold clauses are cited by a row, and no more than a
  third of the rows cites none of them (one row is always forgiven: where a clause ends is a
  matter of judgement);
- else: one gold clause is cited, by a list that a reader can go through (six rows, or twice as
  many as there are gold clauses, that cite none).

A refusal has the right reason where its kind is one of the gold's, or the gold names none.
A citation is right where its quote is exactly the slice of the source that it names.
Must not know how questions are answered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.ask.answer import Answer
from kb.ask.rows import Row

_VALUES = 4
_HIT, _EXTRA = 0.8, 0.34
_LISTED = 6

Gold = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a question.

    Args:
        answerable: whether it has an answer.
        answered: whether it was answered.
        right: whether what was done is right.
        reason: whether a refusal gave the right reason.
        f1: of the rows and the gold clauses; 0 where it was not answered.
        citations: how many spans were cited, and how many of them rightly.
    """

    answerable: bool
    answered: bool
    right: bool
    reason: bool
    f1: float
    citations: tuple[int, int]


def judge(gold: Gold, answer: Answer, source: str) -> Verdict:
    """Compare an answer with the gold.

    Args:
        gold: as in ``tests/questions``.
        answer: what was said.
        source: text of the source; empty where it is not at hand, then citations are not judged.
    """
    answerable = "answered" in gold["status"]
    answered = answer.status == "answered"
    fits, f1 = _content(gold, answer.rows) if answered and answerable else (True, 0.0)
    kind = answer.refusal.kind if answer.refusal else ""
    reasons = gold.get("refusal") or [kind]
    spans = [span for row in answer.rows for span in row.evidence]
    right = sum(source[span.start : span.end] == span.quote for span in spans)
    return Verdict(
        answerable,
        answered,
        answer.status in gold["status"] and fits,
        kind in reasons,
        f1,
        (len(spans), right) if source else (0, 0),
    )


def _content(gold: Gold, rows: Sequence[Row]) -> tuple[bool, float]:
    """Whether the rows are right, and their F1 against the gold clauses."""
    if gold.get("value") is not None:
        values = [list(r.value) if isinstance(r.value, tuple) else r.value for r in rows]
        known = [value for value in values if value is not None]
        right = gold["value"] in values and len(known) <= _VALUES
        return right, float(right)
    if gold.get("teams"):
        teams, wanted = {row.team for row in rows}, set(gold["teams"])
        return teams == wanted, _f1(len(teams & wanted), len(teams), len(wanted))
    spans = gold.get("evidence") or []
    if not spans:
        return True, 1.0
    hits = sum(any(_over(span, row) for row in rows) for span in spans)
    cited = sum(any(_over(span, row) for span in spans) for row in rows)
    f1 = 0.0
    if hits and cited:
        precision, recall = cited / len(rows), hits / len(spans)
        f1 = 2 * precision * recall / (precision + recall)
    extra = len(rows) - cited
    if gold.get("exact"):
        return hits >= _HIT * len(spans) and extra <= max(1, _EXTRA * len(rows)), f1
    return hits > 0 and extra <= max(_LISTED, 2 * len(spans)), f1


def _over(span: Sequence[int], row: Row) -> bool:
    return any(one.start < span[1] and span[0] < one.end for one in row.evidence)


def _f1(both: int, one: int, other: int) -> float:
    return 2 * both / (one + other) if one + other else 0.0


def wilson(right: int, tried: int) -> tuple[float, float]:
    """Wilson's interval of a share, at 95 %.

    >>> [round(end, 3) for end in wilson(99, 100)]
    [0.946, 0.998]
    """
    if not tried:
        return 0.0, 1.0
    z = 1.959964
    share = right / tried
    middle = share + z * z / (2 * tried)
    margin = z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    return (middle - margin) / (1 + z * z / tried), (middle + margin) / (1 + z * z / tried)
