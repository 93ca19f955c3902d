"""The SPARQL endpoint: the three ways to send a query, formats, and what is refused."""

from __future__ import annotations

import gzip

import httpx
import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

COUNT = "PREFIX : <https://w3id.org/plankb/ns#> SELECT (COUNT(*) AS ?n) WHERE { ?t a :TalentTeam }"


def test_the_three_ways_to_send_a_query_give_the_same(web: httpx.Client) -> None:
    by_address = web.get("/sparql", params={"query": COUNT})
    by_form = web.post("/sparql", data={"query": COUNT})
    by_body = web.post(
        "/sparql", content=COUNT, headers={"Content-Type": "application/sparql-query"}
    )
    assert by_address.content == by_form.content == by_body.content
    assert by_address.json()["results"]["bindings"][0]["n"]["value"] == "10"


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        ("ASK {}", "", "application/sparql-results+json"),
        ("ASK {}", "*/*", "application/sparql-results+json"),
        ("ASK {}", "application/json", "application/sparql-results+json"),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        (
            "SELECT * {} LIMIT 1",
            "text/csv;q=0.5, text/tab-separated-values",
            "text/tab-separated-values",
        ),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "application/n-triples", "application/n-triples"),
        ("DESCRIBE <http://x>", "application/rdf+xml", "application/rdf+xml"),
        ("DESCRIBE <http://x>", "application/trig", "application/trig"),
        ("DESCRIBE <http://x>", "application/n-quads", "application/n-quads"),
        # The specific beats the wildcard, whichever comes first and is worth more.
        ("ASK {}", "*/*, application/sparql-results+json;q=0", "application/sparql-results+xml"),
        ("SELECT * {}", "text/*;q=0.9, application/json;q=0.1", "text/csv"),
        ("SELECT * {}", "text/csv;q=0, text/*", "text/tab-separated-values"),
        ("SELECT * {}", "application/*;q=0.2, text/csv;q=0.3", "text/csv"),
        ("ASK {}", "Application/SPARQL-Results+XML;Q=0.5", "application/sparql-results+xml"),
        ("ASK {}", 'text/csv;header="a,b";q=0.9, application/json;q=0.8', "text/csv"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", 'application/ld+json;profile="x"', "application/ld+json"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "text/turtle;charset=utf-8", "text/turtle"),
        # What is malformed says nothing.
        (
            "ASK {}",
            "nonsense, text/csv;q=high, application/sparql-results+xml;q=0.1",
            "application/sparql-results+xml",
        ),
        ("ASK {}", "nonsense", "application/sparql-results+json"),
    ],
)
def test_the_format_is_negotiated(query: str, accept: str, media: str, web: httpx.Client) -> None:
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    answer = web.get("/sparql", params={"query": query}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ({"params": {"query": "SELECT"}}, 400, "line 1"),
        ({"params": {"query": "DROP ALL"}}, 403, "DROP"),
        ({"params": {"query": "LOAD <http://x>"}}, 403, "LOAD"),
        ({"params": {"query": "SELECT * { SERVICE <http://x> { ?s ?p ?o } }"}}, 403, "SERVICE"),
        ({"params": {"update": "CLEAR ALL"}}, 403, "updates"),
        ({"params": {"query": ["ASK {}", "ASK {}"]}}, 400, "2 queries"),
        ({"params": {"query": "ASK {}"}, "headers": {"Accept": "image/png"}}, 406, "available"),
        ({"params": {"query": "ASK {}", "format": "ttl"}}, 406, "ttl"),
        ({"params": {"timeout": "1"}}, 400, "no query"),
        ({"params": {"query": ""}}, 400, "ends here"),
        ({"params": {"query": "ASK {}", "timeout": "soon"}}, 400, "timeout"),
        ({"params": {"query": "ASK {}", "timeout": "nan"}}, 400, "timeout"),
        ({"params": {"query": "ASK {}", "timeout": "0"}}, 400, "timeout"),
        ({"params": {"query": "ASK {}", "format": ["csv", "tsv"]}}, 400, "2 times"),
        ({"params": {"query": "ASK {}", "default-graph-uri": "not an IRI"}}, 400, "IRI"),
        ({"params": {"query": "ASK {}"}, "headers": {"Accept": "*/*;q=0"}}, 406, "available"),
        ({"params": {"query": "ASK {}", "update": "CLEAR ALL"}}, 403, "updates"),
    ],
)
def test_what_may_not_run_is_a_problem_with_a_hint(
    arguments: dict[str, dict[str, object]], status: int, says: str, web: httpx.Client
) -> None:
    headers = {"Accept-Language": "en", **arguments.get("headers", {})}
    answer = web.get("/sparql", params=arguments.get("params"), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("media", "status"),
    [("application/sparql-update", 403), ("text/plain", 415), ("application/sparql-query", 400)],
)
def test_a_body_of_another_kind_is_a_problem(media: str, status: int, web: httpx.Client) -> None:
    answer = web.post("/sparql", content=b"\xff\xff", headers={"Content-Type": media})
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_the_dataset_of_the_protocol_counts(web: httpx.Client) -> None:
    stated = "https://w3id.org/plankb/graph/jiangjin-6-4/stated"
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def count(**parameters: str) -> int:
        answer = web.get("/sparql", params={"query": query, **parameters})
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    everything = count()
    assert 0 < count(**{"default-graph-uri": stated}) < everything
    assert count(**{"default-graph-uri": "http://127.0.0.1:9/nothing"}) == 0
    assert count(**{"named-graph-uri": stated}) == 0


