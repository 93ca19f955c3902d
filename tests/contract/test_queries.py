"""The W3C's query tests over HTTP: evaluation, syntax, and the formats of results."""

from __future__ import annotations

import zlib

import httpx
import pytest

from tests.contract import comparing, suite
from tests.contract.expecting import FAILURES, Service, Wrong, params

pytestmark = pytest.mark.needs_shared

CASES = list(suite.cases(*suite.QUERIES, *suite.RESULTS)) if suite.FOLDER.is_dir() else []
EVALUATION = [case for case in CASES if case.result is not None]
SYNTAX = [case for case in CASES if case.result is None]

MEDIA = {
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}


def ask(service: Service, case: suite.Case, accept: str) -> httpx.Response:
    """Put the query in one of the three ways of the protocol; each case has its own."""
    headers = {"Accept": accept}
    way = zlib.crc32(case.name.encode()) % 3
    if way == 0:
        return service.web.get("/sparql", params={"query": case.text}, headers=headers)
    if way == 1:
        return service.web.post("/sparql", data={"query": case.text}, headers=headers)
    headers["Content-Type"] = "application/sparql-query"
    return service.web.post("/sparql", content=case.text.encode(), headers=headers)


@pytest.mark.parametrize("case", params(EVALUATION))
def test_the_result_is_that_of_the_suite(case: suite.Case, service: Service) -> None:
    assert case.result is not None
    service.load(case.nquads())
    accept = MEDIA.get(case.result.suffix, "application/sparql-results+xml, text/turtle")
    answer = ask(service, case, accept)
    assert answer.status_code == 200, answer.text
    media = answer.headers["content-type"]
    assert media.split(";")[0] in accept
    wanted = comparing.expected(case.result)
    # The order counts where the outermost query asks for one.
    ordered = "ORDER BY" in case.text.rpartition("}")[2].upper()
    if not comparing.same(comparing.parse(answer.content, media), wanted, ordered=ordered):
        raise Wrong(f"{case.query}\n{answer.text}")


@pytest.mark.parametrize("case", params(SYNTAX))
def test_what_parses_runs_and_what_does_not_is_a_problem(
    case: suite.Case, service: Service
) -> None:
    service.load(b"")
    answer = ask(service, case, "*/*")
    if case.kind.startswith("Positive"):
        # Two of them call a function that nobody has; that is no error of syntax.
        assert answer.status_code == 200 or "http://example/" in answer.json()["detail"]
    else:
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_whole_suite_is_accounted_for() -> None:
    folders = {path.parent.name for path in suite.FOLDER.glob("*/manifest.ttl")}
    known = {*suite.QUERIES, *suite.RESULTS, *suite.UPDATES, *suite.PROTOCOLS}
    assert known | set(suite.OUT_OF_SCOPE) == folders
    # As the W3C published it; fewer would mean that the manifests were not read.
    kinds = [case.kind for case in CASES]
    assert kinds.count("QueryEvaluationTest") == 232
    assert kinds.count("CSVResultFormatTest") == 3
    assert len(SYNTAX) == 103
    assert len(CASES) == len({case.name for case in CASES}) == 338


def test_no_failure_is_expected_of_what_is_no_test() -> None:
    assert set(FAILURES) <= {case.name for case in EVALUATION}
    assert all(FAILURES.values())
    assert len(FAILURES) <= 12  # a number that only ever gets smaller
