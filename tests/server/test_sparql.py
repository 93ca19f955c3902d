"""The SPARQL endpoint: the three ways to send a query, formats, and what is refused."""

from __future__ import annotations

import httpx
import pytest

COUNT = "PREFIX : <https://w3id.org/plankb/ns#> SELECT (COUNT(*) AS ?n) WHERE { ?t a :TalentTeam }"


def test_the_three_ways_to_send_a_query_give_the_same(web: httpx.Client) -> None:
    by_address = web.get("/sparql", params={"query": COUNT})
    by_form = web.post("/sparql", data={"query": COUNT})
    by_body = web.post(
        "/sparql", content=COUNT, headers={"Content-Type": "application/sparql-query"}
    )
    assert by_address.content == by_form.content == by_body.content
    assert by_address.json()["results"]["bindings"][0]["n"]["value"] == "10"


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        ("ASK {}", "", "application/sparql-results+json"),
        ("ASK {}", "*/*", "application/sparql-results+json"),
        ("ASK {}", "application/json", "application/sparql-results+json"),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        (
            "SELECT * {} LIMIT 1",
            "text/csv;q=0.5, text/tab-separated-values",
            "text/tab-separated-values",
        ),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "application/n-triples", "application/n-triples"),
        ("DESCRIBE <http://x>", "application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_the_format_is_negotiated(query: str, accept: str, media: str, web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ({"params": {"query": "SELECT"}}, 400, "line 1"),
        ({"params": {"query": "DROP ALL"}}, 403, "DROP"),
        ({"params": {"query": "LOAD <http://x>"}}, 403, "LOAD"),
        ({"params": {"query": "SELECT * { SERVICE <http://x> { ?s ?p ?o } }"}}, 403, "SERVICE"),
        ({"params": {"update": "CLEAR ALL"}}, 403, "updates"),
        ({"params": {"query": ["ASK {}", "ASK {}"]}}, 400, "2 queries"),
        ({"params": {"query": "ASK {}"}, "headers": {"Accept": "image/png"}}, 406, "available"),
        ({"params": {"query": "ASK {}", "format": "ttl"}}, 406, "ttl"),
        ({}, 400, "no query"),
    ],
)
def test_what_may_not_run_is_a_problem_with_a_hint(
    arguments: dict[str, dict[str, object]], status: int, says: str, web: httpx.Client
) -> None:
    headers = {"Accept-Language": "en", **arguments.get("headers", {})}
    answer = web.get("/sparql", params=arguments.get("params"), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("media", "status"),
    [("application/sparql-update", 403), ("text/plain", 415), ("application/sparql-query", 400)],
)
def test_a_body_of_another_kind_is_a_problem(media: str, status: int, web: httpx.Client) -> None:
    answer = web.post("/sparql", content=b"\xff\xff", headers={"Content-Type": media})
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_the_dataset_of_the_protocol_counts(web: httpx.Client) -> None:
    stated = "https://w3id.org/plankb/graph/jiangjin-6-4/stated"
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def count(**parameters: str) -> int:
        answer = web.get("/sparql", params={"query": query, **parameters})
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    everything = count()
    assert 0 < count(**{"default-graph-uri": stated}) < everything
    assert count(**{"default-graph-uri": "http://127.0.0.1:9/nothing"}) == 0
    assert count(**{"named-graph-uri": stated}) == 0


def test_a_query_is_stopped_at_its_deadline_and_the_next_one_runs(web: httpx.Client) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    answer = web.get("/sparql", params={"query": slow})
    assert answer.status_code == 504
    assert answer.json()["hint"]
    assert web.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


def test_without_a_query_the_service_describes_itself(web: httpx.Client) -> None:
    answer = web.get("/sparql", headers={"Accept": "text/turtle"})
    assert "sd:SPARQL11Query" in answer.text