def test_a_query_is_stopped_at_its_deadline_and_the_next_one_runs(web: httpx.Client) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    answer = web.get("/sparql", params={"query": slow, "timeout": "0.5"})
    assert answer.status_code == 504
    assert answer.json()["hint"]
    assert web.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


def test_a_client_may_ask_for_less_time_than_the_deadline(web: httpx.Client) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    said = {"Accept-Language": "en"}
    answer = web.get("/sparql", params={"query": slow, "timeout": "0.25"}, headers=said)
    assert answer.status_code == 504
    assert "0.25 s" in answer.json()["detail"]
    assert web.get("/sparql", params={"query": "ASK {}", "timeout": "10"}).status_code == 200


def test_without_a_query_the_service_describes_itself(web: httpx.Client) -> None:
    answer = web.get("/sparql")
    graph = Graph().parse(data=answer.content, format="turtle")
    assert list(graph.subjects(RDF.type, SD.Service))
    for path in ("/sparql/", "/sparql.ttl", "/sparql?lang=en", "/sparql?format=ttl"):
        assert web.get(path).content == answer.content
    assert web.get("/sparql.nt").headers["content-type"] == "application/n-triples"
    assert web.get("/sparql.csv").status_code == 406


@pytest.mark.parametrize(
    ("suffix", "query", "media"),
    [
        ("json", "ASK {}", "application/sparql-results+json"),
        ("xml", "ASK {}", "application/sparql-results+xml"),
        ("csv", "SELECT * {}", "text/csv; charset=utf-8"),
        ("tsv", "SELECT * {}", "text/tab-separated-values; charset=utf-8"),
        ("ttl", "CONSTRUCT WHERE { ?s ?p 1 }", "text/turtle; charset=utf-8"),
        ("nt", "CONSTRUCT WHERE { ?s ?p 1 }", "application/n-triples"),
        ("nq", "CONSTRUCT WHERE { ?s ?p 1 }", "application/n-quads"),
        ("trig", "CONSTRUCT WHERE { ?s ?p 1 }", "application/trig"),
        ("jsonld", "CONSTRUCT WHERE { ?s ?p 1 }", "application/ld+json"),
        ("rdfxml", "CONSTRUCT WHERE { ?s ?p 1 }", "application/rdf+xml"),
    ],
)
def test_a_suffix_and_a_parameter_choose_the_format_before_accept(
    suffix: str, query: str, media: str, web: httpx.Client
) -> None:
    headers = {"Accept": "image/png"}
    by_suffix = web.get(f"/sparql.{suffix}", params={"query": query}, headers=headers)
    by_name = web.get("/sparql", params={"query": query, "format": suffix}, headers=headers)
    by_media = web.post(
        "/sparql", data={"query": query, "format": media.split(";", maxsplit=1)[0]}, headers=headers
    )
    for answer in (by_suffix, by_name, by_media):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media
    assert by_suffix.content == by_name.content == by_media.content


def test_an_unknown_suffix_is_not_found(web: httpx.Client) -> None:
    answer = web.get("/sparql.docx", params={"query": "ASK {}"})
    assert answer.status_code == 404
    assert "csv" in answer.json()["hint"]


