"""The lexicon and the logical form: what was said is what is understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.ask import words
from kb.ask.asker import Asker
from kb.ask.skeletons import Skeletons
from kb.errors import FileProblem
from kb.normalise import keys, units


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_offsets_of_units_lie_in_the_text_in_order(text: str) -> None:
    found = units(text)
    assert all(0 <= unit.start < unit.end <= len(text) for unit in found)
    assert [unit.start for unit in found] == sorted(unit.start for unit in found)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(), st.text(alphabet="aAsSzy -()“”、，人才队伍's&4.")))
def test_the_quick_keys_are_those_of_the_units(text: str) -> None:
    assert keys(text) == [unit.key for unit in units(text)]


def test_any_text_is_answered_or_refused_but_never_an_error(asker: Asker) -> None:
    @settings(max_examples=200, deadline=None)
    @given(text=st.text(max_size=200))
    def holds(text: str) -> None:
        answer = asker.ask(text)
        assert answer.as_dict()["status"] in (
            "answered",
            "empty",
            "not_stated",
            "clarify",
            "refused",
        )

    holds()


def test_every_class_and_team_has_forms_in_both_languages(asker: Asker) -> None:
    lexicon = asker.lexicon
    for kind in Skeletons(lexicon).kinds:
        label = lexicon.label(kind)
        for text in (label.zh, label.en):
            assert kind in [sense.value for sense in lexicon.senses(text)]


def test_no_two_teams_share_a_form(asker: Asker) -> None:
    teams = {thing.iri for thing in asker.lexicon.members(asker.lexicon.kind("TalentTeam"))}

    def walk(node: dict[str, object]) -> None:
        for key, below in node.items():
            if key:
                assert isinstance(below, dict)
                walk(below)
            else:
                assert isinstance(below, list)
                assert len({s.value for s in below} & teams) <= 1, below

    walk(asker.lexicon.tree)


@pytest.mark.parametrize("content", ["filler: [a", "verbs: [a]", "filler: [yes]", "filler: 3"])
def test_a_language_file_with_a_fault_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "xx.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(FileProblem) as caught:
        words.read(tmp_path)
    assert "xx.yaml" in caught.value.message.en


def test_a_new_class_and_thing_need_no_code(tmp_path: Path) -> None:
    """Another vocabulary with a class of its own answers through the same code."""
    import pyoxigraph as ox

    store = ox.Store()
    store.load(
        """PREFIX : <http://x/ns#> PREFIX id: <http://x/id/>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX oa: <http://www.w3.org/ns/oa#>
        GRAPH <http://x/graph/p/stated> {
          :Coach a owl:Class ; rdfs:label "校车"@zh , "school coach"@en .
          :School a owl:Class ; rdfs:label "学校"@zh , "school"@en .
          id:b1 a :Coach ; skos:prefLabel "一号车"@zh , "coach one"@en ;
            :serves id:s1 ; :evidence id:e .
          id:s1 a :School ; skos:prefLabel "东湖小学"@zh , "East Lake school"@en ; :evidence id:e .
          id:e oa:start 0 ; oa:end 2 ; oa:exact "校车" ; :inSource id:source . }""",
        format=ox.RdfFormat.TRIG,
    )

    def select(query: str) -> list[dict[str, str]]:
        found = store.query(query, use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        return [{n: row[n].value for n in names if row[n] is not None} for row in found]

    asker = Asker(select, "http://x/", "1")
    for question in ("东湖小学有哪些校车？", "Which school coaches serve East Lake school?"):
        answer = asker.ask(question)
        assert [row.iri for row in answer.rows] == ["http://x/id/b1"], answer.full_text
