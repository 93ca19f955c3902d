"""What may be written in the columns of a report: by code and by every label, in both languages.

From the lists of ``queries/codes`` and the labels in the graph. A form that could mean two
things means none. Must not know files, cells or rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from kb import terms
from kb.reports.unit import UnitCode
from kb.text import Text

if TYPE_CHECKING:  # the process that reads files has no use for a graph
    from kb.plan.graph import PlanGraph

ListName = Literal["reporter", "team", "indicator", "unit", "basis"]
LISTS: tuple[ListName, ...] = ("reporter", "team", "indicator", "unit", "basis")

_POWERS = {"万": Decimal(10) ** 4, "萬": Decimal(10) ** 4, "亿": Decimal(10) ** 8}

#: Similarity, of 100, from which on a form is worth an offer.
_CLOSE = 45
#: Characters of a text that are compared: no label is as long.
_COMPARED = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a column may name.

    Args:
        iri: in the graph.
        code: as in ``plankb codes``.
        label: preferred labels.
    """

    iri: str
    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class _List:
    entries: Mapping[str, Entry]
    #: By folded form, the IRIs that it may mean, the best kind of form only.
    forms: Mapping[str, frozenset[str]]


class CodeLists:
    """All code lists of one plan. Make it with :meth:`of`, once for a revision.

    Args:
        base: base IRI in force.
        plan: code of the plan.
        lists: by name.
        units: by the unit's own IRI, in base units.
        unit_of_indicator: by indicator, the IRI of its unit.
        optional: indicators that a report may leave empty, as no target has a number for them.
    """

    def __init__(
        self,
        base: str,
        plan: str,
        lists: Mapping[ListName, _List],
        units: Mapping[str, UnitCode],
        unit_of_indicator: Mapping[str, str],
        optional: frozenset[str],
    ) -> None:
        self.base = base
        self.plan = plan
        self.optional = optional
        self._lists = lists
        self._units = units
        self._unit_of = unit_of_indicator

    @classmethod
    def of(cls, graph: PlanGraph) -> CodeLists:
        """The lists of the first plan of a knowledge base."""
        return _made(graph)

    def entries(self, name: ListName) -> tuple[Entry, ...]:
        """All that a column may name, by code."""
        found = self._lists[name].entries.values()
        return tuple(sorted(found, key=lambda entry: entry.code))

    def entry(self, name: ListName, iri: str) -> Entry | None:
        """The entry of an IRI."""
        return self._lists[name].entries.get(iri)

    def find(self, name: ListName, text: str) -> str | None:
        """The IRI that a text names by code, label or IRI; None where none or several.

        For a unit it is the base unit; see :meth:`unit`.
        """
        if name == "unit":
            unit = self.unit(text)
            return unit.iri if unit is not None else None
        meant = self._lists[name].forms.get(folded(text), frozenset())
        return next(iter(meant)) if len(meant) == 1 else None

    def unit(self, text: str, indicator: str | None = None) -> UnitCode | None:
        """What a text in the unit column says; 万 before a unit multiplies it.

        Args:
            text: as written.
            indicator: IRI; it decides which unit a sign such as 个 means that several share.
        """
        key = folded(text)
        meant = self._lists["unit"].forms.get(key, frozenset())
        if meant:
            own = self._unit_of.get(indicator or "", "")
            # Without an indicator that settles it, the most general one: it has most signs.
            chosen = own if own in meant else max(meant, key=self._breadth)
            return self._units[chosen]
        power = _POWERS.get(key[:1])
        if power is None or len(key) < 2:
            return None
        base = self.unit(key[1:], indicator)
        if base is None or base.factor != 1 or not base.counted:
            return None
        return UnitCode(base.iri, base.dimension, power, base.signs, key[0] + base.symbol)

    def unit_of(self, indicator: str) -> UnitCode | None:
        """The unit that an indicator is counted in."""
        return self._units.get(self._unit_of.get(indicator, ""))

    def nearest(self, name: ListName, text: str, n: int = 3) -> tuple[Entry, ...]:
        """The entries that look most like a text, the most similar first; none where none does."""
        from rapidfuzz import fuzz, process

        chosen = self._lists[name]
        best: dict[str, float] = {}
        key = folded(text[:_COMPARED])
        alike = process.extract(
            key, chosen.forms.keys(), scorer=fuzz.WRatio, limit=None, score_cutoff=_CLOSE
        )
        for form, score, _ in alike:
            for iri in chosen.forms[form]:
                best[iri] = max(best.get(iri, 0.0), score)
        ranked = sorted(best, key=lambda iri: (-best[iri], chosen.entries[iri].code))
        return tuple(chosen.entries[iri] for iri in ranked[:n])

    def _breadth(self, iri: str) -> tuple[int, str]:
        return len(self._units[iri].signs), iri


@lru_cache(8192)  # the same few words stand in every row
def folded(text: str) -> str:
    """What forms are compared by: width, case, spaces and invisible characters do not count.

    >>> folded(" Ｒural  Talent")
    'ruraltalent'
    """
    normal = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", normal)