@pytest.mark.parametrize("format", ["ttl", "nt", "jsonld", "rdfxml", "trig", "nq"])
def test_every_format_of_triples_says_the_same(format: str, web: httpx.Client) -> None:
    query = "CONSTRUCT WHERE { ?s a :TalentTeam ; ?p ?o }"

    def read(name: str) -> set[ox.Triple]:
        answer = web.get("/sparql", params={"query": query, "format": name})
        kind = ox.RdfFormat.from_media_type(answer.headers["content-type"])
        assert kind is not None
        return {quad.triple for quad in ox.parse(answer.content, format=kind)}

    first = read("nt")
    assert len(first) > 50
    assert read(format) == first


def test_head_says_what_get_would_without_the_body(web: httpx.Client) -> None:
    for coding in ("identity", "gzip"):
        headers = {"Accept-Encoding": coding}
        query = {"query": "SELECT * { ?s a :TalentTeam ; ?p ?o }"}
        head = web.head("/sparql", params=query, headers=headers)
        get = web.get("/sparql", params=query, headers=headers)
        assert head.status_code == 200
        assert head.content == b""
        for name in ("content-type", "content-length", "etag", "vary", "cache-control"):
            assert head.headers[name] == get.headers[name]
    assert web.head("/sparql", params={"query": "ASK {"}).status_code == 400


@pytest.mark.parametrize("path", ["/sparql", "/sparql/examples", "/.well-known/void"])
def test_scripts_of_any_site_may_ask(path: str, web: httpx.Client) -> None:
    answer = web.options(
        path,
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, x-anything",
        },
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "GET" in answer.headers["allow"]
    assert answer.headers["access-control-allow-headers"] == "content-type, x-anything"
    assert "content-type" not in answer.headers
    got = web.get(path, headers={"Origin": "https://elsewhere.example"})
    assert got.headers["access-control-allow-origin"] == "*"
    assert "ETag" in got.headers["access-control-expose-headers"]


def test_errors_can_be_read_by_scripts_and_are_not_kept(web: httpx.Client) -> None:
    for answer in (
        web.get("/sparql", params={"query": "ASK {"}),
        web.put("/sparql"),
        web.get("/sparql.none"),
        web.get("/graph/none"),
        web.post("/sparql", content=b" " * (3 * 2**20)),
    ):
        assert answer.status_code >= 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(method: str, web: httpx.Client) -> None:
    answer = web.request(method, "/sparql", params={"query": "ASK {}"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_an_update_is_told_where_data_comes_from(web: httpx.Client) -> None:
    update = "INSERT DATA { <http://x> <http://x> 1 }"
    for answer in (
        web.post("/sparql", data={"update": update}),
        web.post("/sparql", params={"update": update}, data={"query": "ASK {}"}),
        web.post("/sparql", content=update, headers={"Content-Type": "application/sparql-update"}),
        web.post("/sparql", content=update, headers={"Content-Type": "application/sparql-query"}),
        web.get("/sparql", params={"query": update}),
    ):
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:plankb:problem:query-refused"
        assert "提交报表" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        (b"query=ASK%20%7B%7D%FF", "application/x-www-form-urlencoded", 400),
        (b"ASK { ?s ?p '\xff' }", "application/sparql-query", 400),
        ("ASK {}".encode("utf-16"), "application/sparql-query; charset=UTF-16", 415),
        (b"query=ASK%20%7B%7D", "application/x-www-form-urlencoded; charset=utf-8", 200),
        (b"ASK {}", "application/sparql-query; charset=UTF-8", 200),
        ("\ufeffASK {}".encode(), "application/sparql-query", 200),
        (b"query=ASK%20%7B%7D", "multipart/form-data; boundary=x", 415),
        (b"&".join([b"a=b"] * 2000), "application/x-www-form-urlencoded", 400),
    ],
)
def test_only_utf_8_is_taken(content: bytes, media: str, status: int, web: httpx.Client) -> None:
    answer = web.post("/sparql", content=content, headers={"Content-Type": media})
    assert answer.status_code == status, answer.text


