"""A query asked the plain way gets the answer that Flask would give, down to the last header."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.server.service import Service


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        Service(
            tmp_path_factory.mktemp("cache"),
            web_processes="1",
            web_cache_mb="0",
            proxies="1",
            query_seconds="1",
        ) as service,
        httpx.Client(base_url=service.address, timeout=60, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "text/csv"},
        {"Accept": "text/turtle, application/json;q=0.5", "Accept-Encoding": "gzip"},
        {"Accept": "application/x-nothing"},
        {"Accept": "text/html"},
        {"Host": "example.org"},
        {"Host": "example.org:80", "X-Forwarded-Proto": "https"},
        {"Host": "EXAMPLE.org"},
        {"Host": "xn--fiqs8s.example"},
        {"X-Forwarded-Host": "a.example, b.example:8443", "X-Forwarded-Proto": "http,https"},
        {"X-Forwarded-Host": '"b.example"'},
        {"Accept-Encoding": "identity", "Origin": "https://elsewhere.example"},
        {"If-None-Match": "*"},
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        "ASK {}",
        "SELECT ?p ?o { <https://w3id.org/plankb/id/jiangjin-6-4/team/rural> ?p ?o }",
        "SELECT (<x/../y> AS ?here) {}",
        "SELECT (NOW() AS ?now) { BIND(1 AS ?x) } LIMIT 0",
        "DESCRIBE <https://w3id.org/plankb/id/jiangjin-6-4/team/rural>",
        "SELECT ?s { ?s a",
        "SELECT * { SERVICE <x:y> {} }",
        "INSERT DATA { <x:s> <x:p> 1 }",
        "SELECT ?é { BIND('队伍' AS ?é) }",
    ],
)
@pytest.mark.parametrize("way", ["address", "form", "body"])
def test_it_is_the_answer_of_flask(
    web: httpx.Client, way: str, query: str, headers: dict[str, str]
) -> None:
    # An empty parameter is none, but this is no plain request any more.
    if way == "address":
        plain = web.get("/sparql?query=" + quote(query), headers=headers)
        other = web.get("/sparql?format=&query=" + quote(query), headers=headers)
    elif way == "form":
        plain = web.post("/sparql", data={"query": query}, headers=headers)
        other = web.post("/sparql", data={"format": "", "query": query}, headers=headers)
    else:
        sent = {"Content-Type": "application/sparql-query", **headers}
        plain = web.post("/sparql", content=query.encode(), headers=sent)
        other = web.post("/sparql?format=", content=query.encode(), headers=sent)
    assert plain.status_code == other.status_code
    if "text/html" not in plain.headers.get("Content-Type", ""):
        assert plain.content == other.content
    for own in ("x-request-id", "date"):
        del plain.headers[own], other.headers[own]
    if "text/html" in plain.headers.get("Content-Type", ""):  # the address stands in the page
        for own in ("etag", "content-length"):
            plain.headers.pop(own, None), other.headers.pop(own, None)
    assert sorted(plain.headers.multi_items()) == sorted(other.headers.multi_items())


def test_it_ends_at_the_deadline_and_is_counted(web: httpx.Client) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f) }"
    late = web.get("/sparql", params={"query": endless}, headers={"Accept-Language": "zh"})
    assert late.status_code == 504
    assert "已终止" in late.json()["detail"]
    asked = {"query": endless + " # 2", "timeout": "3600"}
    later = web.get("/sparql", params=asked, headers={"Accept-Language": "en"})
    assert "1 s" in later.json()["detail"]  # more than the service's own is not to be had
    metrics = web.get("/metrics").text
    assert 'plankb_requests_total{route="/sparql",outcome="query-deadline"} 2' in metrics
    assert 'plankb_engine_queries_total{outcome="query-deadline"} 2' in metrics


def test_bytes_that_are_no_text_are_refused(web: httpx.Client) -> None:
    kinds = {"Content-Type": "application/sparql-query"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for refused in (
        web.get("/sparql?query=ASK%20%7B%7D%FF"),
        web.post("/sparql", content=b"ASK {}\xff", headers=kinds),
        web.post("/sparql", content=b"query=ASK%20%7B%7D%FF", headers=form),
    ):
        assert refused.status_code == 400
        assert refused.json()["type"].endswith("query-encoding")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/sparql-query; charset=UTF-8", "\ufeffASK {}".encode(), 200),
        ('Application/SPARQL-Query;charset="utf-8"', b"ASK {}", 200),
        ("application/sparql-query; charset=utf-16", "ASK {}".encode("utf-16"), 415),
        ("application/sparql-query", b"", 400),
        ("application/x-www-form-urlencoded", b"query=ASK%20%7B%7D", 200),
        ("application/x-www-form-urlencoded", b"query=ASK+%7B%7D&query=ASK+%7B%7D", 400),
        ("application/x-www-form-urlencoded", b"update=CLEAR+ALL", 403),
        ("application/sparql-update", b"CLEAR ALL", 403),
        ("text/plain", b"ASK {}", 415),
    ],
)
def test_a_body_is_what_it_says(web: httpx.Client, kind: str, body: bytes, status: int) -> None:
    answer = web.post("/sparql", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["boolean"] is True
