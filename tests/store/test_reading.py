"""What is refused before it runs, and what only looks like it."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import QueryProblem
from kb.store import reading
from kb.store.embedded import EmbeddedStore
from tests.store.material import Listener


def refused(text: str) -> QueryProblem:
    with pytest.raises(QueryProblem) as caught:
        reading.read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "select"),
        ("select(1 as ?x){}", "select"),
        ("ASK{}", "ask"),
        ("# INSERT\nBASE <http://x/> PREFIX insert: <http://x/> CONSTRUCT WHERE { ?s ?p ?o }",
         "construct"),
        ("\ufeffPREFIX : <http://x/> DESCRIBE :a", "describe"),
        ("\\u0053ELECT * {}", "select"),
    ],
)  # fmt: skip
def test_the_form_is_known_before_the_query_runs(text: str, form: str) -> None:
    assert reading.read(text).form == form


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://example.org/>",
        "LOAD SILENT <file:///etc/passwd> INTO GRAPH <a:g>",
        "PREFIX : <http://x/> WITH :g DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "clear all",
        "CREATE GRAPH <a:g>",
        "DROP ALL",
        "COPY DEFAULT TO <a:g>",
        "MOVE <a:g> TO <a:h>",
        "ADD <a:g> TO <a:h>",
    ],
)
def test_updates_are_refused_and_told_where_data_comes_from(text: str) -> None:
    error = refused(text)
    assert error.code == "query-refused"
    assert "plan files and from submitted reports" in error.message.en
    assert "规划文件" in error.message.zh


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x/> {} }",
        "SELECT * { service silent ?s { ?a ?b ?c } }",
        "SELECT * { {SERVICE<http://x/>{}} }",
        "SELECT * { ?s ?p 1.SERVICE <http://x/> {} }",
        "SELECT * { ?s ?p 1e5SERVICE <http://x/> {} }",
        "SELECT * { ?s ?p 'a'SERVICE <http://x/> {} }",
        "SELECT * { ?s ?p '''a''\\''''SERVICE <http://x/> {} }",
        "SELECT * { \\u0053ERVICE <http://x/> {} }",
        "SELECT * { S\\U00000045RVICE <http://x/> {} }",
        "SELECT * { # ' \n SERVICE <http://x/> {} }",
        "SELECT * { ?s ?p <http://x/#'> . SERVICE <http://x/'> {} }",
        "PREFIX : <http://x/> SELECT * { ?s :it\\'s 1 . SERVICE :x {} # '\n }",
        "ASK { SERVICE <http://x/> {} }",
        "SELECT * { SERVICE\u00a0<http://x/> {} }",
        "SELECT * { FILTER EXISTS { SERVICE <http://x/> {} } }",
    ],
)
def test_service_is_refused_wherever_it_stands(text: str) -> None:
    error = refused(text)
    assert error.code == "query-refused"
    assert "SERVICE" in error.message.en
    assert "SERVICE" in error.message.zh


def test_service_is_refused_with_its_place() -> None:
    error = refused("SELECT * {\n  ?s ?p '队伍' . SERVICE <http://x/> {} }")
    assert error.fields["line"] == 2
    assert error.fields["column"] == 16


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICESILENT <LISTENER> {} }",
        "SELECT * { ?s ?p trueSERVICE <LISTENER> {} }",
        "PREFIX ex: <LISTENER> SELECT * { SERVICEex:x {} }",
        "PREFIX SERVICE: <LISTENER> PREFIX : <LISTENER> SELECT * { SERVICE:x {} }",
        "SELECT * { FILTER(1<'b>')SERVICE<LISTENER>{?s ?p 'c'} }",
        "SELECT * { FILTER(1<2)SERVICE#>\n<LISTENER>{} }",
        "ASK { FILTER(1<2)SERVICE#>\n<LISTENER>{} }",
        "CONSTRUCT { ?s ?p ?o } { FILTER(1<2)SERVICE#>\n<LISTENER>{?s ?p ?o} }",
    ],
)
def test_what_only_the_engine_reads_as_service_is_refused_too(
    text: str, listener: Listener
) -> None:
    with pytest.raises(QueryProblem) as caught:
        EmbeddedStore().query(text.replace("LISTENER", listener.url))
    assert caught.value.code in ("query-refused", "query-syntax")
    assert listener.connections() == 0


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
        'SELECT * { ?s ?p """a " SERVICE \\""" {}""" }',
        "SELECT * { ?s ?p <http://x/SERVICE> } # SERVICE <http://x/> {}",
        "SELECT ?service $SERVICE { ?service ?p $SERVICE }",
        "PREFIX service: <http://x/> SELECT * { ?s service:x service:service }",
        "PREFIX ex: <http://x/> SELECT * { ex:service ex:a-service ex:service.service }",
        "SELECT * { _:service ?p 'a'@service }",
        "SELECT * { ?s ?p 'a \\u0022 SERVICE \\u0022' }",
        "SELECT ?sqervice { ?service ?sqervice 'sqqervice' }",
        "ASK { ?s ?p 'load service' }",
        "PREFIX 服务: <http://x/> SELECT * { ?服务service 服务:service ?o }",
    ],
)
def test_the_word_may_stand_where_it_is_no_keyword(text: str) -> None:
    assert EmbeddedStore().query(text).form in ("select", "ask")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("SELEC * {}", 1, 1),
        ("PREFIX : <http://x/>\n  FROM", 2, 3),
        ("{ ?s ?p ?o }", 1, 1),
        ("'SELECT'", 1, 1),
    ],
)
def test_what_does_not_begin_like_a_query_is_shown_its_place(
    text: str, line: int, column: int
) -> None:
    error = refused(text)
    assert error.code == "query-syntax"
    assert (error.fields["line"], error.fields["column"]) == (line, column)
    assert "SELECT, ASK, CONSTRUCT" in error.message.en


def test_a_query_of_excessive_length_is_refused() -> None:
    assert "too long" in refused("SELECT * {} #" + "x" * reading.LONGEST).message.en


@pytest.mark.parametrize(
    "piece",
    ["a.", '"', "'''", '\\"""', "<", "?", ":a.", "\\u", "@a-", "%", "_:", "1.", "1e", "a\\", "'\\"],
)
def test_reading_takes_time_in_proportion_to_length(piece: str) -> None:
    # Quadratic reading of this would take hours.
    assert sum(1 for _ in reading.terminals(piece * 50_000)) > 0


