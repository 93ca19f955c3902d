"""Whether what a target says agrees with what its own quotes say: figure, marker, label.

Must not know where the quotes come from, nor any particular plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from kb.plan.fault import Fault
from kb.plan.figures import Figure, read_figures
from kb.plan.graph import PlanGraph
from kb.terms import OA, SKOS
from kb.text import Text

_Words = dict[str, list[str]]


def check_agreement(graph: PlanGraph) -> Iterator[Fault]:
    """Targets, ratio terms and counts whose figure is not the one in their quotes;
    marker words and Chinese labels that the quotes do not have.
    """
    quotes = _quotes(graph)
    symbols = _symbols(graph)
    every = sorted({symbol for words in symbols.values() for symbol in words} | {"岁"})
    yield from _figures(graph, quotes, symbols, every)
    yield from _words(graph, quotes)


def _quotes(graph: PlanGraph) -> dict[str, str]:
    """The quotes of each resource, joined in the order of the source."""
    parts: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row in graph.select(
        f"""SELECT DISTINCT ?s ?start ?end ?exact WHERE {{ ?s <{graph.base}ns#evidence> ?span .
            ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?exact }}"""
    ):
        parts[row["s"]].append((int(row["start"]), int(row["end"]), row["exact"]))
    joined = {}
    for subject, pieces in parts.items():
        text, last = "", None
        for start, end, exact in sorted(pieces):
            # A gap between spans must not let two figures run into one.
            text += exact if last is None or start <= last + 2 else " " + exact
            last = end
        joined[subject] = text
    return joined


def _symbols(graph: PlanGraph) -> _Words:
    found: _Words = defaultdict(list)
    for row in graph.select(f"SELECT ?u ?s WHERE {{ ?u <{graph.base}ns#symbol> ?s }}"):
        found[row["u"]].append(row["s"])
    return found


def _figures(
    graph: PlanGraph, quotes: dict[str, str], symbols: _Words, every: list[str]
) -> Iterator[Fault]:
    ns = graph.base + "ns#"
    rows = graph.select(
        f"""SELECT ?s ?written ?unit ?value WHERE {{
            ?s a ?class . FILTER(?class IN (<{ns}QuantitativeTarget>, <{ns}DeclaredCount>))
            OPTIONAL {{ ?s <{ns}writtenValue> ?written }} OPTIONAL {{ ?s <{ns}unit> ?unit }}
            OPTIONAL {{ ?s <{ns}value> ?value }} }} ORDER BY ?s"""
    )
    terms = _ratio_terms(graph)
    for row in rows:
        subject, written = row["s"], row.get("written", "")
        read = read_figures(written, every)
        figure = read[0] if len(read) == 1 and read[0].written == written else None
        standing = [f for f in read_figures(quotes.get(subject, ""), every) if f.written == written]
        if figure is None or not standing:
            yield _fault(
                graph,
                subject,
                Text(
                    zh=f"原文数字“{written}”不在它的引文“{quotes.get(subject, '')}”中",
                    en=f"the figure as written, “{written}”, is not in its quotes, "
                    f"“{quotes.get(subject, '')}”",
                ),
            )
            continue
        values = terms.get(subject) or ([row["value"]] if "value" in row else [])
        if not _same(values, figure) or figure.symbol not in symbols.get(row.get("unit", ""), []):
            yield _fault(
                graph,
                subject,
                Text(
                    zh=f"数值 {':'.join(values) or '（无）'} {_local(row.get('unit', ''))} "
                    f"与引文中的“{written}”不一致",
                    en=f"the value {':'.join(values) or '(none)'} {_local(row.get('unit', ''))} "
                    f"does not agree with “{written}” in the quote",
                ),
            )


def _ratio_terms(graph: PlanGraph) -> dict[str, list[str]]:
    ns = graph.base + "ns#"
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in graph.select(
        f"""SELECT ?s ?position ?value WHERE {{ ?s <{ns}component> ?c .
            ?c <{ns}position> ?position ; <{ns}value> ?value }}"""
    ):
        found[row["s"]].append((int(row["position"]), row["value"]))
    return {subject: [value for _, value in sorted(terms)] for subject, terms in found.items()}


def _same(values: list[str], figure: Figure) -> bool:
    try:
        return tuple(Decimal(value) for value in values) == figure.values
    except InvalidOperation:
        return False


def _words(graph: PlanGraph, quotes: dict[str, str]) -> Iterator[Fault]:
    """Stated words that the quotes do not have: marker words, scopes, Chinese labels."""
    ns = graph.base + "ns#"
    composed = ("Involvement", "Contribution", "RatioComponent", "Anomaly", "Reading")
    for row in graph.select(
        f"""SELECT ?s ?p ?word WHERE {{
            GRAPH ?g {{ ?s ?p ?word }} FILTER(STRENDS(STR(?g), "/stated"))
            FILTER(?p IN (<{ns}marker>, <{ns}scope>, <{SKOS}prefLabel>))
            FILTER(LANG(?word) IN ("", "zh"))
            FILTER NOT EXISTS {{ ?s a ?c
                FILTER(?c IN ({", ".join(f"<{ns}{name}>" for name in composed)})) }}
            }} ORDER BY ?s ?p ?word"""
    ):
        text = quotes.get(row["s"], "")
        if row["word"] not in text.replace(" ", "") and row["word"] not in text:
            yield Fault(
                "words",
                row["s"],
                Text(
                    zh=f"“{row['word']}”（{_local(row['p'])}）不是引文“{text}”中的文字",
                    en=f"“{row['word']}” ({_local(row['p'])}) is not in the quotes, “{text}”",
                ),
                Text(
                    zh="照录原文，或移到 editorial.ttl 并说明理由",
                    en="use the source's words, or move it to editorial.ttl with a reason",
                ),
                graph.place_of(row["s"]),
            )


def _local(iri: str) -> str:
    return iri.replace("#", "/").rsplit("/", 1)[-1]


def _fault(graph: PlanGraph, subject: str, message: Text) -> Fault:
    return Fault(
        "figure",
        subject,
        message,
        Text(
            zh="改正 :value、:unit、:writtenValue 或证据",
            en="correct :value, :unit, :writtenValue or the evidence",
        ),
        graph.place_of(subject),
    )
