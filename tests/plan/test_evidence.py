"""Nothing without its clause: whatever is taken away or altered, a check says so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb import settings
from kb.errors import SourceProblem
from kb.plan import agreement, checks, evidence, knowledge
from kb.plan.graph import PlanGraph
from kb.plan.loading import graph_iri as evidence_graph
from kb.plan.why import Explainer
from kb.terms import OA, RDF

Change = Callable[[list[ox.Quad], list[ox.Quad]], AbstractContextManager[None]]


def _ns(plan: PlanGraph, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{plan.base}ns#{name}")


def _iri(term: object) -> str:
    assert isinstance(term, ox.NamedNode)
    return term.value


def _untraceable(plan: PlanGraph) -> set[str]:
    (query,) = [file for file in knowledge.query_files("hygiene") if file.name == "untraceable"]
    return {row["subject"] for row in plan.select(query.text)}


def test_no_statement_is_untraceable(plan: PlanGraph) -> None:
    assert _untraceable(plan) == set()


def test_why_and_the_query_agree_that_every_statement_leads_somewhere(plan: PlanGraph) -> None:
    everything = Explainer(plan).everything()
    assert len(everything) > 9000
    assert [one for one in everything if not one.traceable] == []
    assert {one.status for one in everything} == {"stated", "derived", "editorial", "external"}


def test_without_its_evidence_every_resource_fails(plan: PlanGraph, change: Change) -> None:
    """For each resource in turn, as the issue asks: not for a sample."""
    by_subject: dict[str, list[ox.Quad]] = {}
    stated = {quad.subject for quad in plan.quads if str(quad.graph_name).endswith("/stated>")}
    for quad in plan.quads:
        if quad.predicate == _ns(plan, "evidence") and quad.subject in stated:
            by_subject.setdefault(_iri(quad.subject), []).append(quad)
    assert len(by_subject) > 450
    # In batches, as no resource's evidence is another's: each must be named all the same.
    subjects = sorted(by_subject)
    for start in range(0, len(subjects), 20):
        batch = subjects[start : start + 20]
        with change([quad for subject in batch for quad in by_subject[subject]], []):
            assert _untraceable(plan) >= set(batch)


def test_a_changed_quote_fails_without_the_source(plan: PlanGraph, change: Change) -> None:
    found = evidence.spans(plan)
    (source,) = evidence.sources(plan)
    assert evidence.digest(found) == source.quotes_sha256
    for place, span in enumerate(found):
        other = replace(span, quote=("某" if span.quote[0] != "某" else "另") + span.quote[1:])
        altered = [*found[:place], other, *found[place + 1 :]]
        assert evidence.digest(altered) != source.quotes_sha256, span
        if place % 40:
            continue
        # The whole way for one in forty: from the graph to the fault.
        (quad,) = plan.store.quads_for_pattern(
            ox.NamedNode(span.iri), ox.NamedNode(OA + "exact"), None
        )
        new = ox.Quad(quad.subject, quad.predicate, ox.Literal(other.quote), quad.graph_name)
        with change([quad], [new]):
            assert any(f.check == "quotes-digest" for f in evidence.check_spans(plan)), span


@pytest.mark.needs_shared
def test_a_changed_quote_is_named_with_its_place_in_the_source(
    plan: PlanGraph, change: Change, article: str
) -> None:
    (source,) = evidence.sources(plan)
    found = evidence.spans(plan)
    for start in range(0, len(found), 20):
        batch = found[start : start + 20]
        old: list[ox.Quad] = []
        new: list[ox.Quad] = []
        for span in batch:
            moved = ox.Literal(article[span.start + 1 : span.end + 1])
            old += plan.store.quads_for_pattern(
                ox.NamedNode(span.iri), ox.NamedNode(OA + "exact"), None
            )
            quad = old[-1]
            new.append(ox.Quad(quad.subject, quad.predicate, moved, quad.graph_name))
        with change(old, new):
            faults = list(evidence.check_quotes(plan, article, source))
        assert [fault.subject for fault in faults] == [span.iri for span in batch]
        for fault, span in zip(faults, batch, strict=True):
            assert f"{span.start}–{span.end}" in fault.message.en


def _figures(plan: PlanGraph) -> list[ox.Quad]:
    kinds = {_ns(plan, name) for name in ("QuantitativeTarget", "DeclaredCount", "RatioComponent")}
    members = {
        quad.subject
        for quad in plan.quads
        if quad.predicate.value == RDF + "type" and quad.object in kinds
    }
    return [
        quad
        for quad in plan.quads
        if quad.predicate == _ns(plan, "value") and quad.subject in members
    ]


def test_a_figure_that_its_quote_does_not_say_fails_for_every_resource(
    plan: PlanGraph, change: Change
) -> None:
    figures = _figures(plan)
    assert len(figures) >= 44 + 3 + 8
    assert list(agreement.check_agreement(plan)) == []
    # All at once, as no figure is another's: each must be named all the same.
    for factor in (Decimal(10), Decimal("0.0001")):
        wrong = []
        for quad in figures:
            assert isinstance(quad.object, ox.Literal)
            value = str(Decimal(quad.object.value) * factor)
            literal = ox.Literal(value, datatype=quad.object.datatype)
            wrong.append(ox.Quad(quad.subject, quad.predicate, literal, quad.graph_name))
        with change(figures, wrong):
            named = {f.subject for f in agreement.check_agreement(plan) if f.check == "figure"}
        # A term of a ratio shows at the ratio.
        assert {_owner(plan, _iri(quad.subject)) for quad in figures} <= named


def _owner(plan: PlanGraph, subject: str) -> str:
    ns = plan.base + "ns#"
    owners = plan.select(
        f"SELECT ?s {{ ?s a <{ns}QuantitativeTarget> ; <{ns}component> <{subject}> }}"
    )
    return owners[0]["s"] if owners else subject


def test_a_wrong_unit_fails_for_every_figure(plan: PlanGraph, change: Change) -> None:
    percent = ox.NamedNode(f"{plan.base}scheme/unit/percent")
    person = ox.NamedNode(f"{plan.base}scheme/unit/person")
    targets = [q for q in _figures(plan) if "/component/" not in _iri(q.subject)]
    old = [
        quad
        for figure in targets
        for quad in plan.store.quads_for_pattern(figure.subject, _ns(plan, "unit"), None)
    ]
    new = [
        ox.Quad(q.subject, q.predicate, person if q.object == percent else percent, q.graph_name)
        for q in old
    ]
    with change(old, new):
        named = {f.subject for f in agreement.check_agreement(plan) if f.check == "figure"}
    assert {_iri(quad.subject) for quad in old} <= named


@pytest.mark.needs_shared
def test_every_letter_of_the_source_is_cited_or_explained(plan: PlanGraph, article: str) -> None:
    (source,) = evidence.sources(plan)
    assert list(evidence.check_coverage(plan, article, source)) == []
    reasons = plan.select(
        f"""SELECT ?r (COUNT(?reason) AS ?n) WHERE {{ ?r a <{plan.base}ns#NonFactualRange>
            OPTIONAL {{ ?r <{plan.base}ns#reason> ?reason }} }} GROUP BY ?r"""
    )
    assert reasons
    assert {row["n"] for row in reasons} == {"2"}, "each range gives its reason in zh and en"


@pytest.mark.needs_shared
def test_a_clause_that_nobody_cites_is_named(plan: PlanGraph, change: Change, article: str) -> None:
    (source,) = evidence.sources(plan)
    quote = "建立统一的人才数据库，更好地管理和服务人才"
    start = article.index(quote)
    gone = [
        quad
        for quad in plan.quads
        if quad.predicate == _ns(plan, "evidence")
        and (span := _iri(quad.object).rsplit("/", 1)[-1].split("-"))
        and int(span[0]) < start + len(quote)
        and int(span[1]) > start
    ]
    with change(gone, []):
        faults = list(evidence.check_coverage(plan, article, source))
    assert any("统一的人才数据库" in fault.message.en for fault in faults)


@pytest.mark.needs_shared
def test_the_counts_of_searched_words_are_the_programs(plan: PlanGraph, shared: Path) -> None:
    chosen = replace(settings.load({}), source=shared / "source" / "jiangjin-6-4-article.txt")
    assert checks.check_source(plan, chosen) == []
    rows = plan.select(f"SELECT * {{ ?s <{plan.base}ns#word> ?word ; <{plan.base}ns#hits> ?hits }}")
    hits = {row["word"]: int(row["hits"]) for row in rows}
    assert [hits[w] for w in ("牵头", "负责", "责任", "主管", "承办", "部门")] == [0] * 6


@pytest.mark.needs_shared
def test_another_text_is_refused_with_both_hashes(
    plan: PlanGraph, article: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(article + " ", encoding="utf-8")
    with pytest.raises(SourceProblem, match="is not the text that the plan cites") as caught:
        checks.read_source(plan, other)
    (source,) = evidence.sources(plan)
    assert source.sha256 in str(caught.value)


def test_a_missing_source_file_is_named(plan: PlanGraph, tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match=r"none\.txt: the file of the source cannot be read"):
        checks.read_source(plan, tmp_path / "none.txt")


@pytest.mark.needs_shared
def test_a_quote_may_not_cut_a_number_in_two(plan: PlanGraph, change: Change, article: str) -> None:
    (source,) = evidence.sources(plan)
    start = article.index("25个重点人才专项") + 1
    cut = ox.NamedNode(f"{plan.base}id/jiangjin-6-4/span/{start}-{start + 8}")
    graph = evidence_graph(plan.base, "jiangjin-6-4", "evidence")
    quads = [
        ox.Quad(cut, ox.NamedNode(OA + "start"), ox.Literal(start), graph),
        ox.Quad(cut, ox.NamedNode(OA + "end"), ox.Literal(start + 8), graph),
        ox.Quad(cut, ox.NamedNode(OA + "exact"), ox.Literal(article[start : start + 8]), graph),
        ox.Quad(cut, _ns(plan, "inSource"), ox.NamedNode(source.iri), graph),
    ]
    with change([], quads):
        faults = list(evidence.check_quotes(plan, article, source))
    assert [fault.check for fault in faults] == ["number-cut"]
