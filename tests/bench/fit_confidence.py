"""Writes the senses of the phrasings and the weights of confidence anew, and says what they give.

``python -m tests.bench.fit_confidence`` after a change of the lexicon, of ``kb/ask`` or of the
phrasings. Each fifth of the phrasings is weighed by a likeness that does not know it, so that the
figures are those of questions never seen; the weights are a logistic regression over all of them.
"""

from __future__ import annotations

import math
import operator
import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import combinations_with_replacement

import yaml

from kb import terms
from kb.ask import phrasings
from kb.ask.asker import Asker, rows_of
from kb.ask.confidence import SIGNS, Judge, Signs, parse_rules, senses_of
from kb.ask.failure import Parsed
from kb.ask.form import Question, Select
from kb.ask.likeness import Likeness
from kb.ask.mending import repaired_tokens
from kb.ask.mentions import Mentions
from kb.ask.parse import parse
from kb.ask.phrasings import NOTHING, Phrasing
from kb.ask.satisfying import satisfies
from kb.ask.schema import Rows
from kb.plan import graph
from kb.settings import load
from kb.store.embedded import EmbeddedStore

_FOLDS = 5
_STEPS, _RIDGE = 8, 20.0
#: A term that hardly varies says nothing.
_FLAT = 1e-6
#: What was searched for stays from here on, and another clause takes its place from here on.
KEEP, TAKE = 0.6, 0.75
#: Of the phrasings a tenth has no answer, of what people ask more: each counts as so many.
_ABSENT = 3.0
#: As in tests/bench/judging.py: so many rows beside may be listed.
_LISTED = 6

_HEAD = """# What each sign counts when it is decided whether a free question is answered: see
# kb/ask/confidence.py. Written by python -m tests.bench.fit_confidence; do not edit.
# 决定自由问题是否作答时各项迹象的权重，由上述命令生成，请勿手改。
"""


@dataclass(frozen=True, slots=True)
class _Case:
    signs: Signs
    lang: str
    searched: bool
    answerable: bool
    found: bool
    right: bool
    fold: int

    @property
    def seen(self) -> tuple[Signs, bool, float]:
        """The signs, whether an answer would be right, and what that counts."""
        right = self.right if self.searched else self.found
        return self.signs, right, 1.0 if self.answerable else _ABSENT


def main() -> None:
    """Write both, and print the figures."""
    settings = load()
    plan = graph.build(settings)
    store = EmbeddedStore(terms.prefixes(settings.base))
    store.load(plan.data, plan.revision)
    select = rows_of(store)
    asker = Asker(select, settings.base, plan.revision)
    every: list[tuple[str, Phrasing, Mentions, Parsed]] = []
    for path in sorted(phrasings.folder().glob("*.tsv")):
        lines = []
        for phrasing in phrasings.read(settings.base, path):
            tokens, _ = repaired_tokens(phrasing.text, asker.lexicon, asker._repairer)
            named = Mentions.of(tokens, asker.lexicon)
            known = Phrasing(phrasing.clauses, phrasing.text, senses_of(named))
            every.append((path.stem, known, named, parse(tokens, asker.lexicon, asker.clauses)))
            names = " ".join(i.removeprefix(settings.base + "id/") for i in known.clauses)
            senses = " ".join(i.removeprefix(settings.base) for i in known.senses)
            lines.append(f"{names or NOTHING}\t{known.text}\t{senses}\n")
        path.write_text("".join(lines), encoding="utf-8")
    near = _near(select, asker)
    cases = []
    for fold in range(_FOLDS):
        others = [p for _, p, _, _ in every if _fold(p) != fold]
        likeness = Likeness.read(select, asker.lexicon, asker.clauses, others)
        judge = Judge(asker.lexicon, asker.clauses, lambda likeness=likeness: likeness)  # type: ignore[misc]
        cases += [
            case
            for lang, phrasing, named, parsed in every
            if _fold(phrasing) == fold
            and (case := _case(judge, asker, near, lang, phrasing, named, parsed)) is not None
        ]
    content = {
        "keep": _fitted([c.seen for c in cases if c.searched], KEEP),
        "take": _fitted([c.seen for c in cases if not c.searched], TAKE),
    }
    text = _HEAD + yaml.safe_dump(content, sort_keys=False)
    (phrasings.folder() / "confidence.yaml").write_text(text, encoding="utf-8")
    _report(cases)


def _fold(phrasing: Phrasing) -> int:
    return zlib.crc32(phrasing.text.encode()) % _FOLDS


def _near(select: Rows, asker: Asker) -> dict[str, set[str]]:
    """The clauses whose words overlap with those of each."""
    ns = asker.lexicon.schema.ns
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in select(
        f"SELECT ?s ?a ?b {{ ?s <{ns}evidence> ?e . ?e <{terms.OA}start> ?a ; <{terms.OA}end> ?b }}"
    ):
        spans.setdefault(row["s"], []).append((int(row["a"]), int(row["b"])))
    return {
        one: {
            other
            for other in asker.clauses.all
            if any(a < d and c < b for a, b in spans[one] for c, d in spans[other])
        }
        for one in asker.clauses.all
    }


