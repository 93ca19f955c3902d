"""The rows of an answer: each with its labels, figures, status and the clauses it rests on.

Must not know what was asked in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kb.ask.form import Related, Set
from kb.ask.lexicon import Lexicon
from kb.ask.schema import Rows
from kb.ask.sparql import Compiler
from kb.plan.evidence import Span
from kb.terms import OA, PROV, RDF, RDFS, SKOS
from kb.text import Text

#: From the strongest to the weakest.
STATUSES = ("stated", "derived", "editorial", "external")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer, as the contract has it.

    Args:
        iri: the resource; empty for a computed row.
        type: local name of its most specific class.
        label: in both languages.
        team: the team's code, or ``plan``.
        status: the weakest of the statements that the row rests on.
        evidence: the clauses, in the order of the source.
        value: number, or numbers of a ratio.
        unit: local name.
        comparator: local name.
        role: local name of the role in which a body is involved.
        origin: IRIs that a computed value comes from.
        formula: how it is computed from theirs.
    """

    iri: str
    type: str
    label: Text
    team: str
    status: str
    evidence: tuple[Span, ...] = ()
    value: float | int | tuple[float | int, ...] | None = None
    unit: str = ""
    comparator: str = ""
    role: str = ""
    origin: tuple[str, ...] = field(default=())
    formula: str = ""

    def as_dict(self) -> dict[str, object]:
        """The form of a row in JSON; keys without a value are left out."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        content: dict[str, object] = {
            "iri": self.iri,
            "type": self.type,
            "label": self.label.as_dict() if self.label.zh else None,
            "team": self.team,
            "value": value,
            "unit": self.unit,
            "comparator": self.comparator,
            "role": self.role,
            "from": list(self.origin),
            "formula": self.formula,
            "status": self.status,
            "evidence": [span.as_dict() for span in self.evidence],
        }
        empty: tuple[object, ...] = ("", None, [])
        return {k: v for k, v in content.items() if v not in empty or k == "evidence"}


def number(text: str) -> float | int:
    """A decimal as JSON has it: whole numbers without a point.

    >>> number("35600"), number("31.25")
    (35600, 31.25)
    """
    value = float(text)
    return int(value) if value.is_integer() else value


class RowReader:
    """Reads rows from a graph.

    Args:
        select: runs a SELECT query.
        compiler: for the queries on how rows are related.
    """

    def __init__(self, select: Rows, compiler: Compiler) -> None:
        self._select = select
        self._compiler = compiler
        self._lexicon: Lexicon = compiler.lexicon
        self._ns = compiler.ns

    def members(self, members: Set, iris: list[str]) -> list[Row]:
        """Rows for the members of a set, in the order given."""
        rows = self.described(iris)
        for item in members.filters:
            if not isinstance(item, Related) or item.negated or not iris:
                continue
            if item.entities and self._lexicon.is_a(item.entities[0], members.kind):
                continue  # a thing by its own name
            support = self._compiler.support(members.kind, item, iris)
            rows = self._related(rows, self._select(support))
        return [rows[iri] for iri in iris if iri in rows]

    def described(self, iris: Iterable[str]) -> dict[str, Row]:
        """A row for each resource as it stands by itself."""
        wanted = " ".join(f"<{iri}>" for iri in dict.fromkeys(iris))
        if not wanted:
            return {}
        facts: dict[str, dict[str, list[str]]] = {}
        for found in self._select(self._facts_query(wanted)):
            name = found["p"].rsplit("#", 1)[-1] + found.get("lang", "")
            facts.setdefault(found["item"], {}).setdefault(name, []).append(found["o"])
            if found["p"] == RDF + "type":
                facts[found["item"]].setdefault("@" + found["o"], []).append(found.get("g", ""))
        spans: dict[str, set[Span]] = {}
        for found in self._select(self._spans_query(wanted)):
            spans.setdefault(found["item"], set()).add(span_of(found))
        ratios = self._ratios(iri for iri, own in facts.items() if "component" in own)
        computed = [iri for iri, own in facts.items() if "formula" in own]
        inputs = self._inputs(computed)
        rows = {}
        for iri, own in facts.items():
            spans.setdefault(iri, set()).update(span for _, span in inputs.get(iri, ()))
            row = self._row(iri, own, tuple(sorted(spans.get(iri, ()))))
            if iri in inputs:
                origin = tuple(dict.fromkeys(one for one, _ in inputs[iri]))
                row = replace(row, origin=origin, formula=_first(own, "formula"))
            rows[iri] = replace(row, value=ratios[iri]) if iri in ratios else row
        return rows

    def _row(self, iri: str, facts: Mapping[str, list[str]], spans: tuple[Span, ...]) -> Row:
        kinds = [kind for kind in facts.get("type", []) if kind.startswith(self._ns)]
        kind = self._specific(kinds)
        graphs = facts.get("@" + kind, [""])
        status = min((status_of(graph) for graph in graphs), key=STATUSES.index)
        zh = _first(facts, "prefLabelzh", "labelzh", "prefLabelen", "labelen")
        local = iri.rstrip("/").rsplit("/", 1)[-1]
        values = [number(value) for value in facts.get("value", [])]
        return Row(
            iri,
            kind.removeprefix(self._ns),
            Text(zh or local, _first(facts, "prefLabelen", "labelen") or zh or local),
            self._team(iri, facts),
            status,
            spans,
            values[0] if len(values) == 1 else None,
            _local(facts, "unit") if "Target" in kind or values else "",
            _local(facts, "comparator"),
        )

    def _team(self, iri: str, facts: Mapping[str, list[str]]) -> str:
        things = self._lexicon.things
        if self._lexicon.is_a(iri, self._lexicon.kind("TalentTeam")):
            return things[iri].notation
        for team in sorted(facts.get("team", [])):
            if team in things:
                return things[team].notation
        return "plan" if facts.get("plan") or self._ns + "Plan" in facts.get("type", ()) else ""

    def _specific(self, kinds: list[str]) -> str:
        schema = self._lexicon.schema
        for kind in sorted(kinds):
            if not any(other != kind and schema.is_a(other, kind) for other in kinds):
                return kind
        return ""

    def _related(self, rows: dict[str, Row], found: list[dict[str, str]]) -> dict[str, Row]:
        """The rows with what relates them: its status, role and clauses."""
        best: dict[str, str] = {}
        spans: dict[str, set[Span]] = {}
        roles: dict[str, set[str]] = {}
        for one in found:
            iri, status = one["item"], status_of(one["g"])
            if iri not in best or STATUSES.index(status) < STATUSES.index(best[iri]):
                best[iri] = status
            if "exact" in one:
                spans.setdefault(iri, set()).add(span_of(one))
            if "role" in one:
                roles.setdefault(iri, set()).add(one["role"].rsplit("/", 1)[-1])
        related = {}
        for iri, row in rows.items():
            weakest = max(row.status, best.get(iri, row.status), key=STATUSES.index)
            related[iri] = replace(
                row,
                status=weakest,
                evidence=tuple(sorted(spans[iri])) if iri in spans else row.evidence,
                role="|".join(sorted(roles.get(iri, ()))) or row.role,
            )
        return related

    def _facts_query(self, wanted: str) -> str:
        names = ("team", "plan", "value", "unit", "comparator", "component", "formula")
        wanted_properties = ", ".join(
            [f"<{self._ns}{name}>" for name in names]
            + [f"<{RDF}type>", f"<{SKOS}prefLabel>", f"<{RDFS}label>"]
        )
        return f"""SELECT ?item ?p ?o ?g (LANG(?o) AS ?lang) WHERE {{ VALUES ?item {{ {wanted} }}
            GRAPH ?g {{ ?item ?p ?o }} FILTER(?p IN ({wanted_properties})) }}"""

    def _spans_query(self, wanted: str) -> str:
        return f"""SELECT DISTINCT ?item ?start ?end ?exact ?source WHERE {{
            VALUES ?item {{ {wanted} }} ?item <{self._ns}evidence> ?span .
            ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?exact ;
                  <{self._ns}inSource> ?source }}"""

    def _inputs(self, iris: Iterable[str]) -> dict[str, list[tuple[str, Span]]]:
        """What figures were computed from, near and far, with the clauses of it."""
        wanted = " ".join(f"<{iri}>" for iri in iris)
        found: dict[str, list[tuple[str, Span]]] = {}
        if wanted:
            for row in self._select(
                f"""SELECT DISTINCT ?item ?input ?start ?end ?exact ?source WHERE {{
                    VALUES ?item {{ {wanted} }} ?item <{PROV}wasDerivedFrom>+ ?input .
                    ?input <{self._ns}evidence> ?span . ?span <{OA}start> ?start ; <{OA}end> ?end ;
                    <{OA}exact> ?exact ; <{self._ns}inSource> ?source }}
                    ORDER BY ?item ?start ?input"""
            ):
                found.setdefault(row["item"], []).append((row["input"], span_of(row)))
        return found

    def _ratios(self, iris: Iterable[str]) -> dict[str, tuple[float | int, ...]]:
        wanted = " ".join(f"<{iri}>" for iri in iris)
        if not wanted:
            return {}
        found: dict[str, list[float | int]] = {}
        for row in self._select(
            f"""SELECT ?item ?value WHERE {{ VALUES ?item {{ {wanted} }}
                ?item <{self._ns}component> ?part .
                ?part <{self._ns}position> ?position ; <{self._ns}value> ?value }}
                ORDER BY ?item ?position"""
        ):
            found.setdefault(row["item"], []).append(number(row["value"]))
        return {iri: tuple(values) for iri, values in found.items()}


def span_of(found: Mapping[str, str]) -> Span:
    """A span from the row of a query."""
    start, end = int(found["start"]), int(found["end"])
    return Span(start, end, found["exact"], found["source"], found.get("span", ""))


def status_of(graph: str) -> str:
    """The status of the statements of a graph; what the vocabulary says is editorial.

    >>> status_of("https://w3id.org/plankb/graph/jiangjin-6-4/derived")
    'derived'
    """
    name = graph.rsplit("/", 1)[-1]
    return name if name in STATUSES else "editorial"


def _first(facts: Mapping[str, list[str]], *names: str) -> str:
    return next((sorted(facts[name])[0] for name in names if facts.get(name)), "")


def _local(facts: Mapping[str, list[str]], name: str) -> str:
    return next((value.rsplit("/", 1)[-1] for value in sorted(facts.get(name, []))), "")
