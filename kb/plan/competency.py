"""The competency questions: what the ontology must answer, each with its expected rows.

A question is ``queries/competency/NAME.rq`` with its purpose in the header; the rows that
a person checked stand beside it in ``NAME.csv`` (SPARQL 1.1 CSV results). Must not know
what any question asks.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pyoxigraph as ox

from kb.plan import knowledge
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph
from kb.text import Text

#: So many differing rows are shown; the rest is counted.
_SHOWN = 3


def rows(graph: PlanGraph, text: str) -> list[list[str]]:
    """Heading and rows of a SELECT or ASK query as CSV cells, in the query's order."""
    result = graph.store.query(text, use_default_graph_as_union=True)
    if isinstance(result, ox.QueryBoolean):
        return [["answer"], ["true" if result else "false"]]
    assert isinstance(result, ox.QuerySolutions), "a competency question selects or asks"
    body = result.serialize(format=ox.QueryResultsFormat.CSV)
    assert body is not None
    return [row for row in csv.reader(io.StringIO(body.decode())) if row]


def check_competency(graph: PlanGraph) -> Iterator[Fault]:
    """Questions whose rows are not the expected ones, and terms that no question uses."""
    # What audit rules are made of, they use: reports are in the graph only where there are any.
    used = set().union(*map(_terms, _rule_files(graph.base)))
    for file in knowledge.query_files("competency", graph.base):
        used |= _terms(file.text)
        expected_file = file.path.with_suffix(".csv")
        try:
            actual = rows(graph, file.text)
        except SyntaxError as error:
            yield _fault(
                str(file.path),
                Text(zh=f"查询不能解析：{error.msg}", en=f"the query does not parse: {error.msg}"),
                Text(zh="改正语法", en="mend the syntax"),
                f"{file.path}:{error.lineno or 1}",
            )
            continue
        if not expected_file.exists():
            yield _fault(
                str(file.path),
                Text(zh="没有预期结果", en="has no expected rows"),
                Text(
                    zh=f"核对结果后存为 {expected_file.name}",
                    en=f"check the rows and keep them as {expected_file.name}",
                ),
                f"{file.path}:1",
            )
            continue
        text = knowledge.read_text(expected_file, graph.base)
        expected = [row for row in csv.reader(io.StringIO(text)) if row]
        if actual != expected:
            yield _fault(
                str(file.path),
                _difference(expected, actual),
                Text(
                    zh=f"若新的结果正确，更新 {expected_file.name}",
                    en=f"if the new rows are right, update {expected_file.name}",
                ),
                f"{expected_file}:1",
            )
    yield from _unused(graph, used)


def _rule_files(base: str) -> list[str]:
    folder = knowledge.root() / "ontology" / "shapes"
    return [knowledge.read_text(path, base) for path in sorted(folder.glob("report-*.ttl"))]


def _terms(text: str) -> set[str]:
    """Local names of the vocabulary's terms in a query or in shapes."""
    return set(re.findall(r"(?<![\w/#]):([A-Za-z][A-Za-z0-9]*)", _without_comments(text)))


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _difference(expected: list[list[str]], actual: list[list[str]]) -> Text:
    missing = [row for row in expected if row not in actual]
    surplus = [row for row in actual if row not in expected]
    if not missing and not surplus:
        return Text(zh="各行次序或重数不同", en="the rows come in another order or number")

    def shown(part: list[list[str]]) -> str:
        more = f" … (+{len(part) - _SHOWN})" if len(part) > _SHOWN else ""
        return "; ".join(", ".join(row) for row in part[:_SHOWN]) + more

    return Text(
        zh=f"缺 {len(missing)} 行：{shown(missing) or '—'}；"
        f"多 {len(surplus)} 行：{shown(surplus) or '—'}",
        en=f"{len(missing)} rows missing: {shown(missing) or '—'}; "
        f"{len(surplus)} rows too many: {shown(surplus) or '—'}",
    )


def _unused(graph: PlanGraph, used: set[str]) -> Iterator[Fault]:
    ns = graph.base + "ns#"
    terms = graph.select(
        """PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT DISTINCT ?term WHERE {
            ?term a ?kind FILTER(?kind IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty))
        } ORDER BY ?term"""
    )
    for row in terms:
        name = row["term"].removeprefix(ns)
        if row["term"].startswith(ns) and name not in used:
            yield Fault(
                "unused-term",
                row["term"],
                Text(zh=f"没有能力问题用到 :{name}", en=f"no competency question uses :{name}"),
                Text(
                    zh="在 queries/competency 中补一个问题，或删去该术语",
                    en="add a question to queries/competency, or drop the term",
                ),
                graph.place_of(row["term"]),
            )


def _fault(subject: str, message: Text, hint: Text, place: str) -> Fault:
    return Fault("competency", subject, message, hint, place)
