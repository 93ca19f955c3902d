"""The service as its operator has it: nothing is dropped, whatever dies or changes under it."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.service import Service

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f) }"
#: Takes some tenths of a second, and gives a number.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?c }"
OVERLAY = "team,body_zh,body_en,source\n{},江津区服务中心,Service Centre,Notice 7\n"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("overlay") / "overlay.csv"
    file.write_text(OVERLAY.format("rural"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def service(cache: Path, overlay: Path) -> Iterator[Service]:
    """For tests after which it serves as before."""
    with Service(cache, overlay=str(overlay), query_seconds="120", log="requests") as service:
        yield service


@pytest.fixture
def passing(cache: Path) -> Iterator[Service]:
    """For tests that end it."""
    with Service(cache, query_seconds="120") as service:
        yield service


@pytest.fixture(scope="module")
def web(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.address, timeout=60, trust_env=False) as client:
        yield client


def until(true: Callable[[], bool], service: Service) -> None:
    """Look again and again; a minute is far more than anything here takes."""
    give_up = time.monotonic() + 60
    while not true():
        if time.monotonic() > give_up or service.process.poll() is not None:
            raise AssertionError(service.said()[-3000:])
        threading.Event().wait(0.01)


def revision(service: Service) -> str:
    return str(httpx.get(service.address + "/readyz", trust_env=False).json()["revision"])


def busy(service: Service) -> int:
    return int(httpx.get(service.address + "/readyz", trust_env=False).json()["busy"])


def ask(service: Service, query: str) -> socket.socket:
    """Send a query and do not wait for its answer."""
    host, port = service.address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.sendall(posted(query))
    return connection


def posted(query: str) -> bytes:
    return (
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        f"Content-Length: {len(query)}\r\n\r\n{query}"
    ).encode()


def test_a_query_ends_with_its_client_also_the_second_of_a_connection(
    service: Service,
) -> None:
    with ask(service, "ASK {}") as connection:
        assert b" 200 " in connection.recv(2**16)
        connection.sendall(posted(HEAVY))
        until(lambda: busy(service) == 1, service)
    until(lambda: busy(service) == 0, service)  # long before its deadline
    until(lambda: any(line.get("outcome") == "cancelled" for line in service.log()), service)


def test_sigterm_lets_requests_end(passing: Service) -> None:
    with ask(passing, LONG) as connection:
        until(lambda: busy(passing) == 1, passing)
        passing.signal(signal.SIGTERM)
        answer = b""
        while data := connection.recv(2**16):
            answer += data
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"value":"' in answer
    assert passing.process.wait(60) == 0


def test_a_second_sigterm_does_not_wait(passing: Service) -> None:
    with ask(passing, HEAVY):
        until(lambda: busy(passing) == 1, passing)
        passing.signal(signal.SIGTERM)
        until(lambda: len(passing.children()) == 1, passing)  # the one that has nothing to do
        passing.signal(signal.SIGTERM)
        assert passing.process.wait(60) == 0


def test_a_web_process_that_dies_is_replaced(service: Service) -> None:
    before = service.children()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(set(service.children()) - set(before)) == 1, service)
    (line,) = [line for line in service.log() if "died" in line["event"]]
    assert line["pid"] == before[0]
    assert line["status"] == "SIGKILL"
    assert httpx.get(f"{service.address}/healthz", trust_env=False).text == "ok\n"


def test_an_engine_that_dies_is_started_again_and_queries_wait_for_it(
    service: Service, web: httpx.Client
) -> None:
    def said(event: str) -> int:
        return sum(line["event"] == event for line in service.log())

    for number in range(1, 4):
        (engine,) = service.engines()
        os.kill(engine, signal.SIGKILL)
        answer = web.get("/sparql", params={"query": f"ASK {{}} # {number}"})
        assert answer.json()["boolean"] is True
        # It may have come from a query process in the moment before that ended, too; and one
        # that is killed before it answers was never there.
        until(lambda times=number: said("the engine answers again") == times, service)  # type: ignore[misc]
    assert web.get("/readyz").status_code == 200
    assert said("the engine ended; it is started again") == 3


def test_who_has_used_up_its_query_time_is_told_when_to_come_again(cache: Path) -> None:
    with (
        Service(cache, client_seconds="0.0001", proxies="1", web_processes="1") as service,
        httpx.Client(base_url=service.address, timeout=60, trust_env=False) as web,
    ):
        mine = {"X-Forwarded-For": "2001:db8::1"}
        assert web.get("/sparql?query=ASK{?s ?p ?o}", headers=mine).status_code == 200
        # The same network, and another query: what is known already costs nobody anything.
        mine = {"X-Forwarded-For": "2001:db8::2"}
        for chosen, said in (("zh", "您的查询时间已用完"), ("en", "your query time is used up")):
            headers = {**mine, "Accept-Language": chosen}
            for number in range(1000):  # the engine hears of what a lent worker did, and says so
                query = f"ASK {{ ?s ?p ?o }} # {chosen} {number}"
                refused = web.post("/sparql", data={"query": query}, headers=headers)
                if refused.status_code != 200:
                    break
            assert refused.status_code == 429
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert int(refused.headers["Retry-After"]) > 1
            problem = refused.json()
            assert problem["type"].endswith("query-budget")
            assert said in problem["detail"]
            assert "PLANKB_CLIENT_SECONDS" in problem["hint"]
        others = {"X-Forwarded-For": "2001:db8:1::1"}
        assert web.get("/sparql?query=ASK{?s ?p ?o} # x", headers=others).status_code == 200
        counted = web.get("/metrics").text
        assert 'plankb_requests_total{route="/sparql",outcome="query-budget"} 2' in counted
        assert 'plankb_engine_queries_total{outcome="query-budget"} 2' in counted
        for name in ("heavy", "queued", "cache_bytes", "memory_bytes", "workers"):
            assert f"\nplankb_engine_{name}" in counted


@pytest.mark.needs_ci
def test_sighup_brings_a_new_revision_and_no_request_fails(
    service: Service, web: httpx.Client, overlay: Path
) -> None:
    first = revision(service)
    failures: list[str] = []
    seen: list[str] = []
    done = threading.Event()

    def client() -> None:
        with httpx.Client(base_url=service.address, timeout=60, trust_env=False) as own:
            while not done.is_set():
                try:
                    answer = own.get("/sparql", params={"query": f"ASK {{}} # {len(seen)}"})
                except httpx.HTTPError as error:
                    failures.append(repr(error))
                    return
                seen.append(answer.headers["x-revision"])
                if answer.status_code != 200:
                    failures.append(answer.text)

    threads = [threading.Thread(target=client) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        overlay.write_text(OVERLAY.format("health"), encoding="utf-8")
        service.signal(signal.SIGHUP)
        until(lambda: revision(service) != first, service)
        count = len(seen)
        until(lambda: len(seen) > count + 10, service)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert set(seen) == {first, revision(service)}
    rows = web.get("/api/ask", params={"q": "医疗卫生人才队伍由谁负责"}).json()
    assert "江津区服务中心" in str(rows)


def test_a_build_that_fails_keeps_the_revision_and_says_why(
    service: Service, web: httpx.Client, overlay: Path
) -> None:
    first = revision(service)
    overlay.write_text(OVERLAY.format("nobody"), encoding="utf-8")
    service.signal(signal.SIGHUP)
    until(lambda: any("stays" in line["event"] for line in service.log()), service)
    (line,) = [line for line in service.log() if "not fit" in line["event"]]
    assert "overlay.csv" in line["why"]
    assert revision(service) == first
    assert web.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True
