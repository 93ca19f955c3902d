"""The W3C's protocol tests: those of queries pass, those of updates are refused."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from tests.contract import suite
from tests.contract.expecting import Service, params

pytestmark = pytest.mark.needs_shared

TESTS = list(suite.dialogues("protocol")) if suite.FOLDER.is_dir() else []

TABULAR = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
RDF = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}


def send(service: Service, request: suite.Request) -> httpx.Response:
    return service.web.request(
        request.method, request.path, headers=request.headers, content=request.body
    )


def is_update(request: suite.Request) -> bool:
    return "sparql-update" in str(request.headers) or b"update=" in (request.body or b"")


@pytest.mark.parametrize("test", params(TESTS))
def test_the_answer_is_that_of_the_suite(test: suite.Dialogue, service: Service) -> None:
    quads = [
        ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(name))
        for name, path in test.graphs
        for q in suite.read(path)
    ]
    service.load(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    for request in test.requests:
        answer = send(service, request)
        if is_update(request) and request.statuses != {"StatusCode4xx"}:
            # What follows in such a test asks for what the update would have changed.
            assert answer.status_code == 403
            assert "plan files" in answer.json()["hint"] or "规划文件" in answer.json()["hint"]
            return
        assert f"StatusCode{answer.status_code // 100}xx" in request.statuses, answer.text
        media = answer.headers["content-type"].split(";")[0]
        if request.format == "boolean":
            assert media == "application/sparql-results+json"
            assert answer.json()["boolean"] is (request.boolean is not False)
        elif request.format is not None:
            assert media in (TABULAR if request.format == "tabular" else RDF)


def test_there_are_34_tests_of_the_protocol() -> None:
    assert len(TESTS) == 34
