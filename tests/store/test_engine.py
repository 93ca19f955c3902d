"""The engine process: many clients, one pool, and nothing that a query can do to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb.errors import InputError, Overloaded, PlankbError, QueryProblem, QueryStopped
from kb.settings import Settings
from kb.store.client import EngineClient
from kb.store.frames import Frame, send
from kb.store.interface import Limits, Result, Store
from kb.store.messages import query_request
from kb.store.owner import Engine
from kb.store.status import Status
from tests.store.material import ENDLESS, NS, Listener, dataset, ends, node
from tests.store.test_guard import HOSTILE

Start = Callable[..., EngineClient]
LONG = 60.0

#: Runs for a second or so, and gives 1,440,000.
SLOW = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(CONCAT(STR(?a), STR(?f))) > 1) }"
)


def until(client: EngineClient, is_so: Callable[[Status], bool]) -> Status:
    """Ask for the engine's state until it is so; the test's own time limit ends this."""
    while not is_so(status := client.status()):
        pass
    return status


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_is_stopped_and_the_next_one_is_fine(start: Start, name: str) -> None:
    client = start(query_seconds=0.5, query_memory_mb=200, result_mb=1, workers=1)
    text, codes = HOSTILE[name]
    with pytest.raises(QueryStopped) as caught:
        client.query(text)
    assert caught.value.code in codes
    assert client.query("ASK {}").rows == 1


def test_short_queries_run_beside_one_that_is_stopped(start: Start) -> None:
    client = start(query_seconds=1, workers=2)
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(client.query, ENDLESS)
        until(client, lambda status: status.busy == 1)
        for _ in range(20):
            assert client.query("SELECT * { :s1 :p1 ?o }").rows
        assert not endless.done()
        with pytest.raises(QueryStopped):
            endless.result()


def test_many_threads_share_one_client(start: Start) -> None:
    client: Store = start(workers=2)
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(
            lambda i: client.select("SELECT ?o { ?s ?p ?o }", {"o": ox.Literal(i)}), range(200)
        )
        assert [rows[0]["o"] for rows in results] == [ox.Literal(i) for i in range(200)]


def test_workers_hold_one_descriptor_and_stand_behind_the_filter(start: Start) -> None:
    status = start(workers=2).status()
    assert len(status.workers) == 2
    for pid in status.workers:
        assert [each.name for each in Path(f"/proc/{pid}/fd").iterdir()] == ["0"]
        text = Path(f"/proc/{pid}/status").read_text()
        assert "Seccomp:\t2\n" in text or not status.seccomp


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
        "SELECT * { SERVICESILENT <URL> { ?s ?p ?o } }",
        "SELECT * { BIND(<URL> AS ?u) SERVICE ?u { ?s ?p ?o } }",
        "ASK { FILTER(1<2)SERVICE#>\n<URL>{} }",
        "LOAD <URL>",
        "LOAD SILENT <URL> INTO GRAPH <x:g>",
        "SELECT * FROM <URL> { ?s ?p ?o }",
        "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { GRAPH <URL> { ?s ?p ?o } }",
        "DESCRIBE <URL>",
    ],
)
def test_no_query_reaches_the_network(start: Start, listener: Listener, text: str) -> None:
    client = start(workers=1)
    format = "nt" if "DESCRIBE" in text else "json"
    if "SERVICE" in text or "LOAD" in text:
        with pytest.raises(QueryProblem) as caught:
            client.query(text.replace("URL", listener.url))
        assert caught.value.code == "query-refused"
    else:
        assert client.query(text.replace("URL", listener.url), format=format).rows == 0
    assert listener.connections() == 0


def test_a_query_whose_worker_is_killed_is_run_again(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.query, SLOW, format="csv")
        status = until(client, lambda status: status.busy == 1)
        os.kill(status.workers[0], signal.SIGKILL)
        assert slow.result().body.split() == [b"n", b"1440000"]


def test_a_query_whose_workers_are_killed_again_and_again_is_given_up(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(client.query, ENDLESS)
        killed = 0
        while not endless.done():
            status = client.status()
            if status.busy and status.workers[0] != killed:
                killed = status.workers[0]
                os.kill(killed, signal.SIGKILL)
        with pytest.raises(QueryStopped) as caught:
            endless.result()
    assert caught.value.code == "query-memory"


def test_idle_workers_that_are_killed_are_replaced(start: Start) -> None:
    client = start(workers=2)
    for pid in client.status().workers:
        os.kill(pid, signal.SIGKILL)
        assert ends(pid)
    assert client.query("ASK {}").rows == 1
    assert until(client, lambda status: len(status.workers) == 2).deaths == 2


def raw(client: EngineClient, text: str, who: str = "") -> socket.socket:
    """A client of its own that asks and does not wait."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(client.path)
    send(connection, query_request(text, None, [], [], Limits(seconds=LONG), client=who))
    return connection