@given(st.text(alphabet="SERVICEservice <>\"'\\#:?$@_.{}()a1-\n%u0053é服"))
def test_terminals_cover_the_text_without_gaps(text: str) -> None:
    assert "".join(token.text for token in reading.terminals(text)) == text


WORD = st.sampled_from(["SERVICE", "service", "LOAD", "Service", "INSERT"])
SAFE = st.text(alphabet="ab 服务{}#<>?:.", max_size=6)
HARMLESS = st.one_of(
    st.builds("'{}{}{}'".format, SAFE, WORD, SAFE),
    st.builds('"{}{}{}"'.format, SAFE, WORD, SAFE),
    st.builds("'''{}\n'{}{}'''".format, SAFE, WORD, SAFE),
    st.builds('"""{}\n""{}{}"""'.format, SAFE, WORD, SAFE),
    st.builds("<http://x/{}#{}>".format, WORD, WORD),
    st.builds("#{}{} <http://x/>'\"\n 1".format, SAFE, WORD),
    st.builds("?{}".format, WORD),
    st.builds("ex:{}".format, WORD),
    st.builds("{}:x".format, WORD),
    st.builds("'x'@{}".format, st.sampled_from(["service", "load"])),
)
PROLOGUE = "PREFIX ex: <http://x/> " + " ".join(
    f"PREFIX {word}: <http://x/>" for word in ("SERVICE", "service", "LOAD", "Service", "INSERT")
)


@given(st.lists(HARMLESS, min_size=1, max_size=6))
def test_the_words_are_harmless_in_strings_iris_names_and_comments(pieces: list[str]) -> None:
    body = " ".join(f"?s ?p {piece} ." for piece in pieces)
    text = f"{PROLOGUE} SELECT * {{ {body} }}"
    assert EmbeddedStore().query(text).rows == 0


@given(st.lists(HARMLESS, max_size=4), WORD.filter(lambda w: w.upper() == "SERVICE"), st.data())
def test_service_is_found_behind_anything(
    pieces: list[str], word: str, data: st.DataObject
) -> None:
    statements = [f"?s ?p {piece} ." for piece in pieces]
    statements.insert(data.draw(st.integers(0, len(pieces))), f"{word} <http://x/> {{}}")
    assert refused(f"{PROLOGUE} SELECT * {{ {' '.join(statements)} }}").code == "query-refused"


def test_bound_values_are_never_read_as_query_text() -> None:
    value = ox.Literal("' } # \" SERVICE <http://x/> {\n\\")
    text = "SELECT (EXISTS { ?a ?b ?c } AS ?e) ?x # {\n WHERE { BIND(1 AS ?y) }"
    rows = EmbeddedStore().select(text, {"x": value})
    assert rows[0]["x"] == value


def test_blank_nodes_and_strange_names_cannot_be_bound() -> None:
    for name, term in (("x", ox.BlankNode()), ("x ?y", ox.Literal("a"))):
        with pytest.raises(QueryProblem, match="cannot be bound"):
            reading.bind("SELECT * {}", {name: term})
