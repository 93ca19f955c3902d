"""The endpoint beside `oxigraph serve` and rdflib-endpoint, on the same data, in the same run.

Lookups by wrk, the plan's graph and a million triples; heavy queries beside bare pyoxigraph;
short queries beside heavy ones. PLANKB_BENCH_SECONDS is the length of one
load (3), PLANKB_BENCH_ROUNDS how often each is repeated (3); rows have the medians.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox

from tests.bench import material, peers
from tests.bench.peers import Absent
from tests.bench.wrk import load

Row = dict[str, object]

SECONDS = float(os.environ.get("PLANKB_BENCH_SECONDS") or 3)
ROUNDS = int(os.environ.get("PLANKB_BENCH_ROUNDS") or 3)
CLIENTS = (1, 8, 32)
#: Seconds in which every service has done what it does after its start, of a life of weeks.
SETTLED = 30
#: Heavy queries get time to end here: it is their cost that is measured, not their deadline.
PATIENT = {"query_seconds": "60", "result_mb": "512", "log": "off", "client_seconds": "0"}

_P = f"PREFIX : <{material.NS}> "
_TEAM = f"<{material.BASE}id/jiangjin-6-4/team/rural>"
HEAVY = {
    "group by": _P + "SELECT ?t ?y (COUNT(*) AS ?n) (SUM(?v) AS ?s) "
    "{ ?o :team ?t ; :year ?y ; :value ?v } GROUP BY ?t ?y",
    "three hops": _P + f"SELECT ?o ?c {{ ?o :team {_TEAM} ; :previous ?a . ?a :previous ?b . "
    f"?b :previous ?c . ?c :team {_TEAM} }}",
    "sorted": _P + "SELECT ?o ?v { ?o :value ?v } ORDER BY DESC(?v) LIMIT 100",
    "regex": _P + 'SELECT ?o ?n { ?o :note ?n FILTER(REGEX(?n, "99[0-9] of 3")) }',
    "whole column": _P + "SELECT ?o ?v ?t { ?o :value ?v ; :team ?t }",
    "constructed": _P + f"CONSTRUCT {{ ?o :value ?v }} {{ ?o :team {_TEAM} ; :value ?v }}",
}


def run() -> list[Row]:
    """Measure everything that can be measured here; what cannot says why."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        small, large = material.write(Path(folder))
        for name, data in (("plan", small), ("1M", large)):
            rows += _lookups(name, data)
        rows += _heavy(large)
        rows += _disturbed(large)
    return rows


# -- lookups ----------------------------------------------------------------------------


def plan_queries() -> list[str]:
    """Lookups of what the plan's graph describes."""
    found = {
        quad.subject.value
        for quad in ox.parse(material.plan(), format=ox.RdfFormat.N_QUADS)
        if isinstance(quad.subject, ox.NamedNode)
    }
    return [_lookup(subject) for subject in sorted(found)[::5]]


def million_queries() -> list[str]:
    """Lookups of observations, from one end of the million to the other."""
    step = material.OBSERVATIONS // 500
    return [_lookup(material.observation(number * step)) for number in range(500)]


def _lookup(subject: str) -> str:
    return f"SELECT ?p ?o {{ <{subject}> ?p ?o }}"


def _lookups(name: str, data: Path) -> list[Row]:
    queries = million_queries() if name == "1M" else plan_queries()
    servers: dict[str, str] = {}
    missing: dict[str, str] = {}
    rows: list[Row] = []
    with contextlib.ExitStack() as stack:
        started: list[tuple[str, Callable[[], contextlib.AbstractContextManager[str]]]] = [
            ("plankb", lambda: peers.plankb(data, log="off", client_seconds="0")),
            ("oxigraph", lambda: peers.oxigraph(data)),
            ("rdflib", lambda: peers.rdflib_endpoint(data)),
        ]
        for peer, start in started:
            try:
                servers[peer] = stack.enter_context(start())
            except Absent as absent:
                missing[peer] = str(absent)
        _same_answers(servers, queries[:20])
        time.sleep(SETTLED)
        for distinct in (False, True):
            for clients in CLIENTS:
                rates: dict[str, list[float]] = {peer: [] for peer in servers}
                failed = 0
                try:
                    for _ in range(ROUNDS):
                        for peer, address in servers.items():
                            done = load(
                                address,
                                queries,
                                distinct=distinct,
                                clients=clients,
                                seconds=SECONDS,
                            )
                            rates[peer].append(done.rate)
                            failed += done.failed if peer == "plankb" else 0
                except Absent as absent:
                    return [{"what": f"lookups, {name}", "skipped": str(absent)}]
                kind = "distinct" if distinct else "repeated"
                row: Row = {"what": f"{kind} lookups, {name}", "clients": clients}
                row |= {f"{peer}/s": round(statistics.median(seen)) for peer, seen in rates.items()}
                row |= _compared(rates, kind, clients) | {"failed": failed}
                rows.append(row)
                print(row, file=sys.stderr, flush=True)
    rows += [{"what": f"lookups, {name}: {peer}", "skipped": why} for peer, why in missing.items()]
    return rows