def test_a_compressed_query_is_not_taken(web: httpx.Client) -> None:
    answer = web.post(
        "/sparql",
        content=gzip.compress(b"ASK {}"),
        headers={"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 415


def test_an_address_that_is_not_utf_8_is_malformed(web: httpx.Client) -> None:
    assert web.get("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%22%FF%22%7D").status_code == 400


def test_the_dataset_of_the_protocol_takes_the_place_of_from(web: httpx.Client) -> None:
    graphs = "https://w3id.org/plankb/graph/jiangjin-6-4/"
    query = f"SELECT (COUNT(*) AS ?n) FROM <{graphs}stated> {{ ?s ?p ?o }}"

    def count(query: str, **parameters: str | list[str]) -> int:
        answer = web.post("/sparql", data={"query": query, **parameters})
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    stated, external = count(query), count(query, **{"default-graph-uri": graphs + "external"})
    assert 0 < external < stated
    both = {"default-graph-uri": [graphs + "stated", graphs + "external"]}
    assert count(query, **both) == stated + external
    # Some forms send it empty, which names no graph.
    assert count(query, **{"default-graph-uri": ""}) == stated
    names = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(names, **{"named-graph-uri": [graphs + "stated", graphs + "external"]}) == 2


def test_the_dataset_may_stand_in_the_address_of_a_post(web: httpx.Client) -> None:
    graph = "https://w3id.org/plankb/graph/jiangjin-6-4/external"
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    by_form = web.post("/sparql", params={"default-graph-uri": graph}, data={"query": query})
    by_body = web.post(
        "/sparql",
        params={"default-graph-uri": graph},
        content=query,
        headers={"Content-Type": "application/sparql-query"},
    )
    by_address = web.get("/sparql", params={"query": query, "default-graph-uri": graph})
    assert by_form.content == by_body.content == by_address.content


def test_a_relative_iri_is_relative_to_the_address_of_the_request(
    web: httpx.Client, address: str
) -> None:
    answer = web.get("/sparql.csv", params={"query": "SELECT (<x> AS ?x) (<#y> AS ?y) {}"})
    assert answer.text.splitlines()[1] == f"{address}/x,{address}/sparql.csv#y"


def test_an_answer_that_is_held_is_not_sent_again(web: httpx.Client) -> None:
    query = {"query": "SELECT * { ?s a :TalentTeam ; ?p ?o } ORDER BY ?s ?p ?o"}
    first = web.get("/sparql", params=query, headers={"Accept-Encoding": "identity"})
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "public, no-cache"
    assert {"Accept", "Accept-Encoding"} <= set(first.headers["vary"].split(", "))
    for held in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        for method in ("GET", "HEAD"):
            again = web.request(method, "/sparql", params=query, headers={"If-None-Match": held})
            assert again.status_code == 304
            assert again.content == b""
            assert again.headers["etag"] == tag
            assert again.headers["cache-control"] == first.headers["cache-control"]
            assert again.headers["vary"] == first.headers["vary"]
            assert again.headers["access-control-allow-origin"] == "*"
    other = web.get("/sparql", params=query, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    as_csv = web.get("/sparql.csv", params=query, headers={"If-None-Match": tag})
    assert as_csv.status_code == 200
    assert as_csv.headers["etag"] != tag
    # An answer to POST is kept by nobody.
    assert web.post("/sparql", data=query, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (RAND() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "SELECT (\\u004eOW() AS ?x) {}",
        "CONSTRUCT { [] ?p ?o } WHERE { ?s a :Plan ; ?p ?o }",
    ],
)
def test_what_differs_each_time_has_no_tag(query: str, web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": query})
    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("accepted", "coded"),
    [
        ("gzip", True),
        ("br, gzip;q=0.1", True),
        ("*", True),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
    ],
)
def test_a_long_answer_is_compressed_for_who_takes_it(
    accepted: str, coded: bool, web: httpx.Client
) -> None:
    query = {"query": "SELECT * { ?s a :TalentTeam ; ?p ?o }"}
    with web.stream(
        "GET", "/sparql", params=query, headers={"Accept-Encoding": accepted}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert int(answer.headers["content-length"]) == len(raw)
    assert ("content-encoding" in answer.headers) is coded
    plain = web.get("/sparql", params=query, headers={"Accept-Encoding": "identity"})
    assert (gzip.decompress(raw) if coded else raw) == plain.content
    # Other bytes, another tag; either is known again.
    assert (answer.headers["etag"] != plain.headers["etag"]) is coded
    again = web.get(
        "/sparql",
        params=query,
        headers={"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304
    assert again.headers["etag"] == answer.headers["etag"]


def test_a_short_answer_is_sent_as_it_is(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": "ASK {}"}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("host", ["a b", "<x>", '"', "x:y:z", "\u00e9".encode().decode("latin-1")])
def test_an_odd_host_is_no_fault_of_the_service(host: str, web: httpx.Client) -> None:
    for path in ("/sparql", "/sparql?query=SELECT%20(%3Cx%3E%20AS%20%3Fx)%20%7B%7D"):
        assert web.get(path, headers={b"Host": host.encode("latin-1")}).status_code < 500