def _case(
    judge: Judge,
    asker: Asker,
    near: dict[str, set[str]],
    lang: str,
    phrasing: Phrasing,
    named: Mentions,
    parsed: Parsed,
) -> _Case | None:
    if not judge.is_open(named, parsed):
        return None
    signs = judge.signs(phrasing.text, named, parsed)
    if signs is None:
        return None
    gold: set[str] = set().union(*(near[iri] for iri in phrasing.clauses))
    searched = isinstance(parsed, Question) and parsed.searched
    right = False
    if isinstance(parsed, Question) and isinstance(parsed.form, Select):
        members = parsed.form.members
        rows = {c.iri for c in asker.clauses.all.values() if satisfies(c, members, asker.lexicon)}
        right = bool(rows & gold) and len(rows - gold) <= max(_LISTED, 2 * len(phrasing.clauses))
    found = signs[1].iri in gold
    return _Case(signs[0], lang, searched, bool(gold), found, right, _fold(phrasing))


def _fitted(cases: Sequence[tuple[Signs, bool, float]], at: float) -> dict[str, object]:
    """A rule as in the file: logistic regression by Newton's method, with a ridge."""
    names = _names()
    rows = [_terms(signs) for signs, _, _ in cases]
    wanted = [(float(right), count) for _, right, count in cases]
    size, width = len(rows), len(names)
    middle = [sum(column) / size for column in zip(*rows, strict=True)]
    spread = [
        math.sqrt(sum((value - mean) ** 2 for value in column) / size)
        for column, mean in zip(zip(*rows, strict=True), middle, strict=True)
    ]
    used = [i for i in range(width) if spread[i] > _FLAT]
    even = [[1.0, *((row[i] - middle[i]) / spread[i] for i in used)] for row in rows]
    by = [0.0] * (len(used) + 1)
    for _ in range(_STEPS):
        slope = [-_RIDGE * weight for weight in by]
        slope[0] = 0.0
        bend = [[0.0] * len(by) for _ in by]
        for row, (want, count) in zip(even, wanted, strict=True):
            sure = 1 / (1 + math.exp(-sum(map(operator.mul, by, row))))
            for i, value in enumerate(row):
                slope[i] += count * (want - sure) * value
                share, line = count * sure * (1 - sure) * value, bend[i]
                for j in range(i + 1):
                    line[j] += share * row[j]
        for i in range(len(by)):
            bend[i][i] += _RIDGE if i else 0.0
            for j in range(i):
                bend[j][i] = bend[i][j]
        by = [weight + step for weight, step in zip(by, _solved(bend, slope), strict=True)]
    weights = {names[i]: by[n] / spread[i] for n, i in enumerate(used, 1)}
    bias = by[0] - sum(by[n] * middle[i] / spread[i] for n, i in enumerate(used, 1))
    return {
        "at": at,
        "bias": round(bias, 3),
        "signs": {name: round(weight, 3) for name, weight in weights.items()},
    }


def _names() -> list[str]:
    pairs = combinations_with_replacement(SIGNS, 2)
    return [*SIGNS, *("*".join(pair) for pair in pairs)]


def _terms(signs: Signs) -> list[float]:
    by = astuple(signs)
    return [*by, *(one * other for one, other in combinations_with_replacement(by, 2))]


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a symmetric system, by elimination."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        for below in rows[i + 1 :]:
            factor = below[i] / pivot[i]
            if factor:
                below[i:] = [a - factor * b for a, b in zip(below[i:], pivot[i:], strict=True)]
    found = [0.0] * len(rows)
    for i in range(len(rows) - 1, -1, -1):
        rest = sum(rows[i][j] * found[j] for j in range(i + 1, len(rows)))
        found[i] = (rows[i][-1] - rest) / rows[i][i]
    return found


def _report(cases: Sequence[_Case]) -> None:
    """What rules give for the fifths that they were not fitted on."""
    sure: dict[int, float] = {}
    for fold in range(_FOLDS):
        for searched in (True, False):
            of = [c for c in cases if c.searched == searched]
            said = _fitted([c.seen for c in of if c.fold != fold], 0.5)
            rule = parse_rules({"keep": said, "take": said}).keep
            sure |= {id(c): rule.confidence(c.signs) for c in of if c.fold == fold}
    for lang in sorted({case.lang for case in cases}):
        of = [case for case in cases if case.lang == lang]
        asked = sum(case.answerable for case in of)
        for keep, take in ((0, 2), (0.4, 0.6), (KEEP, TAKE), (0.75, 0.8)):
            kept = [c.right for c in of if c.searched and sure[id(c)] >= keep]
            taken = [c.found for c in of if not c.searched and sure[id(c)] >= take]
            right, all_ = sum(kept) + sum(taken), len(kept) + len(taken)
            print(
                f"{lang} {keep} {take}: kept {sum(kept)} of {len(kept)} rightly, taken "
                f"{sum(taken)} of {len(taken)}; precision {right / max(1, all_):.3f}, "
                f"recall {right / max(1, asked):.3f} of {asked}"
            )


if __name__ == "__main__":
    main()
