"""One killable worker beside a store: hostile queries end, and the next one is fine."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from kb.errors import PlankbError, QueryProblem, QueryStopped
from kb.store.embedded import EmbeddedStore
from kb.store.guard import GuardedStore, run_guarded
from kb.store.interface import Limits
from tests.store.material import ENDLESS, NS, dataset, ends, node

LIMITS = Limits(seconds=0.5, memory_mb=200, result_mb=1)

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
PATHS = "?a (<x:x>|!<x:x>)* ?b . ?c (<x:x>|!<x:x>)* ?d . ?e !<x:x>* ?f"
LONG_TEXTS = f"SELECT (GROUP_CONCAT(?a; SEPARATOR='{'x' * 99}') AS ?x) {{ {CROSS} }}"

#: Each with the codes of the errors that may stop it.
HOSTILE = {
    "cross product": (ENDLESS, ["query-deadline"]),
    "paths over everything": (f"SELECT (COUNT(*) AS ?n) {{ {PATHS} }}", ["query-deadline"]),
    "regex bomb": (
        f"SELECT (COUNT(*) AS ?n) {{ {CROSS} FILTER(REGEX(STR(?c), '(a|b|0|1)*(a|1|2)*$')) }}",
        ["query-deadline"],
    ),
    "distinct and order": (
        f"SELECT DISTINCT * {{ {CROSS} }} ORDER BY ?c ?f",
        ["query-memory", "query-deadline"],
    ),
    "group concat": (LONG_TEXTS, ["query-memory", "query-deadline"]),
    "big result": ("SELECT * { ?a ?b ?c . ?d ?e ?f }", ["query-size", "query-deadline"]),
    "big construct": (
        "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }",
        ["query-size", "query-deadline"],
    ),
    "deep groups": (
        "SELECT * " + "{" * 100_000 + "}" * 100_000,
        ["query-memory", "query-deadline"],
    ),
    "deep parentheses": (
        "SELECT * { FILTER(" + "(" * 100_000 + "1" + ")" * 100_000 + ") }",
        ["query-memory", "query-deadline"],
    ),
    "deep negation": (
        "SELECT * { FILTER(" + "!" * 200_000 + "true) }",
        ["query-memory", "query-deadline"],
    ),
}


@pytest.fixture
def guarded(store: EmbeddedStore) -> Iterator[GuardedStore]:
    with GuardedStore(store, LIMITS) as made:
        yield made


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_is_stopped_and_the_next_one_is_fine(
    guarded: GuardedStore, name: str
) -> None:
    text, codes = HOSTILE[name]
    began = time.monotonic()
    with pytest.raises(QueryStopped) as caught:
        guarded.query(text)
    assert caught.value.code in codes
    assert time.monotonic() - began < 10  # half a second, and much patience with the machine
    assert guarded.query("ASK {}").rows == 1


@pytest.mark.parametrize("name", ["big result", "big construct"])
def test_a_result_beyond_the_limit_is_an_error_and_never_cut(
    store: EmbeddedStore, name: str
) -> None:
    with pytest.raises(QueryStopped) as caught:
        run_guarded(store, HOSTILE[name][0], limits=Limits(seconds=60, result_mb=1))
    assert caught.value.code == "query-size"
    assert "no part of it" in caught.value.message.en


@pytest.mark.parametrize("text", ["INSERT DATA {}", "SELECT * {", "ASK { SERVICE <http://x/> {} }"])
def test_errors_come_back_as_they_were(guarded: GuardedStore, text: str) -> None:
    with pytest.raises(QueryProblem) as inside:
        EmbeddedStore().query(text)
    with pytest.raises(QueryProblem) as outside:
        guarded.query(text)
    assert outside.value.render("zh") == inside.value.render("zh")
    assert outside.value.code == inside.value.code
    assert outside.value.fields == inside.value.fields


def test_a_result_is_what_the_store_alone_gives(
    guarded: GuardedStore, store: EmbeddedStore
) -> None:
    text = "SELECT ?o { :s1 :p1 ?o } ORDER BY ?o"
    for options in ({}, {"default_graphs": [NS + "g1"]}, {"format": "table"}):
        inside, alone = guarded.query(text, **options), store.query(text, **options)
        assert (inside.body, inside.rows, inside.media_type, inside.revision, inside.form) == (
            alone.body, alone.rows, alone.media_type, alone.revision, alone.form
        )  # fmt: skip


def test_our_own_queries_have_the_same_deadline(guarded: GuardedStore) -> None:
    with pytest.raises(QueryStopped):
        guarded.select(ENDLESS)
    assert guarded.select("SELECT ?s ?o { ?s :p1 ?o } ORDER BY ?o LIMIT 1", {"s": node("s1")}) == [
        {"s": node("s1"), "o": ox.Literal(1)}
    ]


def test_a_client_may_ask_for_less_time_and_not_for_more(guarded: GuardedStore) -> None:
    for asked, granted in ((0.1, "0.1"), (60.0, "0.5")):
        with pytest.raises(QueryStopped, match=f"after {granted} s"):
            guarded.query(ENDLESS, limits=Limits(seconds=asked))


def test_a_worker_that_someone_else_killed_is_replaced_unnoticed(guarded: GuardedStore) -> None:
    assert guarded.query("ASK {}").rows == 1
    assert guarded._worker is not None
    os.kill(guarded._worker.pid, signal.SIGKILL)
    assert guarded.query("SELECT * { ?s :p1 ?o }").rows


def test_a_new_revision_is_seen_by_the_next_query(guarded: GuardedStore) -> None:
    assert guarded.query("SELECT * { ?s ?p ?o }").rows == 1200
    guarded.load(dataset(10), "r2")
    result = guarded.query("SELECT * { ?s ?p ?o }")
    assert (result.rows, result.revision) == (10, "r2")
    assert len(list(guarded.quads())) == 10
    assert len(list(guarded.graph(NS + "g0"))) == 4


def test_no_process_is_left(guarded: GuardedStore) -> None:
    guarded.query("ASK {}")
    assert guarded._worker is not None
    pid = guarded._worker.pid
    guarded.close()
    assert ends(pid, within=0)


def test_one_query_by_itself(store: EmbeddedStore) -> None:
    assert str(run_guarded(store, "ASK {}", format="table")) == "true\n"
    with pytest.raises(QueryStopped):
        run_guarded(store, ENDLESS, limits=LIMITS)


def test_a_threaded_process_may_not_fork(store: EmbeddedStore) -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        with pytest.raises(PlankbError, match="several threads"):
            run_guarded(store, "ASK {}")
    finally:
        release.set()
        thread.join()
