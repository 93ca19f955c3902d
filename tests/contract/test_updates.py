"""The W3C's update tests: every one of them is refused, with what to do instead."""

from __future__ import annotations

import pytest

from tests.contract import suite
from tests.contract.expecting import Service, params

pytestmark = pytest.mark.needs_shared

CASES = list(suite.cases(*suite.UPDATES)) if suite.FOLDER.is_dir() else []
DATA = b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n"


@pytest.mark.parametrize("case", params(CASES))
def test_an_update_is_refused(case: suite.Case, service: Service) -> None:
    service.load(DATA)
    text = case.query.read_bytes()
    media = {"Content-Type": "application/sparql-update", "Accept-Language": "en"}
    for answer in (
        service.web.post("/sparql", content=text, headers=media),
        service.web.post("/sparql", data={"update": text.decode()}),
    ):
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
    # An update that is sent as a query is none, or is refused as the update that it is.
    media["Content-Type"] = "application/sparql-query"
    assert service.web.post("/sparql", content=text, headers=media).status_code in (400, 403)


def test_there_were_updates_and_nothing_is_changed(service: Service) -> None:
    assert len(CASES) == 157
    service.load(DATA)
    query = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    answer = service.web.get("/sparql.csv", params={"query": query})
    assert answer.text == "n\r\n1\r\n"