def other(text: str, number: int) -> str:
    """The same query in other words: identical ones would share one run."""
    return f"{text} # {number}"


def test_a_full_queue_says_when_to_come_again(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1, heavy=1, queue=2, short_ms=10)
    with ExitStack() as stack:
        for number in range(3):
            stack.enter_context(raw(client, other(ENDLESS, number)))
        until(client, lambda status: (status.heavy, status.heavy_queued) == (1, 2))
        with pytest.raises(Overloaded) as caught:
            client.query(other(ENDLESS, 3))
        retry_after = caught.value.fields["retry_after"]
        assert isinstance(retry_after, int)
        assert 1 <= retry_after <= 60
        assert client.query("ASK {}").rows == 1  # the short lane is free all the while
    until(client, lambda status: status.busy + status.queued == 0)


def test_who_waits_too_long_in_the_queue_is_told_so(start: Start) -> None:
    # Three at a time cannot all run to their deadline.
    client = start(query_seconds=0.5, workers=1, heavy=1)
    with ThreadPoolExecutor(3) as pool:
        answers: list[Future[Result]] = [
            pool.submit(client.query, other(ENDLESS, number)) for number in range(3)
        ]
        codes = sorted(answer.exception().code for answer in answers)  # type: ignore[union-attr]
    assert codes[0] == "overloaded"
    assert codes[-1] == "query-deadline"


def test_a_client_that_goes_away_takes_its_query_with_it(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)
    with raw(client, ENDLESS):
        before = until(client, lambda status: status.busy == 1)
    after = until(client, lambda status: status.busy == 0)
    assert ends(before.workers[0])
    assert before.workers != after.workers
    assert client.query("ASK {}").rows == 1


def test_who_does_not_speak_the_language_is_shown_out(start: Start) -> None:
    client = start(workers=1)
    for noise in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0" * 7 + b"\2" + b"\0" * 8 + b"[]",
        b"\0" * 7 + b"\2" + b"\0" * 8 + b"{}",
        Frame.of({"do": "nothing"}).parts()[0],
        Frame.of({"do": "query"}).parts()[0],
        Frame.of({"do": "lend", "count": "1"}).parts()[0],
        Frame.of({"do": "running", "pid": 1}).parts()[0],
        Frame.of({"do": "back", "pid": []}).parts()[0],
        Frame.of({"do": "told", "tally": {"outcomes": 1}}).parts()[0],
        Frame.of({"do": "load", "path": "/etc/passwd", "revision": "r9"}).parts()[0],
        Frame.of({"do": "query"}, b"x" * 3_000_000).parts()[0],
    ):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(client.path)
            connection.sendall(noise)
            assert connection.recv(1) == b""
    assert client.query("ASK {}").rows == 1


def test_large_queries_and_results_pass_whole(start: Start) -> None:
    client = start(workers=1)
    values = " ".join(f"{i}" for i in range(40_000))
    result = client.query(f"SELECT ?x ?s {{ VALUES ?x {{ {values} }} ?s :p1 5 }}", format="csv")
    assert result.rows == 0
    result = client.query("SELECT ?a ?c ?d { ?a ?b ?c . ?d ?e 5 }", format="xml")
    assert result.body.endswith(b"</sparql>")
    result = client.query(f"SELECT ?x ?o {{ VALUES ?x {{ {values} }} :s1 ?p ?o }}", format="tsv")
    assert result.rows == 40_000 * 12
    assert result.body.count(b"\n") == 40_000 * 12 + 1


