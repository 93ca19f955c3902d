"""What the service says of itself: VoID as the data has it, prefixes and examples that run."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kb.errors import QueryStopped
from kb.text import Text
from server import description
from server.knowledge import Knowledge

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SCHEMA = Namespace("https://schema.org/")


@cache
def parsed(content: bytes) -> Graph:
    return Graph().parse(data=content, format="turtle")


def described(web: httpx.Client, path: str) -> Graph:
    answer = web.get(path)
    assert answer.status_code == 200
    return parsed(answer.content)


def number(web: httpx.Client, expression: str, where: str) -> int:
    query = f"SELECT ({expression} AS ?n) WHERE {{ {where} }}"
    return int(web.get("/sparql.csv", params={"query": query}).text.splitlines()[1])


def counted(graph: Graph, node: Node | None, predicate: URIRef) -> int:
    return int(str(graph.value(node, predicate)))


def test_void_counts_what_is_there(web: httpx.Client, address: str) -> None:
    graph = described(web, "/.well-known/void")
    dataset = URIRef(address + "/.well-known/void#dataset")
    assert (dataset, RDF.type, VOID.Dataset) in graph
    for predicate, expression in {
        VOID.triples: "COUNT(*)",
        VOID.distinctSubjects: "COUNT(DISTINCT ?s)",
        VOID.distinctObjects: "COUNT(DISTINCT ?o)",
        VOID.properties: "COUNT(DISTINCT ?p)",
    }.items():
        assert counted(graph, dataset, predicate) == number(web, expression, "?s ?p ?o")
    classes = {
        graph.value(part, VOID["class"]): part
        for part in graph.objects(dataset, VOID.classPartition)
    }
    assert len(classes) == counted(graph, dataset, VOID.classes)
    teams = classes[URIRef("https://w3id.org/plankb/ns#TalentTeam")]
    assert counted(graph, teams, VOID.entities) == 10
    properties = {
        graph.value(part, VOID.property): part
        for part in graph.objects(dataset, VOID.propertyPartition)
    }
    assert len(properties) == counted(graph, dataset, VOID.properties)
    for name in ("evidence", "team"):
        iri = URIRef("https://w3id.org/plankb/ns#" + name)
        assert counted(graph, properties[iri], VOID.triples) == number(
            web, "COUNT(*)", f"?s <{iri}> ?o"
        )
    used = {
        graph.value(part, VOID.property) for part in graph.objects(teams, VOID.propertyPartition)
    }
    assert len(used) == number(web, "COUNT(DISTINCT ?p)", "?s a :TalentTeam ; ?p ?o")


def test_the_dataset_has_its_licence_its_source_and_what_that_source_is(
    web: httpx.Client, address: str
) -> None:
    graph = described(web, "/.well-known/void")
    dataset = URIRef(address + "/.well-known/void#dataset")
    assert graph.value(dataset, DCTERMS.license)
    assert {said.language for said in graph.objects(dataset, DCTERMS.title)} == {"zh", "en"}  # type: ignore[attr-defined]
    notices = [str(said) for said in graph.objects(dataset, DCTERMS.description)]
    assert any("not the plan itself" in said for said in notices)
    assert any("不是规划原文" in said for said in notices)
    assert graph.value(dataset, DCTERMS.source)
    assert graph.value(dataset, VOID.sparqlEndpoint) == URIRef(address + "/sparql")
    dump = str(graph.value(dataset, VOID.dataDump))
    assert httpx.head(dump, trust_env=False).status_code == 200


def test_every_graph_is_listed_with_its_size(web: httpx.Client) -> None:
    graph = described(web, "/sparql")
    listed = {
        str(graph.value(named, SD.name)): counted(graph, graph.value(named, SD.graph), VOID.triples)
        for named in graph.subjects(RDF.type, SD.NamedGraph)
    }
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    rows = web.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    assert listed == {row["g"]["value"]: int(row["n"]["value"]) for row in rows}


def test_the_description_and_its_parts_agree(web: httpx.Client) -> None:
    whole = described(web, "/sparql")
    for path in ("/.well-known/void", "/sparql/examples"):
        part = described(web, path)
        assert len(part) > 100
        assert set(part) <= set(whole)


def test_examples_have_their_purpose_in_both_languages_and_run(web: httpx.Client) -> None:
    graph = described(web, "/sparql/examples")
    examples = sorted(graph.subjects(RDF.type, SH.SPARQLExecutable), key=str)
    assert len(examples) >= 99
    for example in examples:
        assert {said.language for said in graph.objects(example, RDFS.comment)} == {"zh", "en"}  # type: ignore[attr-defined]
        assert graph.value(example, SCHEMA.target) == URIRef(
            f"{web.base_url}".rstrip("/") + "/sparql"
        )
        assert graph.value(example, SH.select) or graph.value(example, SH.ask)
    for example in examples[::10]:
        query = str(graph.value(example, SH.select) or graph.value(example, SH.ask))
        assert web.get("/sparql", params={"query": query}).status_code == 200


def test_an_editor_of_another_make_finds_examples_and_prefixes_in_the_data(
    web: httpx.Client,
) -> None:
    """The queries are those that SIB's editor puts to an endpoint."""
    found = web.get("/sparql.json", params={"query": """
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT DISTINCT ?sq ?comment ?query WHERE {
            ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
                sh:select|sh:ask|sh:construct|sh:describe ?query
        } ORDER BY ?sq"""}).json()["results"]["bindings"]  # fmt: skip
    assert len(found) >= 2 * 99
    assert {row["comment"]["xml:lang"] for row in found} == {"zh", "en"}
    query = found[0]["query"]["value"]
    assert web.get("/sparql", params={"query": query}).status_code == 200
    declared = web.get("/sparql.csv", params={"query": """
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT ?prefix ?namespace WHERE { [] sh:prefix ?prefix ; sh:namespace ?namespace }
        """}).text  # fmt: skip
    assert "skos,http://www.w3.org/2004/02/skos/core#" in declared.splitlines()
    graph = web.get("/graph/examples", headers={"Accept": "text/turtle"})
    assert graph.status_code == 200