def _made(graph: PlanGraph) -> CodeLists:
    from kb.plan import codes

    plan = graph.plans[0]
    rows: dict[ListName, list[dict[str, object]]] = {
        name: codes.codes(graph, {"basis": "bases"}.get(name, f"{name}s")) for name in LISTS
    }
    whole = f"{graph.base}id/{plan}/plan"
    labels = _labels(graph, [str(row["iri"]) for found in rows.values() for row in found] + [whole])
    lists: dict[ListName, _List] = {}
    for name, found in rows.items():
        entries: dict[str, Entry] = {}
        for row in found:
            label = row["label"]
            assert isinstance(label, dict)
            iri = str(row["iri"])
            entries[iri] = Entry(iri, str(row["code"]), Text(zh=label["zh"], en=label["en"]))
        if name == "team":
            own = labels.get(whole, [])
            zh = next((form for rank, form, tag in own if (rank, tag) == (1, "zh")), "plan")
            en = next((form for rank, form, tag in own if (rank, tag) == (1, "en")), "plan")
            entries[whole] = Entry(whole, "plan", Text(zh=zh, en=en))
        forms = [
            (rank, form, iri)
            for iri in entries
            for rank, form, _ in [
                (0, iri, ""),
                (0, entries[iri].code, ""),
                *labels.get(iri, []),
            ]
        ]
        lists[name] = _List(entries, _forms(forms))
    units, signs = _units(graph)
    unit_forms = (
        [(rank, form, iri) for rank, form, iri in signs]
        + [
            (rank, form, iri)
            for iri in units
            for rank, form, _ in [(0, iri, ""), *labels.get(iri, [])]
        ]
        + [(0, entry.code, iri) for iri, entry in lists["unit"].entries.items()]
    )
    lists["unit"] = _List(lists["unit"].entries, _forms(unit_forms, keep_all=True))
    ns = f"{graph.base}ns#"
    unit_of = {
        row["i"]: row["u"]
        for row in graph.select(f"SELECT ?i ?u WHERE {{ ?i <{ns}measureKind> ?k ; <{ns}unit> ?u }}")
    }
    optional = graph.select(
        f"SELECT ?i WHERE {{ ?i <{ns}measureKind> ?k "
        f"FILTER NOT EXISTS {{ ?t <{ns}indicator> ?i ; a <{ns}QuantitativeTarget> }} }}"
    )
    return CodeLists(
        graph.base, plan, lists, units, unit_of, frozenset(row["i"] for row in optional)
    )


def _labels(graph: PlanGraph, iris: Iterable[str]) -> dict[str, list[tuple[int, str, str]]]:
    """By IRI its labels: how good each is (1 to 3), the label, its language."""
    import pyoxigraph as ox

    kinds = ("prefLabel", "altLabel", "hiddenLabel")
    found: dict[str, list[tuple[int, str, str]]] = {}
    for iri in dict.fromkeys(iris):
        # Pattern by pattern: a query over all of them takes ten times as long.
        for rank, kind in enumerate(kinds, 1):
            quads = graph.store.quads_for_pattern(
                ox.NamedNode(iri), ox.NamedNode(terms.SKOS + kind), None, None
            )
            forms = sorted(
                (quad.object.value, quad.object.language or "")
                for quad in quads
                if isinstance(quad.object, ox.Literal)
            )
            found.setdefault(iri, []).extend((rank, form, tag) for form, tag in forms)
    return found


def _forms(
    given: Iterable[tuple[int, str, str]], *, keep_all: bool = False
) -> dict[str, frozenset[str]]:
    """By folded form what it means: a code wins over a label, a label over another one.

    Args:
        given: rank, form, IRI.
        keep_all: whether all ranks count alike.
    """
    best: dict[str, tuple[int, set[str]]] = {}
    for rank, form, iri in given:
        key = folded(form)
        known = best.get(key)
        worth = 0 if keep_all else rank
        if known is None or worth < known[0]:
            best[key] = (worth, {iri})
        elif worth == known[0]:
            known[1].add(iri)
    return {key: frozenset(iris) for key, (_, iris) in best.items()}


def _units(graph: PlanGraph) -> tuple[dict[str, UnitCode], list[tuple[int, str, str]]]:
    """The units by their own IRI, and their signs as forms."""
    ns = f"{graph.base}ns#"
    rows = graph.select(
        f"SELECT ?iri ?base ?factor ?dimension ?symbol WHERE {{ ?iri a <{ns}Unit> ; "
        f"<{ns}baseUnit> ?base ; <{ns}factor> ?factor ; <{ns}symbol> ?symbol ; "
        f"<{ns}dimension>/<{terms.SKOS}notation> ?dimension }} ORDER BY ?iri ?symbol"
    )
    signs: dict[str, list[str]] = {}
    for row in rows:
        signs.setdefault(row["iri"], []).append(row["symbol"])
    units = {
        row["iri"]: UnitCode(
            row["base"],
            row["dimension"],
            Decimal(row["factor"]).normalize() + 0,
            frozenset(folded(sign) for sign in signs.get(row["base"], [])),
            # Of several the shortest in Chinese: 人 before 名 and person.
            min(
                signs[row["iri"]],
                key=lambda sign: (sign.isascii() and sign != "%", len(sign), sign),
            ),
        )
        for row in rows
    }
    return units, [(0, sign, iri) for iri, found in signs.items() for sign in found]