def test_a_new_revision_replaces_the_old_one_between_queries(start: Start) -> None:
    client = start(query_seconds=LONG, workers=2)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.query, SLOW, format="csv")
        until(client, lambda status: status.busy == 1)
        client.load(dataset(10), "r2")
        assert client.revision == "r2"
        for _ in range(10):
            result = client.query("SELECT * { ?s ?p ?o }")
            assert (result.rows, result.revision) == (10, "r2")
        old = slow.result()
    assert (old.revision, old.body.split()[1]) == ("r1", b"1440000")
    assert set(client.quads()) == set(dataset(10))
    assert set(client.graph(NS + "g0")) == {
        quad.triple for quad in dataset(10) if quad.graph_name == node("g0")
    }


def test_a_revision_that_cannot_be_loaded_changes_nothing(start: Start) -> None:
    client = start(workers=1)
    subject, predicate, value = dataset(1)[0].triple
    twice = [*dataset(1), ox.Quad(subject, predicate, value, node("other"))]
    for data in (b"nonsense", twice):
        with pytest.raises(InputError):
            client.load(data, "r2")
    assert client.query("SELECT * { ?s ?p ?o }").revision == "r1"


def test_data_that_cannot_be_loaded_starts_no_engine() -> None:
    with pytest.raises(InputError, match="N-Quads"):
        Engine.start(b"nonsense", "r1")


def test_nothing_is_left_behind() -> None:
    with Engine.start(dataset(), "r1", Settings(workers=2)) as engine, engine.client() as client:
        pids = [engine.pid, *client.status().workers]
        folder = engine.path.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(str(engine.path)) < 100
    assert all(ends(pid, within=0) for pid in pids)
    assert not folder.exists()


def test_an_engine_that_is_told_to_stop_finishes_what_runs() -> None:
    with Engine.start(dataset(), "r1", Settings(query_seconds=LONG)) as engine:
        with engine.client() as client, ThreadPoolExecutor(1) as pool:
            slow = pool.submit(client.query, SLOW, format="csv")
            until(client, lambda status: status.busy == 1)
            engine.close()
            assert slow.result().body.split()[1] == b"1440000"
        assert not engine.path.exists()
        with engine.client() as client, pytest.raises(PlankbError, match="does not answer"):
            client.query("ASK {}")


def test_an_engine_that_is_told_twice_stops_at_once() -> None:
    with (
        Engine.start(dataset(), "r1", Settings(query_seconds=LONG)) as engine,
        engine.client() as client,
        ThreadPoolExecutor(1) as pool,
    ):
        endless = pool.submit(client.query, ENDLESS)
        until(client, lambda status: status.busy == 1)
        assert isinstance(endless_error(engine, endless), PlankbError)


def endless_error(engine: Engine, endless: Future[Result]) -> BaseException | None:
    """Tell the engine again until it is gone: two signals at a time may count as one."""
    while not endless.done():
        os.kill(engine.pid, signal.SIGTERM)
        wait([endless], timeout=0.1)  # a flood of signals would keep it from its work
    return endless.exception()


def test_an_engine_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import os, signal; from kb.store.owner import Engine\n"
        "engine = Engine.start(b'', 'r1')\n"
        "print(engine.path, engine.pid, *engine.client().status().workers, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    path, *pids = done.stdout.split()
    assert len(pids) == 3
    assert all(ends(int(pid)) for pid in pids)
    assert not Path(path).parent.exists()


def test_workers_die_with_the_engine() -> None:
    with Engine.start(dataset(), "r1", Settings(workers=2)) as engine:
        with engine.client() as client:
            workers = client.status().workers
        os.kill(engine.pid, signal.SIGKILL)
        assert all(ends(pid) for pid in workers)
    assert not engine.path.parent.exists()


def test_a_client_goes_on_in_a_forked_process(start: Start) -> None:
    client = start(workers=1)
    assert client.query("ASK {}").rows == 1
    pid = os.fork()
    if pid == 0:
        good = client.query("ASK {}").rows == 1
        os._exit(0 if good else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert client.query("ASK {}").rows == 1


def test_interrupting_a_waiting_client_ends_its_query(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start(query_seconds=LONG, workers=1)

    def interrupted(*_: object) -> None:
        with_engine.set()
        raise KeyboardInterrupt

    with_engine = threading.Event()
    monkeypatch.setattr("kb.store.client.receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.query(ENDLESS)
    monkeypatch.undo()
    until(client, lambda status: status.busy == 0)
    assert client.query("ASK {}").rows == 1
