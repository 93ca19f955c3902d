"""The remote store, against a real SPARQL server of another make, and against servers that fail."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pyoxigraph as ox
import pytest

from kb.errors import (
    BudgetSpent,
    InputError,
    Overloaded,
    PlankbError,
    QueryProblem,
    QueryStopped,
    UnknownName,
)
from kb.settings import Settings
from kb.store.client import nquads
from kb.store.embedded import EmbeddedStore
from kb.store.interface import Limits, Store, Term
from kb.store.patch import Patch
from kb.store.remote import RemoteStore
from tests.store.material import ENDLESS, NS, PREFIXES, Listener, dataset, node
from tests.store.oxigraph import Oxigraph
from tests.store.test_lasting import asking, more

#: What no reader of ours may see: a graph of somebody else's in the same store.
FOREIGN = b"<http://example.org/s1> <http://example.org/p1> <http://example.org/foreign> .\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Oxigraph]:
    made = Oxigraph()
    try:
        made.put("http://example.org/of-others", FOREIGN)
        with made.store(prefixes=PREFIXES) as store:
            assert store.revision == ""
        # What it reads before it writes is under the deadline of queries; the writing is not.
        with made.store(prefixes=PREFIXES, query_seconds=0.2) as store:
            store.load(dataset(), "r1")
        yield made
    finally:
        made.kill()


@pytest.fixture
def remote(server: Oxigraph) -> Iterator[RemoteStore]:
    with server.store(prefixes=PREFIXES) as made:
        yield made


def rows(store: Store, text: str, **options: object) -> list[str]:
    body = store.query(text, format="csv", **options).body  # type: ignore[arg-type]
    return sorted(body.decode().splitlines())


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("SELECT * { ?s :p1 ?o }", {}),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {}),
        ("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", {}),
        ("PREFIX : <http://example.org/> SELECT * { :s1 ?p ?o }", {}),
        ("SELECT * FROM <http://example.org/g1> { ?s :p1 ?o }", {}),
        ("SELECT * FROM <http://example.org/g1> FROM :g2 FROM :g1 { ?s :p1 ?o }", {}),
        ("SELECT * FROM NAMED :g0 { GRAPH ?g { :s1 ?p ?o } }", {}),
        ("SELECT * FROM NAMED :g0 { :s1 ?p ?o }", {}),
        ("SELECT * FROM :of-others { ?s ?p ?o }", {}),
        ("SELECT * FROM <http://example.org/nobody> { ?s ?p ?o }", {}),
        ("SELECT * FROM <g1> { ?s :p1 ?o }", {"base": NS}),
        ("BASE <http://example.org/x/> SELECT * FROM <../g1> { ?s :p1 ?o }", {}),
        ("SELECT * { ?s :p1 ?o }", {"default_graphs": [NS + "g0"]}),
        ("SELECT * FROM :g1 { ?s :p1 ?o }", {"default_graphs": [NS + "g0"]}),
        ("SELECT * { ?s :p1 ?o }", {"named_graphs": [NS + "g0"]}),
        ("SELECT * { GRAPH ?g { ?s :p1 ?o } }", {"named_graphs": [NS + "g0", NS + "x"]}),
        ("SELECT * { ?s ?p ?o }", {"default_graphs": [NS + "of-others"]}),
        ("SELECT ?x { BIND(<s1> AS ?x) }", {"base": NS}),
        ("SELECT ?x { BIND('队伍 \\u961f' AS ?x) } # 队", {}),
        ("ASK { :s1 :p1 1 }", {}),
    ],
)
def test_a_query_gives_what_the_store_in_this_process_gives(
    remote: RemoteStore, store: EmbeddedStore, text: str, options: dict[str, object]
) -> None:
    if text.startswith("ASK"):
        assert b"true" in remote.query(text).body
        assert remote.query(text).rows == 1
        return
    assert rows(remote, text, **options) == rows(store, text, **options)


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv", "table"])
def test_rows_come_in_every_format(remote: RemoteStore, store: EmbeddedStore, format: str) -> None:
    text = "SELECT ?s ?o { ?s :p1 ?o } ORDER BY ?o"
    there, here = remote.query(text, format=format), store.query(text, format=format)
    assert (there.media_type, there.format, there.form) == (here.media_type, format, "select")
    assert there.revision == "r1"
    assert there.body.split() == here.body.split()


@pytest.mark.parametrize("format", ["ttl", "nt", "jsonld", "rdfxml", "trig", "nq"])
def test_triples_come_in_every_format(
    remote: RemoteStore, store: EmbeddedStore, format: str
) -> None:
    text = "CONSTRUCT { ?s :q ?o } { ?s :p1 ?o }"
    there, here = remote.query(text, format=format), store.query(text, format=format)
    assert there.media_type == here.media_type
    parsed = [
        {quad.triple for quad in ox.parse(each.body, ox.RdfFormat.from_media_type(each.media_type))}
        for each in (there, here)
    ]
    assert parsed[0] == parsed[1]
    with pytest.raises(UnknownName):
        remote.query(text, format="csv")


def test_it_is_a_store_like_the_others(remote: Store, store: EmbeddedStore) -> None:
    assert remote.revision == "r1"
    assert set(remote.quads()) == set(dataset())
    assert set(remote.graph(NS + "g1")) == set(store.graph(NS + "g1"))
    assert list(remote.graph(NS + "of-others")) == []
    values: dict[str, Term] = {"s": ox.NamedNode(NS + "s1"), "o": ox.Literal(1)}
    assert remote.select("SELECT ?s ?o { ?s :p1 ?o }", values) == [values]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { SERVICESILENT <URL> { ?s ?p ?o } }",
        "SELECT * { BIND(<URL> AS ?u) SERVICE ?u { ?s ?p ?o } }",
        "ASK { FILTER(1<2)SERVICE#>\n<URL>{} }",
        "ASK { \\u0053ERVICE <URL> {} }",
        "LOAD <URL>",
        "INSERT DATA { <x:s> <x:p> 1 }",
        "DROP ALL",
        "ASK {} ; DROP ALL",
        "SELECT nonsense",
    ],
)
def test_what_may_not_run_never_leaves(listener: Listener, text: str) -> None:
    with RemoteStore(listener.url, listener.url) as store:
        with pytest.raises(QueryProblem) as caught:
            store.query(text.replace("URL", listener.url))
        assert caught.value.code in ("query-refused", "query-syntax")
    assert listener.connections() == 0


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <URL> { ?s ?p ?o }",
        "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
        "DESCRIBE <URL>",
    ],
)
def test_nothing_is_fetched(remote: RemoteStore, listener: Listener, text: str) -> None:
    body = remote.query(text.replace("URL", listener.url), format=None).body
    assert listener.url.encode() not in body
    for option in ("default_graphs", "named_graphs"):
        options = {option: [listener.url]}
        assert remote.query("SELECT * { ?s ?p ?o }", **options).body  # type: ignore[arg-type]
    assert listener.connections() == 0


def test_an_error_says_what_it_would_say_here(remote: RemoteStore, store: EmbeddedStore) -> None:
    with pytest.raises(QueryProblem) as there:
        remote.query("SELECT *\n{ ?s ?p }")
    with pytest.raises(QueryProblem) as here:
        store.query("SELECT *\n{ ?s ?p }")
    assert there.value.render("en") == here.value.render("en")
    assert there.value.fields == here.value.fields


def test_a_result_beyond_its_limit_is_an_error_and_never_cut(remote: RemoteStore) -> None:
    with pytest.raises(QueryStopped) as caught:
        remote.query("SELECT * { ?s ?p ?o }", limits=Limits(result_mb=0.01))
    assert caught.value.code == "query-size"
    assert len(remote.query("SELECT * { ?s ?p ?o }").body) > 10_000


def test_a_query_that_takes_too_long_is_given_up() -> None:
    server = Oxigraph()  # its own: it would go on with the query until it is killed
    try:
        triples = (quad.triple for quad in dataset())
        server.put(NS + "g0", ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
        endless = ENDLESS.replace("{", "{ GRAPH ?graph {", 1) + " }"
        with (
            server.store(prefixes=PREFIXES, write=False, query_seconds=0.3) as store,
            pytest.raises(QueryStopped) as caught,
        ):
            store.query(endless)
        assert caught.value.code == "query-deadline"
    finally:
        server.kill()


def test_who_has_used_up_its_time_is_told_so(server: Oxigraph) -> None:
    with server.store(prefixes=PREFIXES, client_seconds=0.0001) as store:
        store.query("SELECT * { ?s ?p ?o }", client="a")
        with pytest.raises(BudgetSpent):
            store.query("ASK {}", client="a")
        assert store.query("ASK {}", client="b").rows == 1


def test_readers_see_one_revision_or_the_other_while_a_new_one_is_loaded() -> None:
    server = Oxigraph()
    try:
        with (
            server.store(prefixes=PREFIXES, query_seconds=0.4) as store,
            server.store(prefixes=PREFIXES, query_seconds=0.4) as reader,
        ):
            store.load(dataset(12), "r12")
            server.put("http://example.org/of-others", FOREIGN)
            with asking(reader, 2) as askers:  # type: ignore[arg-type]
                more(askers)
                for size in (30, 1):
                    store.load(dataset(size), f"r{size}")
                    assert store.revision == f"r{size}"
                    while any(size not in asker.seen for asker in askers):
                        more(askers, 1)
            for asker in askers:
                codes = {getattr(wrong, "code", wrong) for wrong in asker.wrong}
                assert codes <= {"store-loading"}
                assert asker.seen == [12, 30, 1]
            assert set(reader.quads()) == set(dataset(1))  # graphs that are gone are gone
            # A patch writes its own graphs and leaves the others alone, or does nothing at all.
            more_of_it = dataset(9)[3:]
            graphs = {quad.graph_name.value for quad in dataset(9)}  # type: ignore[union-attr]
            patch = Patch.of([*graphs, NS + "never"], nquads(more_of_it))
            assert not store.patch(patch, "r30", "r9")
            assert set(reader.quads()) == set(dataset(1))
            assert store.patch(patch, "r1", "r9")
            assert store.revision == "r9"
            assert set(store.quads()) == set(more_of_it)
            assert store.patch(Patch.of([NS + "g1"], b""), "r9", "r10")
            assert {quad.graph_name for quad in store.quads()} == {node("g0"), node("g2")}
    finally:
        server.kill()


def test_a_store_that_somebody_else_looks_after_is_asked_as_it_is() -> None:
    server = Oxigraph()
    try:
        server.put("http://example.org/theirs", FOREIGN)
        with server.store(prefixes=PREFIXES, write=False) as store:
            assert store.revision == ""
            assert rows(store, "SELECT ?o { GRAPH ?g { ?s ?p ?o } }") == [NS + "foreign", "o"]
            assert rows(store, "SELECT ?o { ?s ?p ?o }") == ["o"]
            assert rows(store, "SELECT ?o FROM :theirs { ?s ?p ?o }") == [NS + "foreign", "o"]
            assert [quad.graph_name.value for quad in store.quads()] == [NS + "theirs"]  # type: ignore[union-attr]
        with server.store(prefixes=PREFIXES) as store, pytest.raises(Overloaded) as caught:
            store.query("ASK {}")  # ours, and nobody has loaded anything yet
        assert caught.value.code == "store-empty"
    finally:
        server.kill()


def test_what_cannot_be_loaded_changes_nothing(server: Oxigraph, remote: RemoteStore) -> None:
    subject, predicate, value = dataset(1)[0].triple
    for data in (
        b"nonsense",
        [*dataset(1), ox.Quad(subject, predicate, value, ox.NamedNode(NS + "other"))],
        [ox.Quad(subject, predicate, value)],
    ):
        with pytest.raises(InputError):
            remote.load(data, "r2")
    with RemoteStore(server.url + "/query") as store, pytest.raises(InputError) as caught:
        store.load(dataset(1), "r2")
    assert caught.value.hint
    assert "PLANKB_STORE_WRITE" in caught.value.hint.en
    assert remote.query("SELECT * { ?s ?p ?o }").revision == "r1"


GOOD = b'{"head":{"vars":["o"]},"results":{"bindings":[]}}'
JSON = b"Content-Type: application/sparql-results+json\r\n"


def reply(status: str, headers: bytes, body: bytes = b"", *, length: bool = True) -> bytes:
    said = b"Content-Length: %d\r\n" % len(body) if length else b""
    return b"HTTP/1.1 " + status.encode() + b"\r\n" + headers + said + b"\r\n" + body


CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n"
FAILING = {
    "cut": (reply("200 OK", JSON + b"Content-Length: 500\r\n", GOOD, length=False), "store-lost"),
    "cut chunk": (reply("200 OK", CHUNKED, b"ff\r\n" + GOOD, length=False), "store-lost"),
    "no last chunk": (
        reply("200 OK", CHUNKED, b"%x\r\n%s\r\n" % (len(GOOD), GOOD), length=False),
        "store-lost",
    ),
    "no length": (reply("200 OK", JSON, GOOD, length=False), "store-lost"),
    "ended too early": (reply("200 OK", JSON, GOOD[:-3]), "store-cut"),
    "compressed": (reply("200 OK", JSON + b"Content-Encoding: gzip\r\n", GOOD), "store-lost"),
    "elsewhere": (reply("302 Found", b"Location: URL\r\n"), "store-refused"),
    "other type": (reply("200 OK", b"Content-Type: text/html\r\n", GOOD), "store-format"),
    "busy": (reply("503 Busy", b"Retry-After: 7\r\n"), "overloaded"),
    "cannot": (reply("400 No", b"", b"no such function"), "query-failed"),
    "too slow": (reply("504 Late", b""), "query-deadline"),
    "not allowed": (reply("401 No", b"", b"who are you?"), "store-refused"),
    "noise": (b"nonsense\r\n\r\n", "store-lost"),
    "nothing": (b"", "store-lost"),
}


class Failing:
    """A server that says the same to every query, once it has said that it has no revision."""

    def __init__(self, said: bytes, *, drip: bool = False) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.said = said
        self.drip = drip
        self.heard: list[bytes] = []
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                heard = b""
                while b"query=" not in heard:
                    data = connection.recv(2**16)
                    if not data:
                        break
                    heard += data
                self.heard.append(heard)
                try:
                    self.answer(connection, first=b"urn%3Aplankb" in heard)
                except OSError:
                    continue

    def answer(self, connection: socket.socket, *, first: bool) -> None:
        if first:
            connection.sendall(reply("200 OK", JSON + b"Connection: close\r\n", GOOD))
        elif not self.drip:
            connection.sendall(self.said)
        else:
            connection.sendall(self.said)
            while not threading.Event().wait(0.05):
                connection.sendall(b" ")

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@pytest.fixture
def failing() -> Iterator[Callable[..., Failing]]:
    with ExitStack() as stack:

        def make(said: bytes, **options: bool) -> Failing:
            made = Failing(said, **options)
            stack.callback(made.close)
            return made

        yield make


@pytest.mark.parametrize("name", FAILING)
def test_a_server_that_fails_is_an_error_and_never_a_result(
    failing: Callable[..., Failing], listener: Listener, name: str
) -> None:
    said, code = FAILING[name]
    made = failing(said.replace(b"URL", listener.url.encode()))
    with RemoteStore(made.url) as store, pytest.raises(PlankbError) as caught:
        store.query("SELECT ?o { ?s ?p ?o }")
    assert caught.value.code == code
    if name == "busy":
        assert caught.value.fields["retry_after"] == 7
    if name == "cannot":
        assert "no such function" in caught.value.message.en
    assert listener.connections() == 0


def test_a_slow_drip_runs_out_of_time(failing: Callable[..., Failing]) -> None:
    said = reply("200 OK", JSON + b"Content-Length: 9999\r\n", GOOD, length=False)
    made = failing(said, drip=True)
    with RemoteStore(made.url, settings=Settings(query_seconds=0.3)) as store:
        with pytest.raises(QueryStopped) as caught:
            store.query("SELECT ?o { ?s ?p ?o }")
        assert caught.value.code == "query-deadline"


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with RemoteStore(url) as store, pytest.raises(Overloaded) as caught:
        store.query("ASK {}")
    assert caught.value.code == "store-lost"
    assert "refused" in caught.value.message.en
    assert url not in caught.value.message.en  # whoever asks a query sees this


def test_a_password_is_sent_and_never_shown(failing: Callable[..., Failing]) -> None:
    made = failing(reply("403 No", b""))
    url = made.url.replace("http://", "http://reader:s3cret@")
    with RemoteStore(url) as store, pytest.raises(PlankbError) as caught:
        store.query("ASK {}")
    assert base64.b64encode(b"reader:s3cret") in made.heard[-1]
    assert "s3cret" not in caught.value.render("en")


@pytest.mark.parametrize("url", ["", "ftp://example.org/", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        RemoteStore(url)