def test_prefixes_are_those_that_a_query_may_use(web: httpx.Client) -> None:
    graph = described(web, "/sparql/examples")
    declared = {
        str(graph.value(one, SH.prefix)): graph.value(one, SH.namespace)
        for one in graph.objects(None, SH.declare)
    }
    assert {"", "skos", "team", "graph"} <= declared.keys()
    for prefix, namespace in declared.items():
        assert isinstance(namespace, Literal)
        answer = web.get("/sparql.csv", params={"query": f"SELECT ({prefix}:x AS ?x) {{}}"})
        assert answer.text.splitlines()[1] == f"{namespace}x"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/n-triples", "application/n-triples"),
    ],
)
@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/sparql/examples"])
def test_descriptions_are_negotiated_kept_and_compressed(
    path: str, accept: str, media: str, web: httpx.Client
) -> None:
    answer = web.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"] == media
    assert answer.headers["content-encoding"] == "gzip"
    held = {"Accept": accept, "If-None-Match": answer.headers["etag"]}
    assert web.get(path, headers=held).status_code == 304
    assert web.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_who_takes_pages_only_gets_the_page_on_the_data(web: httpx.Client) -> None:
    answer = web.get("/.well-known/void", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/data"
    assert "Accept" in answer.headers["vary"]
    # As browsers ask: anything will do, and the description is what it says it is.
    anything = web.get("/.well-known/void", headers={"Accept": "text/html, */*;q=0.8"})
    assert anything.headers["content-type"].startswith("text/turtle")
    named = web.get("/.well-known/void?format=none", headers={"Accept": "text/html"})
    assert named.status_code in (400, 404, 406)


class Slow:
    """A store that has too much to do the first time it is asked."""

    asked = 0

    def query(self, text: str, **options: object) -> SimpleNamespace:
        self.asked += 1
        if self.asked == 1:
            raise QueryStopped(
                "query-deadline", Text("太久", "too long"), Text("再试", "try again")
            )
        return SimpleNamespace(body=b"<http://a/b> <http://a/c> <http://a/d> .\n")


def test_what_was_not_counted_in_time_is_tried_again_and_not_kept() -> None:
    store: Any = Slow()
    held = Knowledge("https://w3id.org/plankb/", "r1", store, cast(Any, None))
    first, whole = description._of_dataset(held, "r1")
    assert not whole
    assert "too long" in b"".join(first).decode()
    again, whole = description._of_dataset(held, "r1")
    assert whole
    assert "too long" not in b"".join(again).decode()
    asked = store.asked
    assert description._of_dataset(held, "r1") == (again, True)
    assert store.asked == asked
