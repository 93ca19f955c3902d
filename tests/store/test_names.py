"""Finding names by what is typed: order, kinds, and what is no name."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kb.store.embedded import EmbeddedStore
from kb.store.names import Kind, Names

PREFIXES = {"": "http://x/ns#", "t": "http://x/team/", "s": "http://x/", "skos": "http://skos/"}
DATA = """
@prefix : <http://x/ns#> .
@prefix t: <http://x/team/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:Team a owl:Class ; rdfs:label "队伍"@zh , "team"@en .
:Empty a owl:Class ; rdfs:label "空类"@zh , "empty class"@en .
:leads a owl:ObjectProperty ; rdfs:label "负责"@zh , "leads"@en .
t:rural a :Team ; skos:prefLabel "农村人才"@zh , "rural talent"@en ; skos:hiddenLabel "农村"@zh .
t:city a :Team ; skos:prefLabel "城市人才"@zh , "talent of the city, not rural"@en .
t:ruralists a :Team ; skos:prefLabel "Ruralists" .
<http://x/team/a/b> a :Team ; skos:prefLabel "两段"@zh ; :used "1" .
[] skos:prefLabel "nobody"@en .
"""


@pytest.fixture(scope="module")
def names() -> Names:
    store = EmbeddedStore(PREFIXES)
    graph = ox.NamedNode("http://x/graph")
    quads = [
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in ox.parse(DATA, ox.RdfFormat.TURTLE)
    ]
    store.load(quads, "1")
    return Names.read(store, PREFIXES)


def found(names: Names, text: str, kind: Kind | None = None) -> list[str]:
    return [name.short or name.iri for name in names.search(text, kind)]


def test_a_whole_label_comes_first_then_beginnings_then_the_rest(names: Names) -> None:
    assert found(names, "rural") == ["t:rural", "t:ruralists", "t:city"]
    assert found(names, "农村")[0] == "t:rural"
    assert found(names, "村人") == ["t:rural"], "any part of a Chinese label"


def test_case_and_width_do_not_count(names: Names) -> None:
    assert found(names, "ＲＵＲＡＬ") == found(names, " rural ") == found(names, "Rural")


def test_classes_and_properties_are_those_declared_and_those_used(names: Names) -> None:
    assert {":Team", ":Empty"} <= set(found(names, "", "class"))
    assert ":leads" in found(names, "", "property")
    assert found(names, "used") == [":used"], "used, though neither declared nor labelled"
    assert found(names, "队伍", "property") == []


def test_a_name_has_labels_and_the_label_of_its_class(names: Names) -> None:
    (rural,) = names.search("t:rural", limit=1)
    assert (rural.label.zh, rural.label.en) == ("农村人才", "rural talent")
    assert (rural.type.zh, rural.type.en) == ("队伍", "team")
    (other,) = names.search("ruralists")
    assert other.label.zh == other.label.en == "Ruralists"


def test_only_what_needs_no_escape_is_shortened(names: Names) -> None:
    (deep,) = names.search("两段")
    assert deep.short == ""
    assert deep.iri == "http://x/team/a/b"


def test_prefixes_are_names_and_blank_nodes_are_none(names: Names) -> None:
    (prefix,) = names.search("skos:", "prefix")
    assert (prefix.short, prefix.iri) == ("skos:", "http://skos/")
    assert found(names, "nobody") == []
    assert found(names, "<http://x/team/ru") == ["t:rural", "t:ruralists"]
