"""The engine process by itself, over its socket: rates, lanes, reloads and kills.

The peer is bare pyoxigraph in one process, with the same data and the same serialisation, and
without any guard. PLANKB_BENCH_SECONDS is the time of the mixed load with kills (20; 600 for
the long run).
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import random
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kb.errors import PlankbError
from kb.settings import Settings
from kb.store.client import EngineClient
from kb.store.interface import Limits
from kb.store.owner import Engine

Row = dict[str, object]

_NS = "http://example.org/"
_SIZE = 200_000
_HEAVY = (
    "SELECT ?a (COUNT(*) AS ?n) { ?a <http://example.org/p1> ?b . ?c <http://example.org/p2> ?d "
    "FILTER(STRLEN(STR(?b)) + STRLEN(STR(?d)) > %d) } GROUP BY ?a"
)
_COLUMN = "SELECT ?s ?o { ?s <http://example.org/p1> ?o }"


def _quads(size: int = _SIZE) -> Iterator[ox.Quad]:
    for number in range(size):
        yield ox.Quad(
            ox.NamedNode(f"{_NS}s{number // 8}"),
            ox.NamedNode(f"{_NS}p{number % 8}"),
            ox.Literal(number),
            ox.NamedNode(f"{_NS}g{number % 3}"),
        )


def _lookup(number: int) -> str:
    return f"SELECT ?p ?o {{ <{_NS}s{number * 7919 % (_SIZE // 8)}> ?p ?o }} # {number}"


def _processor_time(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _ask_many(path: str, first: int, count: int, threads: int, done: Any) -> None:
    client = EngineClient(path)

    def ask(own: int) -> None:
        for number in range(count):
            client.query(_lookup(own + number))

    workers = [
        threading.Thread(target=ask, args=(first + each * count,)) for each in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done.put(True)


def _rate(engine: Engine, processes: int, threads: int, *, again: bool) -> Row:
    count = 2_000
    first = 0 if again else random.randrange(10**6, 10**9)
    done: Any = mp.Queue()
    asking = [
        mp.Process(
            target=_ask_many,
            args=(str(engine.path), first + each * (not again) * 10**6, count, threads, done),
        )
        for each in range(processes)
    ]
    with engine.client() as client:
        status = client.status()
    engine_pids, worker_pids = [status.pid], list(status.workers)
    before = [_processor_time(engine_pids), _processor_time(worker_pids)]
    began = time.perf_counter()
    for process in asking:
        process.start()
    for process in asking:
        process.join()
    seconds = time.perf_counter() - began
    total = processes * threads * count
    after = [_processor_time(engine_pids), _processor_time(worker_pids)]
    return {
        "what": f"{'repeated' if again else 'distinct'} lookups, {processes} processes × {threads}",
        "per_second": round(total / seconds),
        "engine_us": round((after[0] - before[0]) / total * 1e6),
        "workers_us": round((after[1] - before[1]) / total * 1e6),
    }


def _peer_rate(store: ox.Store) -> Row:
    count = 10_000
    began = time.perf_counter()
    for number in range(count):
        _bare(store, _lookup(number))
    seconds = time.perf_counter() - began
    return {
        "what": "peer: bare pyoxigraph, one process",
        "per_second": round(count / seconds),
        "workers_us": round(seconds / count * 1e6),
    }


def _bare(store: ox.Store, text: str) -> bytes:
    answer = store.query(text, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    body = answer.serialize(format=ox.QueryResultsFormat.JSON)
    assert body is not None
    return body


def _latency(client: EngineClient, what: str, seconds: float = 4.0) -> Row:
    """One client that asks for something new every 5 ms, as people do."""
    times = []
    number = random.randrange(10**9, 10**10)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        number += 1
        began = time.perf_counter()
        client.query(_lookup(number))
        times.append(time.perf_counter() - began)
        time.sleep(0.005)
    return _percentiles(what, times)


def _percentiles(what: str, times: list[float]) -> Row:
    cuts = statistics.quantiles(times, n=100)
    return {
        "what": what,
        "n": len(times),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
        "worst_ms": round(max(times) * 1000, 1),
    }


@contextlib.contextmanager
def _beside(run: Callable[[threading.Event, int], None], count: int) -> Iterator[None]:
    """So many threads that do something again and again meanwhile."""
    done = threading.Event()
    threads = [threading.Thread(target=run, args=(done, number)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _lanes(engine: Engine) -> list[Row]:
    def heavy(done: threading.Event, number: int) -> None:
        with engine.client() as client:
            while not done.is_set():
                number += 100
                with contextlib.suppress(PlankbError):
                    client.query(_HEAVY % number, limits=Limits(seconds=2.0), client="heavy")

    with engine.client() as client:
        rows = [_latency(client, "short queries, undisturbed")]
        for count in (2, 8):
            with _beside(heavy, count):
                time.sleep(0.5)
                rows.append(_latency(client, f"short queries beside {count} clients' heavy ones"))
    return rows


def _whole_column(engine: Engine, store: ox.Store) -> list[Row]:
    rows: list[Row] = []
    runs: list[tuple[str, Callable[[int], object]]] = [
        ("peer: the same, bare pyoxigraph", lambda n: _bare(store, f"{_COLUMN} # {n}"))
    ]
    with engine.client() as client:
        runs.append(("a column of 25,000 rows", lambda n: client.query(f"{_COLUMN} # {n}")))
        for what, run in runs:
            times = []
            for number in range(15):
                began = time.perf_counter()
                run(number)
                times.append(time.perf_counter() - began)
            rows.append({"what": what, "p50_ms": round(statistics.median(times) * 1000, 2)})
    return rows


def _reload(engine: Engine, data: bytes) -> Row:
    times: list[float] = []

    def ask(done: threading.Event, number: int) -> None:
        with engine.client() as client:
            while not done.is_set():
                number += 1
                began = time.perf_counter()
                client.query(_lookup(number))
                times.append(time.perf_counter() - began)
                time.sleep(0.002)

    with engine.client() as client, _beside(ask, 1):
        began = time.perf_counter()
        for number in range(3):
            client.load(data, f"again {number}")
        seconds = (time.perf_counter() - began) / 3
    return {**_percentiles("short queries while it loads 200,000", times), "load_s": seconds}


def _kills(engine: Engine) -> Row:
    """Mixed load, workers killed at random: what is wrong, lost or left."""
    seconds = float(os.environ.get("PLANKB_BENCH_SECONDS", "20"))
    wrong: list[object] = []
    counts = [0] * 4

    def ask(done: threading.Event, own: int) -> None:
        number = own * 10**8
        with engine.client() as client:
            while not done.is_set():
                number += 1
                counts[own] += 1
                subject = number * 7919 % (_SIZE // 8)
                try:
                    if own == 3:
                        client.query(_HEAVY % number, limits=Limits(seconds=0.5))
                        continue
                    body = client.query(_lookup(number), format="csv").body
                except PlankbError as error:
                    if own != 3:
                        wrong.append(error)
                    continue
                values = {int(line.split(b",")[1]) for line in body.split(b"\r\n")[1:] if line}
                if values != set(range(subject * 8, subject * 8 + 8)):
                    wrong.append((number, values))

    with engine.client() as client:
        before = client.status()
        end = time.monotonic() + seconds
        killed = 0
        with _beside(ask, 4):
            while time.monotonic() < end:
                workers = client.status().workers
                if workers:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(random.choice(workers), signal.SIGKILL)
                    killed += 1
                time.sleep(0.05)
        time.sleep(0.5)
        after = client.status()
    return {
        "what": f"mixed load for {seconds:g} s",
        "n": sum(counts),
        "killed": killed,
        "wrong": len(wrong),
        "first_wrong": str(wrong[:1]),
        "engine_mb": round(after.memory[after.pid] / 2**20, 1),
        "engine_mb_before": round(before.memory[before.pid] / 2**20, 1),
        "holder_mb": round(after.memory[after.holder] / 2**20, 1),
        "holder_mb_before": round(before.memory[before.holder] / 2**20, 1),
    }


def run() -> list[Row]:
    """Measure the engine, and the peer in the same run."""
    data = ox.serialize(_quads(), format=ox.RdfFormat.N_QUADS) or b""
    store = ox.Store()
    store.bulk_load(data, ox.RdfFormat.N_QUADS)
    rows = [_peer_rate(store)]
    began = time.perf_counter()
    with Engine.start(data, "bench", Settings()) as engine:
        rows.append(
            {"what": f"start with {_SIZE:,} triples", "load_s": time.perf_counter() - began}
        )
        rows += [_rate(engine, 1, 1, again=False), _rate(engine, 4, 1, again=False)]
        rows += [_rate(engine, 3, 4, again=False), _rate(engine, 3, 4, again=True)]
        rows += _lanes(engine)
        rows += _whole_column(engine, store)
        rows.append(_reload(engine, data))
        rows.append(_kills(engine))
    return rows
