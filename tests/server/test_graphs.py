"""Graphs over HTTP: each at its address, by its name, and never written to."""

from __future__ import annotations

import httpx
import pytest
from rdflib import Graph

BASE = "https://w3id.org/plankb/"
STATED = "graph/jiangjin-6-4/stated"


@pytest.fixture
def triples(web: httpx.Client) -> int:
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}{STATED}> {{ ?s ?p ?o }} }}"
    return int(web.get("/sparql.csv", params={"query": query}).text.splitlines()[1])


def test_a_graph_by_name_and_by_address_is_the_same(web: httpx.Client, triples: int) -> None:
    headers = {"Accept": "application/n-triples"}
    by_name = web.get("/rdf-graph-store", params={"graph": BASE + STATED}, headers=headers)
    by_address = web.get("/" + STATED, headers=headers)
    by_suffix = web.get(f"/{STATED}.nt")
    by_format = web.get("/" + STATED, params={"format": "nt"})
    assert by_name.text.count("\n") == triples
    for answer in (by_name, by_address, by_suffix, by_format):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/n-triples"
        assert answer.content == by_name.content
        assert answer.headers["link"] == f'<{BASE}{STATED}>; rel="describes"'


def test_turtle_is_the_default_and_accept_is_heard(web: httpx.Client, triples: int) -> None:
    answer = web.get("/" + STATED)
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    assert len(Graph().parse(data=answer.content, format="turtle")) == triples
    as_xml = web.get("/" + STATED, headers={"Accept": "text/turtle;q=0.1, application/rdf+xml"})
    assert as_xml.headers["content-type"] == "application/rdf+xml"
    assert web.get("/" + STATED, headers={"Accept": "image/png"}).status_code == 406


def test_the_default_graph_is_the_union_of_all(web: httpx.Client) -> None:
    whole = web.get("/rdf-graph-store?default", headers={"Accept": "application/n-triples"})
    count = web.get("/sparql.csv", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})
    assert whole.text.count("\n") == int(count.text.splitlines()[1])


def test_head_and_tags(web: httpx.Client) -> None:
    head, get = web.head("/" + STATED), web.get("/" + STATED)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers["etag"] == get.headers["etag"]
    held = {"If-None-Match": get.headers["etag"]}
    assert web.get("/" + STATED, headers=held).status_code == 304
    assert web.head("/graph/jiangjin-6-4/none").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/graph/jiangjin-6-4/none", 404),
        ("/graph/jiangjin-6-4/none.ttl", 404),
        ("/graph/a%20b", 404),
        ("/graph/%3E%7B", 404),
        ("/rdf-graph-store?graph=http%3A%2F%2F127.0.0.1%3A9%2Fnone", 404),
        ("/rdf-graph-store?graph=file%3A%2F%2F%2Fetc%2Fpasswd", 404),
        ("/rdf-graph-store?graph=no%20IRI", 404),
        ("/rdf-graph-store?graph=", 404),
        ("/rdf-graph-store", 400),
        ("/rdf-graph-store?default&graph=http://x", 400),
        ("/rdf-graph-store?graph=http://x&graph=http://y", 400),
    ],
)
def test_what_is_no_graph_is_a_problem(path: str, status: int, web: httpx.Client) -> None:
    answer = web.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/" + STATED, "/rdf-graph-store?default", "/graph/new"])
def test_writing_is_refused_with_where_data_comes_from(
    method: str, path: str, web: httpx.Client
) -> None:
    answer = web.request(
        method,
        path,
        content=b"<http://x> <http://x> <http://x> .",
        headers={"Content-Type": "text/turtle", "Accept-Language": "en"},
    )
    assert answer.status_code == 403
    assert method in answer.json()["detail"]
    assert "submitted reports" in answer.json()["hint"]
