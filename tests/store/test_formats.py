"""Every result format says the same as the terms that it was made of."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.query import Result as RdflibResult

from kb.errors import UnknownName
from kb.store import formats, table
from kb.store.embedded import EmbeddedStore
from kb.store.interface import Form
from tests.store.material import NS, PREFIXES, dataset, node

TRICKY: list[ox.Literal | ox.NamedNode] = [
    ox.Literal("plain"),
    ox.Literal("队伍“6+4”", language="zh"),
    ox.Literal('a "quote", a\ttab, a\nline and a \\'),
    ox.Literal(",{"),
    ox.Literal('[{"x":'),
    ox.Literal("</result>"),
    ox.Literal(""),
    ox.Literal(30),
    ox.Literal("2021-01-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")),
    node("计划"),
]


def values(terms: list[ox.Literal | ox.NamedNode]) -> str:
    rows = " ".join(f"({term} {index})" for index, term in enumerate(terms))
    return f"SELECT ?a ?n ?none {{ VALUES (?a ?n) {{ {rows} }} }} ORDER BY ?n"


def to_rdflib(term: ox.Literal | ox.NamedNode) -> rdflib.term.Identifier:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value.endswith("#string")
    return rdflib.Literal(term.value, datatype=None if plain else term.datatype.value)


@pytest.mark.parametrize("format", ["json", "xml", "tsv"])
def test_select_results_read_back_the_same(format: str) -> None:
    result = EmbeddedStore().query(values(TRICKY), format=format)
    parsed = RdflibResult.parse(io.BytesIO(result.body), format=format)
    assert [row[rdflib.Variable("a")] for row in parsed.bindings] == [
        to_rdflib(term) for term in TRICKY
    ]
    assert result.rows == len(TRICKY)


def test_csv_gives_the_text_of_each_value() -> None:
    import csv

    result = EmbeddedStore().query(values(TRICKY), format="csv")
    rows = list(csv.reader(io.StringIO(str(result), newline="")))
    assert rows[0] == ["a", "n", "none"]
    assert [row[0] for row in rows[1:]] == [term.value for term in TRICKY]
    assert result.rows == len(TRICKY)


@given(st.lists(st.text(alphabet=',{}[]":\\\n\r\tab队'), max_size=5), st.integers(0, 3))
def test_rows_are_counted_right_whatever_the_values(texts: list[str], empty: int) -> None:
    rows = "".join(f"({ox.Literal(text)} UNDEF)" for text in texts) + "(UNDEF UNDEF)" * empty
    query = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {rows} }} }}"
    for format in ("json", "xml", "csv", "tsv", "table"):
        assert EmbeddedStore().query(query, format=format).rows == len(texts) + empty


@pytest.mark.parametrize("format", [f.name for f in formats.offered("ask")])
def test_ask_says_true_or_false_in_every_format(format: str) -> None:
    for group, says in (("{}", "true"), ("{ ?s ?p ?o }", "false")):
        result = EmbeddedStore().query("ASK " + group, format=format)
        assert says in str(result)
        assert (result.form, result.rows) == ("ask", 1)


@pytest.mark.parametrize(
    ("format", "rdflib_format"),
    [
        ("ttl", "turtle"),
        ("nt", "nt"),
        ("jsonld", "json-ld"),
        ("rdfxml", "xml"),
        ("trig", "turtle"),  # triples in no named graph are the same in both
        ("nq", "nt"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_triples_read_back_the_same(store: EmbeddedStore, format: str, rdflib_format: str) -> None:
    result = store.query("CONSTRUCT WHERE { ?s ?p ?o }", format=format)
    expected = {(str(q.subject), str(q.predicate), q.object.value) for q in dataset()}  # type: ignore[union-attr]
    parsed = rdflib.Graph().parse(data=result.body, format=rdflib_format)
    assert {(s.n3(), p.n3(), str(o)) for s, p, o in parsed} == expected
    assert result.rows in (None, len(expected))


def test_turtle_uses_the_prefixes_that_readers_know(store: EmbeddedStore) -> None:
    turtle = str(store.query("DESCRIBE :s1"))
    assert f"@prefix : <{NS}> ." in turtle
    assert ":s1 :p" in turtle


@pytest.mark.parametrize("format", ["ttl", "trig", "rdfxml"])
def test_the_same_result_has_the_same_bytes_in_every_process(format: str) -> None:
    program = (
        "import sys; from kb.store.embedded import EmbeddedStore\n"
        "prefixes = {name: f'http://example.org/{name}/' for name in 'abcdefgh'}\n"
        "text = 'CONSTRUCT { a:x b:y 1 } {}'\n"
        f"sys.stdout.buffer.write(EmbeddedStore(prefixes).query(text, format={format!r}).body)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(4)
    }
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("name", "form", "chosen"),
    [
        (None, "select", "json"),
        (None, "describe", "ttl"),
        ("application/sparql-results+xml", "ask", "xml"),
        ("text/csv; header=present", "select", "csv"),
        ("application/json", "select", "json"),
        ("application/json", "construct", "jsonld"),
        ("TEXT/TURTLE", "construct", "ttl"),
    ],
)
def test_formats_are_chosen_by_name_or_media_type(
    name: str | None, form: Form, chosen: str
) -> None:
    assert formats.choose(name, form).name == chosen


def test_an_unknown_format_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownName) as caught:
        formats.choose("yaml", "select")
    assert "json, xml, csv, tsv, table" in caught.value.render("en")
    assert "没有名为“yaml”的格式" in caught.value.render("zh")


@pytest.mark.parametrize(("name", "form"), [("csv", "construct"), ("ttl", "select")])
def test_a_format_for_another_form_says_so(name: str, form: Form) -> None:
    with pytest.raises(UnknownName, match=f"the result of {form.upper()} cannot be written as"):
        formats.choose(name, form)


def test_names_and_media_types_lead_to_one_format_each() -> None:
    forms: list[Form] = ["select", "construct"]
    for form in forms:
        offered = formats.offered(form)
        names = [n for f in offered for n in (f.name, f.media_type.split(";")[0], *f.also)]
        assert len(names) == len(set(names))


def test_columns_of_a_table_stay_in_line_with_chinese_text() -> None:
    text = "SELECT ?名 ?b { VALUES (?名 ?b) { ('人才' 1) ('ab' :x) (UNDEF <http://x/y>) } }"
    lines = str(EmbeddedStore(PREFIXES).query(text, format="table")).splitlines()
    assert lines == [
        "名    b",
        "────  ────────────",
        "人才  1",
        "ab    :x",
        "      <http://x/y>",
    ]


def test_a_value_cannot_steer_the_terminal() -> None:
    text = 'SELECT ("a\\u001b[2J\\u202Eb\\nc" AS ?x) {}'
    shown = str(EmbeddedStore().query(text, format="table"))
    assert "\\x1b[2J\\u202eb\\nc" in shown
    assert "\x1b" not in shown


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_every_line_of_a_table_is_one_row(texts: list[str]) -> None:
    store = EmbeddedStore()
    rows = " ".join(f"({ox.Literal(text)})" for text in texts)
    shown = store.query(f"SELECT ?x {{ VALUES (?x) {{ {rows} }} }}", format="table")
    assert len(str(shown).split("\n")) == len(texts) + 3


def test_a_table_with_one_long_value_stays_below_the_limit() -> None:
    # Padding would make a thousand rows as long as the longest.
    answer = ox.Store().query("SELECT (IF(?n = 1, 'x', '') AS ?x) ?n { VALUES ?n { 1 2 3 } }")
    sizes: list[int] = []
    assert isinstance(answer, ox.QuerySolutions)
    table.write(answer, {}, sizes.append)
    assert sizes[-1] == 3


def test_json_is_what_the_standard_says() -> None:
    result = EmbeddedStore().query("SELECT ?x { VALUES ?x { <http://x/> } }")
    assert result.media_type == "application/sparql-results+json"
    assert json.loads(result.body) == {
        "head": {"vars": ["x"]},
        "results": {"bindings": [{"x": {"type": "uri", "value": "http://x/"}}]},
    }
