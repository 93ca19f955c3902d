"""The W3C's graph store tests: reading passes, writing is refused.

What a refused request would have written is loaded behind the service's back, so that the
requests that follow it find what the suite expects.
"""

from __future__ import annotations

import email
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from tests.contract import comparing, suite
from tests.contract.expecting import BASE, Service, params

pytestmark = pytest.mark.needs_shared

TESTS = (
    [
        *suite.dialogues("graph-store-protocol", "manifest-direct.ttl"),
        *suite.dialogues("graph-store-protocol", "manifest-indirect.ttl"),
    ]
    if suite.FOLDER.is_dir()
    else []
)
CODES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
NEW = BASE + "graph/new"


class Graphs:
    """The dataset as a store that is written to would have it."""

    def __init__(self) -> None:
        self.quads: dict[str | None, list[ox.Quad]] = {}

    def write(self, request: suite.Request, name: str | None) -> None:
        if request.method in ("PUT", "DELETE"):
            self.quads.pop(name, None)
        for body in sent(request):
            graph = ox.DefaultGraph() if name is None else ox.NamedNode(name)
            parsed = ox.parse(
                body, format=ox.RdfFormat.TURTLE, base_iri=name or BASE, rename_blank_nodes=True
            )
            self.quads.setdefault(name, []).extend(
                ox.Quad(q.subject, q.predicate, q.object, graph) for q in parsed
            )

    def nquads(self) -> bytes:
        every = [quad for quads in self.quads.values() for quad in quads]
        return ox.serialize(every, format=ox.RdfFormat.N_QUADS) or b""


def sent(request: suite.Request) -> list[bytes]:
    """The Turtle of a request: its body, or each part of it."""
    if request.body is None:
        return []
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [cast(bytes, part.get_payload(decode=True)) for part in parts]


def target(path: str) -> tuple[str, str | None]:
    """Our address for one of the suite's, and the name of the graph that it means."""
    parts = urlsplit(path)
    if parts.path == "/gsp":
        graph = parse_qs(parts.query).get("graph")
        named = graph[0] if graph else NEW if "default" not in parts.query else None
        return "/rdf-graph-store?" + parts.query, named
    local = parts.path.removeprefix("/gsp/")
    return "/graph/" + local, f"{BASE}graph/{local}"


@pytest.mark.parametrize("test", params(TESTS))
def test_the_answer_is_that_of_the_suite(test: suite.Dialogue, service: Service) -> None:
    graphs = Graphs()
    service.load(graphs.nquads())
    for request in test.requests:
        path, name = target(request.path.replace("$LOCATION$", NEW))
        answer = service.web.request(
            request.method, path, headers=request.headers, content=request.body
        )
        if request.method not in ("GET", "HEAD"):
            assert answer.status_code == 403
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["hint"]
            graphs.write(request, name)
            service.load(graphs.nquads())
            continue
        assert answer.status_code in {CODES[status] for status in request.statuses}, answer.text
        if request.content is not None:
            media, text = request.content
            assert answer.headers["content-type"] == media
            wanted = comparing.parse(text.encode(), media, name)
            assert comparing.same(comparing.parse(answer.content, media), wanted)


def test_there_are_13_tests_of_the_graph_store() -> None:
    assert len(TESTS) == 13
