"""``plankb serve`` in front of a remote store, a real SPARQL server of another make."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from tests.server.service import Service
from tests.server.test_serving import until
from tests.store.oxigraph import Oxigraph

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[Oxigraph]:
    with Oxigraph() as server:
        yield server


@pytest.fixture(scope="module")
def service(oxigraph: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(
        tmp_path_factory.mktemp("cache"),
        store=oxigraph.url + "/query",
        store_write=oxigraph.url + "/store",
        query_seconds="8",
        web_processes="1",
    ) as running:
        yield running


@pytest.fixture
def web(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.address, timeout=60, trust_env=False) as client:
        yield client


def count(web: httpx.Client) -> int:
    answer = web.get("/sparql", params={"query": COUNT, "format": "json"})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_what_it_serves_is_what_it_loaded_there(
    oxigraph: Oxigraph, web: httpx.Client, address: str
) -> None:
    ready = web.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["revision"] == oxigraph.store().revision != ""
    with httpx.Client(base_url=address, trust_env=False) as of_engine:
        assert count(web) == count(of_engine)
    answer = web.get("/sparql", params={"query": COUNT})
    assert answer.headers["X-Revision"] == ready.json()["revision"]
    held = {"If-None-Match": answer.headers["ETag"]}
    assert web.get("/sparql", params={"query": COUNT}, headers=held).status_code == 304
    assert "plankb_store_up 1" in web.get("/metrics").text
    asked = web.get("/api/ask", params={"q": "农村实用人才队伍有哪些举措？"}).json()
    assert (asked["status"], asked["revision"]) == ("answered", ready.json()["revision"])


def test_the_command_line_asks_it_too(oxigraph: Oxigraph, service: Service) -> None:
    assert service.process.poll() is None
    for arguments, expected in (
        (["query", "-q", COUNT, "--format", "csv"], "n\n"),
        (["query", "-q", "ASK { ?s a :Plan }", "--format", "json"], "true"),
        (["ask", "农村实用人才队伍有哪些举措？"], "11"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", "from kb.cli import main; main()", *arguments],
            env={**os.environ, "PLANKB_STORE": oxigraph.url + "/query", "PLANKB_LANG": "en"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert expected in done.stdout


def test_a_query_there_ends_at_the_deadline_here(web: httpx.Client) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f) }"
    assert web.get("/sparql", params={"query": endless, "timeout": "0.2"}).status_code == 504


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "{" * 3000 + "?s ?p ?o" + "}" * 3000 + " }",
        "ASK { ?s " + "/".join(["<x:p>"] * 3000) + " ?o }",
        "ASK { FILTER(" + "!" * 20_000 + "true) }",
    ],
    ids=["nested", "path", "not"],
)
def test_a_query_that_breaks_a_parser_breaks_no_web_process(
    service: Service, web: httpx.Client, query: str
) -> None:
    before = service.children()
    assert web.post("/sparql", data={"query": query}).status_code in (422, 504)
    assert set(before) <= set(service.children())


@pytest.mark.needs_ci
def test_it_changes_over_when_another_loads_a_revision(
    oxigraph: Oxigraph, service: Service, web: httpx.Client
) -> None:
    before = count(web)
    with oxigraph.store() as reader:
        first = reader.revision
        quads = list(reader.quads())
    with oxigraph.store(query_seconds=0.5) as other:
        more = ox.Quad(
            ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal("o"), ox.NamedNode("x:g")
        )
        other.load([*quads, more], "another")
        until(lambda: web.get("/readyz").json().get("revision") == "another", service)
        until(lambda: web.get("/readyz").status_code == 200, service)
        assert count(web) == before + 1
        other.load(quads, first)
    until(lambda: web.get("/readyz").status_code == 200, service)
    assert count(web) == before


def test_it_is_not_ready_while_the_store_is_away_and_ready_when_it_is_back(
    oxigraph: Oxigraph, service: Service, web: httpx.Client
) -> None:
    before = count(web)
    oxigraph.kill()
    away = web.get("/readyz", headers={"Accept-Language": "zh"})
    assert away.status_code == 503
    assert away.json()["type"].endswith("store-lost")
    assert "没有应答" in away.json()["detail"]
    assert oxigraph.url not in away.text
    refused = web.get("/sparql", params={"query": COUNT + " # new"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert web.get("/healthz").status_code == 200
    assert "plankb_store_up 0" in web.get("/metrics").text
    oxigraph.start()  # and it has lost all that it had: it keeps nothing on disk
    until(lambda: web.get("/readyz").status_code == 200, service)
    assert count(web) == before


def test_a_store_of_somebody_else_is_passed_through(tmp_path: Path) -> None:
    with Oxigraph() as foreign:
        foreign.put("http://example.org/g", b"<x:s> <x:p> <x:o> .\n")
        address = foreign.url + "/query?union-default-graph"
        with (
            Service(tmp_path, store=address, web_processes="1") as service,
            httpx.Client(base_url=service.address, timeout=60, trust_env=False) as web,
        ):
            assert web.get("/readyz").json() == {"ready": True, "revision": ""}
            assert count(web) == 1
            answer = web.get("/sparql", params={"query": COUNT})
            # Nobody says whether it is still the same the next time.
            assert answer.headers["Cache-Control"] == "no-store"
            assert "X-Revision" not in answer.headers
            assert web.get("/").status_code == 200