def _compared(rates: dict[str, list[float]], kind: str, clients: int) -> Row:
    own = statistics.median(rates["plankb"])
    row: Row = {}
    passed = []
    if "oxigraph" in rates:
        ratio = own / statistics.median(rates["oxigraph"])
        row["of oxigraph"] = round(ratio, 2)
        if kind == "distinct":
            row["bar"] = "0.3"
            passed.append(ratio >= 0.3)
        elif clients > 1:
            row["bar"] = "1"
            passed.append(ratio >= 1)
    if "rdflib" in rates:
        ratio = own / statistics.median(rates["rdflib"])
        row["of rdflib"] = round(ratio, 1)
        if kind == "distinct":
            row["bar"] = "0.3, 8"
            passed.append(ratio >= 8)
    if passed:
        row["met"] = "yes" if all(passed) else "no"
    return row


def _same_answers(servers: dict[str, str], queries: Sequence[str]) -> None:
    """A server that answers otherwise is not the same service: nothing is measured then."""
    for query in queries:
        counts = {}
        for peer, address in servers.items():
            status, body, _ = ask(address, query)
            assert status == 200, (peer, status, body[:200])
            counts[peer] = len(json.loads(body)["results"]["bindings"])
        assert len(set(counts.values())) == 1, (query, counts)


# -- heavy queries ----------------------------------------------------------------------


def _heavy(data: Path) -> list[Row]:
    store = ox.Store()
    store.bulk_load(data.read_bytes(), ox.RdfFormat.N_QUADS)
    rows: list[Row] = []
    with peers.plankb(data, **PATIENT) as address:
        for name, query in HEAVY.items():
            served, bare = [], []
            for number in range(max(3, ROUNDS)):
                text = f"{query} # {number}"  # never asked before
                status, body, seconds = ask(address, text)
                assert status == 200, body[:300]
                served.append(seconds)
                began = time.perf_counter()
                _serialised(store, text)
                bare.append(time.perf_counter() - began)
            own, floor = statistics.median(served), statistics.median(bare)
            rows.append(
                {
                    "what": f"heavy: {name}",
                    "plankb ms": round(own * 1e3, 1),
                    "pyoxigraph ms": round(floor * 1e3, 1),
                    "ratio": round(own / floor, 2),
                    "bar": "1.1",
                    "met": "yes" if own / floor <= 1.1 else "no",
                }
            )
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _serialised(store: ox.Store, query: str) -> bytes:
    result = store.query(query, use_default_graph_as_union=True)
    if isinstance(result, ox.QueryTriples):
        return ox.serialize(result, format=ox.RdfFormat.TURTLE) or b""
    assert isinstance(result, ox.QuerySolutions | ox.QueryBoolean)
    return result.serialize(format=ox.QueryResultsFormat.JSON) or b""


# -- short queries beside heavy ones ----------------------------------------------------


def _disturbed(data: Path) -> list[Row]:
    queries = million_queries()
    with peers.plankb(data, log="off", client_seconds="0") as address:
        quiet, beside = [], []
        for _ in range(ROUNDS):
            quiet.append(_p95(address, queries))
            with _busy(address, 2):
                beside.append(_p95(address, queries))
    own, other = statistics.median(quiet), statistics.median(beside)
    return [
        {
            "what": "short queries beside two heavy ones, p95",
            "plankb ms": round(other * 1e3, 2),
            "undisturbed ms": round(own * 1e3, 2),
            "ratio": round(other / own, 2),
            "bar": "2",
            "met": "yes" if other / own <= 2 else "no",
        }
    ]


def _p95(address: str, queries: Sequence[str]) -> float:
    taken = []
    give_up = time.monotonic() + SECONDS
    own = os.urandom(4).hex()
    with connected(address) as connection:
        number = 0
        while time.monotonic() < give_up:
            number += 1
            query = f"{queries[number % len(queries)]} # {own}{number}"
            status, body, seconds = _asked(connection, address, query)
            assert status == 200, body[:200]
            taken.append(seconds)
            time.sleep(0.002)  # one user's pace, and no load of its own
    return sorted(taken)[int(len(taken) * 0.95)]


@contextlib.contextmanager
def _busy(address: str, clients: int) -> Iterator[None]:
    """Heavy queries all the while, one after the other, for so many clients."""
    done = threading.Event()

    def client(own: int) -> None:
        number = 0
        while not done.is_set():
            number += 1
            text = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f }} # {own} {number}"
            with contextlib.suppress(OSError):
                ask(address, text)

    threads = [threading.Thread(target=client, args=(own,)) for own in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


# -- requests ---------------------------------------------------------------------------


@contextlib.contextmanager
def connected(address: str) -> Iterator[http.client.HTTPConnection]:
    parts = urlsplit(address)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    connection.connect()
    assert connection.sock is not None
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        yield connection
    finally:
        connection.close()


def _asked(
    connection: http.client.HTTPConnection, address: str, query: str
) -> tuple[int, bytes, float]:
    headers = {
        "Content-Type": "application/sparql-query",
        "Accept": "application/sparql-results+json, text/turtle;q=0.5",
    }
    began = time.perf_counter()
    connection.request("POST", urlsplit(address).path, query.encode(), headers)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, body, time.perf_counter() - began


def ask(address: str, query: str) -> tuple[int, bytes, float]:
    """One query on a connection of its own: status, body, seconds."""
    with connected(address) as connection:
        return _asked(connection, address, query)
