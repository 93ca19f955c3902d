"""Finds the rows of a form: runs its query, and reads what it found.

Must not know words, nor how an answer is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.ask.form import (
    Aggregate,
    Compare,
    Count,
    CountEach,
    Describe,
    Difference,
    Extreme,
    Form,
    Related,
    Review,
    Select,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.rows import STATUSES, Row, RowReader, number
from kb.ask.schema import Rows
from kb.ask.sparql import Compiler
from kb.plan import knowledge
from kb.plan.review import fill
from kb.text import Text


class Finder:
    """Finds rows in one graph.

    Args:
        select: runs a SELECT query.
        compiler: writes the queries.
        reader: reads rows.
    """

    def __init__(self, select: Rows, compiler: Compiler, reader: RowReader) -> None:
        self._select = select
        self._compiler = compiler
        self._reader = reader
        self._lexicon: Lexicon = compiler.lexicon

    def rows(self, form: Form, query: str) -> list[Row]:  # noqa: PLR0911 - one for each form
        """The rows of a form's answer.

        Args:
            form: any but facts that are not stated.
            query: the form's.
        """
        if isinstance(form, Describe):
            return list(self._reader.described([form.entity]).values())
        if isinstance(form, Select):
            return self._members(form.members, [row["item"] for row in self._select(query)])
        if isinstance(form, Count):
            return self._count(form, query)
        if isinstance(form, CountEach):
            return self._counts(form.each, form.counted, self._select(query))
        if isinstance(form, Extreme):
            return self._extreme(form, self._select(query))
        if isinstance(form, Aggregate):
            return self._aggregate(form, self._select(query))
        if isinstance(form, Difference):
            return self._difference(self._select(query))
        if isinstance(form, Compare):
            found = [row["item"] for row in self._select(query)]
            return self._compared(form, self._members(self._compiler.compared(form), found))
        assert isinstance(form, Review)
        return self.reviewed()[0]

    def reviewed(self) -> tuple[list[Row], Text]:
        """What the self-audit says of whether the figures agree, and in which words."""
        base = self._compiler.base
        rows: list[Row] = []
        zh, en = "", ""
        for file in knowledge.query_files("review", base):
            if file.header.get("asked") != "agree":
                continue
            sentence = file.bilingual("finding")
            label = file.bilingual("label")
            for found in self._select(file.text):
                iris = [word for v in found.values() if v.startswith(base) for word in v.split()]
                names = {iri: self._lexicon.label(iri) for iri in iris}
                zh += fill(sentence.zh, found, {i: n.zh for i, n in names.items()}, "、")
                en += fill(sentence.en, found, {i: n.en for i, n in names.items()}, "; ")
                value = number(found["sum"]) if "sum" in found else None
                origin = [iri for iri in iris if iri not in found.get("without", "").split()]
                rows.append(replace(self._computed(label, origin), value=value))
        return rows, Text(zh, en)

    def review_query(self) -> str:
        """The query behind :meth:`reviewed`."""
        files = knowledge.query_files("review", self._compiler.base)
        return next(f.text for f in files if f.header.get("asked") == "agree")

    # --- members ---------------------------------------------------------------------------

    def _members(self, members: Set, iris: list[str]) -> list[Row]:
        iris = list(dict.fromkeys(iris))
        if members.kind == self._lexicon.provision:
            rows = self._reader.described(iris)
            return [rows[iri] for iri in iris if iri in rows]
        return self._reader.members(members, iris)

    def _all(self, members: Set) -> list[Row]:
        query = self._compiler.query(Select(members))
        return self._members(members, [row["item"] for row in self._select(query)])

    def _count(self, form: Count, query: str) -> list[Row]:
        rows = self._all(form.members)
        if not rows:
            return []
        kind = self._lexicon.label(form.members.kind)
        label = Text(f"{kind.zh}数", f"number of {kind.en}")
        counted = int(self._select(query)[0]["count"])
        return [replace(_joined(label, rows), value=counted)]

    def _counts(self, each: Set, counted: Set, found: list[dict[str, str]]) -> list[Row]:
        """One row for each thing, with how many it has and the clauses of those."""
        counts = {row["item"]: int(row["count"]) for row in found}
        rows = {row.iri: row for row in self._members(each, list(counts))}
        result = []
        for iri, count in counts.items():
            if iri not in rows:
                continue
            own = self._all(counted.having(Related((iri,)))) if count else []
            joined = _joined(rows[iri].label, own) if own else rows[iri]
            result.append(
                replace(
                    rows[iri],
                    value=count,
                    unit="",
                    evidence=joined.evidence or rows[iri].evidence,
                    origin=tuple(row.iri for row in own),
                )
            )
        return result

    def _extreme(self, form: Extreme, found: list[dict[str, str]]) -> list[Row]:
        figures = self._lexicon.kind("QuantitativeTarget")
        if form.by is not None and (form.counted or form.by.kind != figures):
            return self._counts(form.members, form.by, found)
        if form.by is None:
            return self._members(form.members, [row["item"] for row in found])
        things = {row.iri: row for row in self._members(form.members, [r["item"] for r in found])}
        targets = self._reader.described(row["figure"] for row in found)
        result = []
        for row in found:
            thing, target = things.get(row["item"]), targets.get(row["figure"])
            if thing is None or target is None:
                continue
            result.append(
                replace(
                    thing,
                    value=target.value,
                    unit=target.unit,
                    comparator=target.comparator,
                    status=max(thing.status, target.status, key=STATUSES.index),
                    evidence=target.evidence,
                    origin=(target.iri,),
                )
            )
        return result

    def _aggregate(self, form: Aggregate, found: list[dict[str, str]]) -> list[Row]:
        rows = self._all(form.members)
        if not rows:
            return []
        name = Text("总和", "sum") if form.function == "sum" else Text("平均值", "mean")
        kind = self._lexicon.label(form.members.kind)
        label = Text(f"{kind.zh}的{name.zh}", f"{name.en} of {kind.en}")
        result = []
        for row in found:
            unit = row.get("unit", "").rsplit("/", 1)[-1]
            own = [r for r in rows if r.unit == unit and r.value is not None] if unit else rows
            value = number(str(round(float(row["value"]), 2)))
            formula = _formula(form.function, own, value) if form.each is None else ""
            joined = _joined(label, own)
            result.append(replace(joined, value=value, unit=unit, formula=formula))
        return [row for row in result if row.unit != "ratio"]

    def _difference(self, found: list[dict[str, str]]) -> list[Row]:
        """One row, where each side has one figure of the same unit; else none."""
        if len(found) != 1:
            return []
        (pair,) = found
        own = self._reader.described([pair["one"], pair["other"]])
        # The larger first, whichever was asked first.
        rows = sorted((own[pair["one"]], own[pair["other"]]), key=_amount, reverse=True)
        value = number(pair["value"])
        more, less = (row.label for row in rows)
        label = Text(f"{more.zh} − {less.zh}", f"{more.en} − {less.en}")
        return [
            replace(
                _joined(label, rows),
                value=value,
                unit=rows[0].unit if rows[0].unit == rows[1].unit else "",
                formula=f"{rows[0].value} − {rows[1].value} = {value}",
            )
        ]

    def _compared(self, form: Compare, rows: list[Row]) -> list[Row]:
        """Rows in the order of the things compared; those alike on all sides where asked."""
        if form.manner == "beside":
            return rows
        alike = self._alike(form)
        if form.manner == "differ":
            apart = [row for row in rows if row.iri not in alike]
            # Where all of one side has its like, what is alike is no whole: all is shown.
            return apart if {row.team for row in apart} == {row.team for row in rows} else rows
        more = [row for row in self._alike_rows(form, alike) if row not in rows]
        return [*rows, *more]

    def _alike_rows(self, form: Compare, alike: frozenset[str]) -> list[Row]:
        rows = self._all(form.members.having(Related(form.entities)))
        return [row for row in rows if row.iri in alike]

    def _alike(self, form: Compare) -> frozenset[str]:
        """Members that have a like on every other side, by the property that tells likeness."""
        ns = self._compiler.ns
        sides: list[dict[str, set[str]]] = []
        for entity in form.entities:
            rows = self._all(form.members.having(Related((entity,))))
            wanted = " ".join(f"<{row.iri}>" for row in rows)
            like: dict[str, set[str]] = {}
            if wanted:
                for found in self._select(
                    f"SELECT ?item ?like WHERE {{ VALUES ?item {{ {wanted} }} ?item a ?kind ; ?by "
                    f"?like . ?kind <{ns}likeness> ?by }}"
                ):
                    like.setdefault(found["like"], set()).add(found["item"])
            sides.append(like)
        shared = set.intersection(*(set(like) for like in sides)) if sides else set()
        return frozenset(iri for like in sides for key in shared for iri in like[key])

    def _computed(self, label: Text, origin: Sequence[str]) -> Row:
        rows = list(self._reader.described(origin).values())
        joined = _joined(label, rows)
        weakest = max(joined.status, "derived", key=STATUSES.index)
        return replace(joined, status=weakest, origin=tuple(origin))


def _amount(row: Row) -> float:
    return row.value if isinstance(row.value, int | float) else 0.0


def _formula(function: str, rows: Sequence[Row], value: float) -> str:
    """The arithmetic of a sum or a mean: a + b = c, (a + b) ÷ 2 = c."""
    terms = " + ".join(str(row.value) for row in rows)
    if function == "sum":
        return f"{terms} = {value}"
    return f"({terms}) ÷ {len(rows)} = {value}"


def _joined(label: Text, rows: Sequence[Row]) -> Row:
    """A row that rests on others: the weakest of their statuses, all of their clauses."""
    teams = {row.team for row in rows}
    return Row(
        "",
        "",
        label,
        teams.pop() if len(teams) == 1 else "",
        max((row.status for row in rows), key=STATUSES.index, default="stated"),
        tuple(sorted({span for row in rows for span in row.evidence})),
        origin=tuple(row.iri for row in rows),
    )
