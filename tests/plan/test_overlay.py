"""The operator's own assignments: they win, and a faulty file changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb import settings
from kb.errors import FileProblem
from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.plan.why import Explainer
from tests.plan.copies import Copy

RESPONSIBLE = """PREFIX : <https://w3id.org/plankb/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX role: <https://w3id.org/plankb/scheme/role/>
SELECT ?team ?label ?graph {
    GRAPH ?graph { ?i :role role:responsible }
    ?i :involvedIn/skos:notation ?team ; :body/skos:prefLabel ?label FILTER(LANG(?label) = "en")
}"""


def _with(path: Path, tmp_path: Path) -> PlanGraph:
    return graph.build(replace(settings.load({}), overlay=path, cache=tmp_path / "cache"))


def _responsible(built: PlanGraph) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for row in built.select(RESPONSIBLE):
        found.setdefault(row["team"], set()).add((row["label"], row["graph"].rsplit("/", 1)[-1]))
    return found


def test_without_an_overlay_every_team_has_an_editorial_body_only(plan: PlanGraph) -> None:
    found = _responsible(plan)
    assert len(found) == 10
    assert {status for bodies in found.values() for _, status in bodies} == {"editorial"}


@pytest.mark.parametrize("team", ["rural", "农村实用人才队伍"])
def test_a_csv_line_wins_over_the_editorial_body(tmp_path: Path, team: str) -> None:
    path = tmp_path / "assignments.csv"
    path.write_text(
        "team,body_zh,body_en,source\n"
        f"{team},江津区农业服务中心,Jiangjin Agricultural Service Centre,Notice 7 of 2022\n",
        encoding="utf-8-sig",
    )
    found = _responsible(_with(path, tmp_path))
    assert found["rural"] == {("Jiangjin Agricultural Service Centre", "external")}
    assert {status for _, status in found["party"]} == {"editorial"}, "other teams keep theirs"


def test_an_assignment_is_external_with_its_source(tmp_path: Path) -> None:
    path = tmp_path / "assignments.csv"
    path.write_text("team,body_zh,body_en,source\nrural,甲,Body A,Notice 7\n", encoding="utf-8")
    explainer = Explainer(_with(path, tmp_path))
    (one,) = explainer.explain("operator/involvement/rural-body-a", "role")
    assert (one.status, one.source) == ("external", "assignments.csv: Notice 7")
    assert all(e.traceable for e in explainer.everything())


def test_turtle_serves_as_well(tmp_path: Path) -> None:
    path = tmp_path / "assignments.ttl"
    path.write_text(
        """@prefix : <https://w3id.org/plankb/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix my: <https://w3id.org/plankb/id/jiangjin-6-4/operator/> .
my:centre a :Body ; :generic false ; dcterms:source "Notice 7" ;
    skos:prefLabel "甲"@zh , "Body A"@en .
my:link a :Involvement ; :body my:centre ; dcterms:source "Notice 7" ;
    :involvedIn <https://w3id.org/plankb/id/jiangjin-6-4/team/rural> ;
    :role <https://w3id.org/plankb/scheme/role/responsible> ;
    skos:prefLabel "甲负责"@zh , "Body A is responsible"@en .
""",
        encoding="utf-8",
    )
    assert _responsible(_with(path, tmp_path))["rural"] == {("Body A", "external")}


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.csv", "team,body\nrural,x\n", r"a\.csv:1: has the columns team, body, and should"),
        ("a.csv", "", r"\(none\)"),
        ("a.csv", "team,body_zh,body_en,source\nrural,甲,,n\n", r"a\.csv:2: lacks body_en"),
        ("a.csv", "team,body_zh,body_en,source\nfinance,甲,A,n\n", "there is no team “finance”"),
        (
            "a.ttl",
            "@prefix : <https://w3id.org/plankb/ns#> .\n:x a :Body .",
            "holds no :Involvement",
        ),
        ("a.ttl", ":x a", "not Turtle"),
        (
            "a.ttl",
            "@prefix : <https://w3id.org/plankb/ns#> .\n:x a :Involvement .",
            r"a\.ttl:2: .*lacks .*ns#body",
        ),
        ("a.doc", "x", r"should be a \.csv or \.ttl file"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, word: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem, match=word):
        _with(path, tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be read"):
        _with(tmp_path / "none.csv", tmp_path)


@pytest.mark.needs_ci
def test_the_check_passes_with_an_overlay_and_looks_at_it(copy: Copy, tmp_path: Path) -> None:
    path = tmp_path / "assignments.csv"
    path.write_text("team,body_zh,body_en,source\nrural,甲,Body A,Notice 7\n", encoding="utf-8")
    done = copy.plankb("check", env={"PLANKB_OVERLAY": str(path)})
    assert done.returncode == 0, done.stdout
    path = tmp_path / "assignments.ttl"
    path.write_text(
        """@prefix : <https://w3id.org/plankb/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix my: <https://w3id.org/plankb/id/jiangjin-6-4/operator/> .
my:centre a :Body ; dcterms:source "Notice 7" ; skos:prefLabel "甲"@zh .
my:link a :Involvement ; :body my:centre ; dcterms:source "Notice 7" ;
    :involvedIn <https://w3id.org/plankb/id/jiangjin-6-4/team/rural> ;
    :role <https://w3id.org/plankb/scheme/role/responsible> ;
    skos:prefLabel "甲负责"@zh , "Body A is responsible"@en .
""",
        encoding="utf-8",
    )
    done = copy.plankb("check", env={"PLANKB_OVERLAY": str(path)})
    assert done.returncode == 1
    assert "[label-missing-en]" in done.stdout
    assert "says whether a kind is meant (:generic)" in done.stdout
