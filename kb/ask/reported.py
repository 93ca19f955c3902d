"""Questions about progress: what was reported of targets, and how they stand.

Only where every content word of the question says which targets are meant; what the plan alone
cannot answer is then looked up in the reports that the graph has, and where there are none the
question stays without an answer. Must not know the ledger, nor how a target is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.ask.amounts import Amount
from kb.ask.clauses import Clauses
from kb.ask.form import Progress
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions
from kb.ask.rows import Row, RowReader, number
from kb.ask.schema import Rows
from kb.ask.sets import SetBuilder, Unfit
from kb.ask.sparql import Compiler
from kb.text import Text

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SPAN = re.compile(r"20\d\d\s*年?\s*(?:到|至|to|through|until|[-–~])\s*20\d\d")
#: Words for how a target stands, and the grades that they ask for.
_GRADES: dict[str, tuple[str, ...]] = {
    "behind": ("behind",),
    "missing": ("behind", "missed"),
    "on-track": ("met", "on-track"),
    "reached": ("met",),
}
#: How many values a sentence names before it refers to the rows.
_SAID = 8


def words_of(named: Mentions, lexicon: Lexicon) -> tuple[str, ...]:
    """The words of a question that ask for progress; none where it asks for something else."""
    if any(not _is_progress(item, lexicon) for item in named.facts):
        return ()
    places = {place for place, token in enumerate(named.tokens) if token.role("progress", "year")}
    places |= {item.place for item in named.facts} | _standing(named, lexicon)
    places |= {amount.place for amount in named.amounts if _is_year(amount)}
    whole = named.anything or named.scopes or named.has(*_GRADES)
    return tuple(named.tokens[place].text for place in sorted(places)) if whole else ()


def _is_progress(fact: Mention, lexicon: Lexicon) -> bool:
    base = lexicon.schema.ns.removesuffix("ns#")
    return f"{base}scheme/fact-kind/progress" in fact.values


def _standing(named: Mentions, lexicon: Lexicon) -> set[int]:
    """Places of words for how targets stand: 落后 may be said of knowledge, and of targets."""
    targets = lexicon.kind("Target")
    if not any(lexicon.schema.is_a(kind, targets) for c in named.classes for kind in c.values):
        return set()
    return {
        place
        for place, token in enumerate(named.tokens)
        if not set(token.of("word")).isdisjoint(_GRADES)
    }


def _is_year(amount: Amount) -> bool:
    plain = amount.plain and not amount.figure.unit
    return plain and bool(_YEAR.fullmatch(amount.text.strip()))


def progress_of(named: Mentions, lexicon: Lexicon, clauses: Clauses) -> Progress | None:
    """What a question asks of the reports; None where its words do not say of which targets.

    Args:
        named: of a question with a word for progress or a year.
        lexicon: of the graph.
        clauses: of the graph.
    """
    figures = lexicon.kind("QuantitativeTarget")
    standing = _standing(named, lexicon)
    named = replace(
        named,
        facts=(),
        topics=tuple(item for item in named.topics if item.place not in standing),
        amounts=tuple(amount for amount in named.amounts if not _is_year(amount)),
    )
    usual = {lexicon.kind(kind) for kind in ("Target", "QuantitativeTarget", "Indicator")}
    others = [
        item
        for item in named.classes
        if not item.loose and not usual & set(item.values) and not named.asked(item.place)
    ]
    try:
        asked = Mention(-1, (figures,), "")
        targets = SetBuilder(named, lexicon, clauses).build(asked, others)
    except Unfit:
        return None
    said = " ".join(token.text for token in named.tokens)
    years = sorted({int(year) for year in _YEAR.findall(said)})
    if _SPAN.search(said):
        years = list(range(years[0], years[-1] + 1))
    roles = {sense for token in named.tokens for sense in token.of("word")}
    grades = {grade for role, own in _GRADES.items() if role in roles for grade in own}
    return Progress(targets, tuple(years), tuple(sorted(grades)))


@dataclass(frozen=True, slots=True)
class Found:
    """What the reports say: rows, in a sentence, and the query that found them."""

    rows: tuple[Row, ...]
    text: Text
    query: str


class Reported:
    """Answers questions about progress over one graph.

    Args:
        select: runs a SELECT query.
        compiler: writes the queries.
        reader: reads rows.
    """

    def __init__(self, select: Rows, compiler: Compiler, reader: RowReader) -> None:
        self._select = select
        self._compiler = compiler
        self._reader = reader
        self._lexicon = compiler.lexicon

    def find(self, form: Progress) -> Found | None:
        """What was reported; None where nothing was."""
        if form.grades:
            return self._standing(form)
        return self._values(form) or self._standing(form)

    # --- figures ---------------------------------------------------------------------------

    def _values(self, form: Progress) -> Found | None:
        query = self._compiler.reported(form)
        found = self._select(query)
        if not found:
            return None
        targets = self._reader.described(row["item"] for row in found)
        rows: dict[str, Row] = {}
        for row in found:
            target = targets.get(row["item"])
            if target is None or row["observation"] in rows:
                continue
            what, basis = self._lexicon.label(row["indicator"]), self._lexicon.label(row["basis"])
            year, who = row["year"], row.get("reporter", "")
            by = self._lexicon.label(who) if who else Text("", "")
            rows[row["observation"]] = Row(
                row["observation"],
                "Observation",
                Text(
                    f"{what.zh}（{year} 年，{basis.zh}{'，' + by.zh + '填报' if by.zh else ''}）",
                    f"{what.en} ({year}, {basis.en}{', reported by ' + by.en if by.en else ''})",
                ),
                target.team,
                "external",
                target.evidence,
                number(row["value"]),
                row["unit"].rsplit("/", 1)[-1],
            )
        shown = list(rows.values())
        zh = "；".join(f"{row.label.zh}：{self._amount(row).zh}" for row in shown[:_SAID])
        en = "; ".join(f"{row.label.en}: {self._amount(row).en}" for row in shown[:_SAID])
        more = len(shown) - _SAID
        text = Text(
            f"据填报：{zh}{f'；另有 {more} 项' if more > 0 else ''}。",
            f"As reported: {en}{f'; and {more} more' if more > 0 else ''}.",
        )
        return Found(tuple(shown), text, query)

    def _amount(self, row: Row) -> Text:
        units = f"{self._compiler.base}scheme/unit/{row.unit}"
        unit = self._lexicon.label(units)
        value = f"{row.value:g}" if isinstance(row.value, float) else f"{row.value:,}"
        if row.unit == "percent":
            return Text(f"{value}%", f"{value}%")
        return Text(f"{value} {unit.zh}", f"{value} {unit.en}")

    # --- how targets stand -----------------------------------------------------------------

    def _standing(self, form: Progress) -> Found | None:
        query = self._compiler.assessed(form)
        found = self._select(query)
        if not found and not self._select(self._compiler.assessed(Progress(form.targets))):
            return None
        targets = self._reader.described(row["item"] for row in found)
        rows = []
        for row in found:
            target = targets.get(row["item"])
            if target is None:
                continue
            grade = Text(row["grade_zh"], row["grade_en"])
            rows.append(
                Row(
                    row["assessment"],
                    "Assessment",
                    Text(
                        f"{target.label.zh}：{grade.zh}（{row['year']} 年；{row['zh']}）",
                        f"{target.label.en}: {grade.en} ({row['year']}; {row['en']})",
                    ),
                    target.team,
                    "external",
                    target.evidence,
                )
            )
        text = (
            _listed(rows)
            if rows
            else Text("已有填报的目标中没有这样的。", "None of the targets reported on is so.")
        )
        return Found(tuple(rows), text, query)


def _listed(rows: Iterable[Row]) -> Text:
    rows = list(rows)
    zh = "；".join(row.label.zh for row in rows[:_SAID])
    en = "; ".join(row.label.en for row in rows[:_SAID])
    more = len(rows) - _SAID
    return Text(
        f"据填报判断：{zh}{f'；另有 {more} 项' if more > 0 else ''}。",
        f"Judged by what was reported: {en}{f'; and {more} more' if more > 0 else ''}.",
    )
