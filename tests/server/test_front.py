"""What stands before the app: the response cache, request ids, odd requests, and their counts."""

from __future__ import annotations

import re
import socket
from collections import Counter

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.cache import Kept, ResponseCache, keepable
from server.logs import masked
from server.metrics import Metrics

KEPT = "/api/openapi.json"


def counts(web: httpx.Client) -> Counter[tuple[str, str]]:
    """Requests by route and outcome, as Prometheus reads them."""
    found: Counter[tuple[str, str]] = Counter()
    for family in text_string_to_metric_families(web.get("/metrics").text):
        for sample in family.samples:
            if sample.name == "plankb_requests_total":
                key = (sample.labels["route"], sample.labels["outcome"])
                found[key] += int(sample.value)
    return found


def test_a_response_is_made_once_in_each_process_and_then_kept(web: httpx.Client) -> None:
    before = counts(web)
    # A connection stays with one process; some of these are bound to share one.
    answers = [httpx.get(f"{web.base_url}{KEPT}", trust_env=False) for _ in range(12)]
    after = counts(web) - before
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert after[(KEPT, "cached")] >= 10
    assert after[(KEPT, "ok")] + after[(KEPT, "cached")] == 12


def test_each_response_has_an_id_of_its_own_or_the_one_it_was_sent(web: httpx.Client) -> None:
    ids = [web.get(KEPT).headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3
    given = web.get(KEPT, headers={"X-Request-ID": "abc-123"})
    assert given.headers.get_list("x-request-id") == ["abc-123"]
    odd = web.get(KEPT, headers={"X-Request-ID": "a b\tc"})
    assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", odd.headers["x-request-id"])


def test_what_the_client_holds_is_not_sent_again(web: httpx.Client) -> None:
    tag = web.get(KEPT).headers["etag"]
    for condition in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        answer = web.get(KEPT, headers={"If-None-Match": condition})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == tag
        assert "content-type" not in answer.headers
    assert web.get(KEPT, headers={"If-None-Match": '"x"'}).status_code == 200


def test_head_is_get_without_the_body_kept_or_not(web: httpx.Client) -> None:
    for path in (KEPT, "/healthz", "/id/nothing.ttl"):
        for _ in range(2):
            got, headed = web.get(path), web.head(path)
            assert headed.status_code == got.status_code
            assert headed.content == b""
            assert headed.headers["content-length"] == got.headers["content-length"]
            assert headed.headers["content-type"] == got.headers["content-type"]


def test_every_response_has_its_length(web: httpx.Client) -> None:
    for path in ("/", "/static/style.css", "/metrics", KEPT, "/nothing", "/sparql?query=ASK{}"):
        answer = web.get(path)
        assert int(answer.headers["content-length"]) == answer.num_bytes_downloaded
        assert "transfer-encoding" not in answer.headers


def test_who_names_himself_gets_nothing_from_the_cache(web: httpx.Client) -> None:
    web.get(KEPT)
    before = counts(web)
    web.get(KEPT, headers={"Authorization": "Bearer x"})
    web.get(KEPT, headers={"Cookie": "a=b"})
    assert (counts(web) - before)[(KEPT, "ok")] == 2


def test_problems_are_counted_by_what_they_are(web: httpx.Client) -> None:
    before = counts(web)
    web.get("/sparql", params={"query": "SELECT"})
    web.get("/sparql", params={"query": "DROP ALL"})
    web.get("/nothing")
    after = counts(web) - before
    assert after[("/sparql", "query-syntax")] == 1
    assert after[("/sparql", "query-refused")] == 1
    assert after[("none", "not-found")] == 1


def test_the_metrics_of_service_and_engine_can_be_read(web: httpx.Client) -> None:
    answer = web.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert families["plankb_engine_up"].samples[0].value == 1
    assert families["plankb_engine_workers"].samples[0].value >= 1
    (info,) = families["plankb_info"].samples
    assert info.labels["revision"] == web.get("/readyz").json()["revision"]
    assert len(families["plankb_web_memory_bytes"].samples) == 2
    assert all(sample.value > 0 for sample in families["plankb_web_memory_bytes"].samples)
    latency = families["plankb_request_seconds"]
    infinite = [s for s in latency.samples if s.labels.get("le") == "+Inf"]
    assert infinite
    for sample in infinite:
        (count,) = [
            s.value
            for s in latency.samples
            if s.name.endswith("_count") and s.labels["route"] == sample.labels["route"]
        ]
        assert sample.value == count > 0


def raw(address: str, request: bytes) -> bytes:
    """What is answered to bytes that no client would send."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while data := connection.recv(2**16):
            answer += data
    return answer


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200"),
        (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /%FF%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"404"),
        (
            "GET /id/举措?q=é HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(),
            b"40",
        ),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"4"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"4"),
        (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"BREW /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"405"),
    ],
)
def test_odd_requests_get_a_status_and_no_fault(
    request_: bytes, status: bytes, address: str
) -> None:
    answer = raw(address, request_)
    assert re.match(rb"HTTP/1\.[01] " + status, answer), answer[:200]


def test_a_body_in_pieces_is_put_together(web: httpx.Client) -> None:
    pieces = iter([b"ASK { ", b"}", b" # the end"])
    answer = web.post(
        "/sparql", content=pieces, headers={"Content-Type": "application/sparql-query"}
    )
    assert answer.json()["boolean"] is True


def test_a_body_in_pieces_is_not_read_without_end(web: httpx.Client) -> None:
    answer = web.post(
        "/sparql",
        content=(b" " * 2**16 for _ in range(100)),
        headers={"Content-Type": "application/sparql-query"},
    )
    assert answer.status_code == 413


def test_a_header_with_an_underscore_passes_for_no_other(web: httpx.Client) -> None:
    answer = web.get("/", headers={"Accept_Language": "en", "Accept-Language": "zh"})
    assert '<html lang="zh-CN">' in answer.text


ROW = [("content-type", "a/b"), ("etag", '"1"'), ("cache-control", "public, no-cache")]


@pytest.mark.parametrize(
    ("status", "headers", "is_kept"),
    [
        (200, [], True),
        (200, [("vary", "Accept, Accept-Encoding")], True),
        (200, [("vary", "Accept"), ("vary", "Cookie")], False),
        (200, [("vary", "*")], False),
        (200, [("set-cookie", "a=b")], False),
        (200, [("cache-control", "private")], False),
        (404, [], False),
        (206, [], False),
    ],
)
def test_only_what_says_that_it_may_be_is_kept(
    status: int, headers: list[tuple[str, str]], is_kept: bool
) -> None:
    kept = keepable(status, [*ROW, *headers], b"x", "/")
    assert (kept is not None) == is_kept
    assert keepable(200, ROW[:1] + ROW[2:], b"x", "/") is None
    assert keepable(200, ROW[:2], b"x", "/") is None


def test_the_cache_stays_within_its_bytes_and_lets_the_oldest_go() -> None:
    cache = ResponseCache(100_000)
    for number in range(100):
        cache.keep((number,), Kept(200, [], b"x" * 5000, '"1"', "/"))
        assert cache.size <= 100_000
        assert cache.get((0,)) is not None  # asked for all the time
    assert cache.get((1,)) is None
    assert cache.get((99,)) is not None
    assert 10 < len(cache) < 20
    cache.keep(("large",), Kept(200, [], b"x" * 50_000, '"1"', "/"))
    assert cache.get(("large",)) is None
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)


def test_the_same_key_again_weighs_once() -> None:
    cache = ResponseCache(100_000)
    for body in (b"x" * 10, b"x" * 1000, b"x" * 10):
        cache.keep(("a",), Kept(200, [], body, '"1"', "/"))
    other = ResponseCache(100_000)
    other.keep(("a",), Kept(200, [], b"x" * 10, '"1"', "/"))
    assert cache.size == other.size


@pytest.mark.parametrize(
    "query",
    [
        'ASK { ?s ?p "secret" }',
        "ASK { ?s ?p 'secret'@en }",
        "ASK { ?s ?p '''secret \n secret''' }",
        "ASK { ?s ?p 'secret",
        "ASK {} # secret",
        'ASK { ?s ?p "a\\"secret" }',
        "ASK { ?s ?p 170123456 }",
    ],
)
def test_no_literal_gets_through_the_mask(query: str) -> None:
    shown = masked(query)
    assert shown.startswith("ASK {")
    assert "secret" not in shown
    assert "170123456" not in shown


def test_a_route_that_nobody_knows_is_counted_as_none() -> None:
    metrics = Metrics(["/a"], processes=2)
    metrics.counter(0).add("/b", "ok", 0.3)
    metrics.counter(1).add("/a", "ok", 100.0)
    text = "\n".join(metrics.requests())
    assert 'plankb_requests_total{route="none",outcome="ok"} 1' in text
    assert 'plankb_request_seconds_bucket{route="/a",le="10.0"} 0' in text
    assert 'plankb_request_seconds_bucket{route="/a",le="+Inf"} 1' in text
