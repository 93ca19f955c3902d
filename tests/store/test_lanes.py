"""Lanes: heavy queries beside short ones, who waits for whom, budgets, kept and shared results."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import BudgetSpent, QueryProblem, QueryStopped
from kb.store import reading
from kb.store.budget import Budget
from kb.store.client import EngineClient
from kb.store.interface import Limits
from kb.store.waiting import Waiting
from tests.store.material import ENDLESS, dataset
from tests.store.test_engine import LONG, SLOW, Start, other, raw, until

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def asked() -> Iterator[Callable[[EngineClient, str], socket.socket]]:
    """Asks on a connection of its own and does not wait; connections are closed at the end."""
    with ExitStack() as stack:
        yield lambda client, text: stack.enter_context(raw(client, text))


Ask = Callable[[EngineClient, str], socket.socket]


def test_a_query_that_outlives_its_slice_is_niced_and_another_takes_its_place(
    start: Start, asked: Ask
) -> None:
    client = start(query_seconds=LONG, workers=1, short_ms=20)
    asked(client, ENDLESS)
    status = until(client, lambda status: status.heavy == 1 and len(status.workers) == 2)
    heavy, short = status.workers
    assert os.getpriority(os.PRIO_PROCESS, heavy) > os.getpriority(os.PRIO_PROCESS, short)
    for number in range(20):
        assert client.query(other("ASK {}", number)).rows == 1
    assert client.status().heavy == 1


def test_only_so_many_are_heavy_and_the_next_waits_for_its_turn(start: Start, asked: Ask) -> None:
    client = start(600, query_seconds=LONG, workers=2, heavy=1, short_ms=20)
    first = asked(client, ENDLESS)
    until(client, lambda status: status.heavy == 1)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(client.query, SLOW, format="csv")
        until(client, lambda status: status.heavy_queued == 1)
        assert client.query("ASK {}").rows == 1
        assert not second.done()
        first.close()
        assert second.result().body.split()[1] == b"360000"


def test_what_is_known_to_be_heavy_never_takes_a_place_of_the_short_ones(
    start: Start, asked: Ask
) -> None:
    client = start(query_seconds=LONG, workers=1, heavy=1, short_ms=20)
    with raw(client, ENDLESS):
        until(client, lambda status: status.heavy == 1)
    until(client, lambda status: status.busy == 0)
    asked(client, other(ENDLESS, 1))
    until(client, lambda status: status.heavy == 1 and status.queued == 0)
    asked(client, ENDLESS)
    assert client.query("ASK {}").rows == 1  # asked after it: it has been seen to
    status = client.status()
    assert (status.busy, status.heavy_queued) == (1, 1)


def test_a_worker_of_the_heavy_lane_is_kept_for_the_next_query_of_that_shape(
    start: Start,
) -> None:
    client = start(600, query_seconds=LONG, workers=1, heavy=1, short_ms=20)
    client.query(SLOW, format="csv")
    status = until(client, lambda status: len(status.workers) == 2)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    (kept,) = [pid for pid in status.workers if os.getpriority(os.PRIO_PROCESS, pid) > own]
    client.query(SLOW + " # once more", format="csv")
    status = client.status()
    assert kept in status.workers
    assert (status.heavy, status.busy, status.deaths) == (0, 0, 0)


def test_many_heavy_queries_at_a_time_leave_the_short_lane_free(start: Start, asked: Ask) -> None:
    client = start(query_seconds=LONG, workers=2, heavy=2, short_ms=20)
    for number in range(12):
        asked(client, other(ENDLESS, number))
    until(client, lambda status: status.heavy_queued == 10)
    for number in range(20):
        assert client.query(other("ASK {}", number)).rows == 1
    status = client.status()
    assert (status.heavy, status.heavy_queued, status.outcomes["ok"]) == (2, 10, 20)


@given(
    st.integers(1, 6),
    st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=40),
)
def test_the_queue_is_bounded_and_fair_and_loses_nobody(most: int, moves: list[str | None]) -> None:
    waiting, number = Waiting[tuple[str, int]](most), 0
    inside: list[tuple[str, int]] = []
    for who in moves:
        if who is None:
            if waiting:
                inside.remove(waiting.take())
            continue
        number += 1
        item = (who, number)
        refused = waiting.put(who, item)
        inside.append(item)
        if refused is not None:
            assert len(inside) == most + 1
            inside.remove(refused)
            counts = {each: sum(name == each for name, _ in inside) for each in "abc"}
            assert counts[refused[0]] >= counts[who] - 1
    assert sorted(waiting) == sorted(inside)
    assert len(waiting) == len(inside) <= most
    turns = [waiting.take() for _ in range(len(waiting))]
    firsts = {who for who, _ in turns}
    assert {who for who, _ in turns[: len(firsts)]} == firsts  # each client in its turn


def test_who_has_used_up_its_time_is_told_when_to_come_again(start: Start) -> None:
    client = start(400, query_seconds=LONG, client_seconds=0.01)
    client.query(SLOW, client="a")
    with pytest.raises(BudgetSpent) as caught:
        client.query("ASK {}", client="a")
    assert caught.value.code == "query-budget"
    retry_after = caught.value.fields["retry_after"]
    assert isinstance(retry_after, int)
    assert retry_after > 1
    assert client.query("ASK {}", client="b").rows == 1
    assert client.query("ASK { ?s ?p ?o }").rows == 1
    # What is kept costs nothing, and so is given to everyone.
    assert client.query(SLOW, client="a").rows == 1
    assert client.status().outcomes["query-budget"] == 1


def test_queries_that_are_stopped_or_left_count_as_well(start: Start) -> None:
    client = start(query_seconds=LONG, client_seconds=0.001, short_ms=20)
    with pytest.raises(QueryStopped):
        client.query(ENDLESS, limits=Limits(seconds=0.2), client="a")
    with pytest.raises(BudgetSpent):
        client.query("ASK {}", client="a")
    with raw(client, ENDLESS, "b"):
        until(client, lambda status: status.heavy == 1)
    until(client, lambda status: status.outcomes.get("cancelled") == 1)
    with pytest.raises(BudgetSpent):
        client.query("ASK {}", client="b")


def test_a_budget_comes_back_with_time_and_never_grows_beyond_itself() -> None:
    budget = Budget(60)
    assert budget.wait("a", 0) == 0
    budget.spend("a", 61, 0)
    assert budget.wait("a", 0) == 1
    assert budget.wait("a", 1.5) == 0
    budget.spend("a", 60, 1000)
    assert budget.wait("a", 1000) == 0
    assert budget.wait("a", 1001) == 0
    for number in range(30_000):
        budget.spend(str(number), 61, 1001)
    assert len(budget._left) <= 20_000
    off = Budget(0)
    off.spend("a", 1e9, 0)
    assert off.wait("a", 0) == 0


def test_the_same_query_again_is_answered_from_what_was_kept(start: Start) -> None:
    client = start()
    first = client.query(COUNT)
    again = client.query(COUNT)
    assert again == first
    assert client.query(COUNT, format="csv").body.split() == [b"n", b"1200"]
    assert client.query(COUNT, default_graphs=["http://example.org/g0"]).body != first.body
    status = client.status()
    assert (status.cache_hits, status.cache_misses, status.cache_entries) == (1, 3, 3)
    assert status.latency["cache"].total == 1
    assert status.latency["short"].total == 3


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (STRUUID() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "SELECT ?x { BIND(RAND( ) AS ?x) }",
        "SELECT ?x { BIND(raNd#\n() AS ?x) }",
        "SELECT (\\u0055UID() AS ?x) {}",
        "SELECT (NOW() AS ?x) {}",
    ],
)
def test_what_is_another_each_time_is_not_kept(start: Start, text: str) -> None:
    client = start(workers=1)
    assert client.query(text).body != client.query(text).body
    assert client.status().cache_entries == 0
    assert reading.is_volatile(text)


def test_a_new_revision_makes_all_that_was_kept_untrue(start: Start) -> None:
    client = start()
    for size in (1200, 10, 20):
        if size != 1200:
            client.load(dataset(size), f"r{size}")
        for _ in range(3):
            result = client.query(COUNT, format="csv")
            assert result.body.split()[1] == b"%d" % size
    status = client.status()
    assert (status.cache_entries, status.cache_hits, status.loads) == (1, 6, 3)


def test_errors_are_not_kept_and_neither_are_results_beyond_a_limit(start: Start) -> None:
    client = start(cache_mb=1)
    for _ in range(2):
        with pytest.raises(QueryProblem):
            client.query("SELECT nonsense")
    everything = "SELECT * { ?s ?p ?o }"
    assert client.query(everything).rows == 1200
    with pytest.raises(QueryStopped):
        client.query(everything, limits=Limits(result_mb=0.01))
    assert client.status().cache_entries == 1
    for number in range(30):
        client.query(other(everything, number))
    status = client.status()
    assert 1 <= status.cache_entries < 30
    assert status.cache_bytes <= 2**20


def test_nothing_is_kept_where_the_operator_wants_it_so(start: Start) -> None:
    client = start(cache_mb=0)
    assert client.query(COUNT).body == client.query(COUNT).body
    assert (client.status().cache_entries, client.status().cache_misses) == (0, 2)


def test_identical_queries_share_one_run(start: Start) -> None:
    client = start(600, query_seconds=LONG, workers=2)
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(client.query, SLOW) for _ in range(3)]
        until(client, lambda status: status.cache_joins == 2)
        assert client.status().busy == 1
        assert len({answer.result().body for answer in answers}) == 1


def test_a_shared_run_goes_on_while_anyone_waits_for_it(start: Start) -> None:
    client = start(600, query_seconds=LONG, workers=1)
    with ThreadPoolExecutor(1) as pool, raw(client, SLOW):
        until(client, lambda status: status.busy == 1)
        answer = pool.submit(client.query, SLOW, limits=Limits(seconds=LONG))
        until(client, lambda status: status.cache_joins == 1)
        first = client.status().workers
    assert answer.result().rows == 1
    assert first[0] not in client.status().workers or client.status().deaths == 0
    with raw(client, ENDLESS), raw(client, ENDLESS):
        until(client, lambda status: status.cache_joins == 2)
    until(client, lambda status: status.busy == 0)


def test_who_does_not_take_its_results_is_shown_out_before_they_fill_the_memory(
    start: Start, asked: Ask
) -> None:
    client = start(query_seconds=LONG, result_mb=1, cache_mb=0)
    large = "SELECT ?a ?c { ?a ?b ?c . ?d :p1 ?f } LIMIT 7000"
    for number in range(12):
        asked(client, other(large, number))
    most = 4 * 2**20
    until(client, lambda status: status.outcomes.get("ok") == 12 and status.held_bytes <= most)
    until(client, lambda status: status.clients < 12)
    assert client.query("ASK {}").rows == 1


def test_the_figures_agree_with_each_other(start: Start) -> None:
    client = start(workers=2)
    for number in range(20):
        client.query(other("ASK {}", number % 10))
    with pytest.raises(QueryProblem):
        client.query("SELECT nonsense")
    status = client.status()
    assert status.outcomes == {"ok": 20, "query-syntax": 1}
    assert sum(each.total for each in status.latency.values()) == 21
    assert status.latency["short"].seconds > 0
    assert set(status.memory) == {status.pid, status.holder, *status.workers}
    assert all(size > 2**20 for size in status.memory.values())
    assert status.uptime > 0
