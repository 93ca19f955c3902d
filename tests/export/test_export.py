"""An export says what the data says, in the same bytes wherever and however it is made."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import FileProblem, InputError, UnknownName
from kb.export import FORMATS, export, write_file
from kb.terms import RDF, XSD

NS = "http://example.org/"
PREFIXES = {"": NS, "rdf": RDF, "xsd": XSD, "never": "http://example.org/never/"}
READERS = {
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nq": ox.RdfFormat.N_QUADS,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(NS + name)


NODES = st.sampled_from(["a", "b", "a/b", "a#c", "计划", "a.", "a-1", "%41"]).map(node)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    TEXTS.map(lambda text: ox.Literal(text, language="zh")),
    st.integers(-5, 5).map(ox.Literal),
    st.sampled_from(["30.0", "007", "1e0", "x"]).map(
        lambda text: ox.Literal(text, datatype=ox.NamedNode(XSD + "decimal"))
    ),
    st.sampled_from([" .\n\n:a :b :c .\n}", '"""', "\\", "@prefix x: <y> ."]).map(ox.Literal),
)
PREDICATES = st.one_of(NODES, st.just(ox.NamedNode(RDF + "type")))
GRAPHS = st.one_of(NODES, st.just(ox.DefaultGraph()))
QUADS = st.lists(st.builds(ox.Quad, NODES, PREDICATES, st.one_of(NODES, LITERALS), GRAPHS))
EXAMPLE = [
    ox.Quad(node("b"), node("p"), ox.Literal("名", language="zh"), node("g2")),
    ox.Quad(node("a"), node("p"), node("b"), node("g1")),
    ox.Quad(node("a"), node("p"), ox.Literal(5), node("g1")),
    ox.Quad(node("a"), ox.NamedNode(RDF + "type"), node("C"), node("g1")),
    ox.Quad(node("c"), node("p"), ox.Literal("two\nlines ."), node("g1")),
]


@settings(deadline=None)
@given(QUADS, st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter(quads: list[ox.Quad], chance: random.Random) -> None:
    shuffled = quads + quads[:2]
    chance.shuffle(shuffled)
    for format in FORMATS:
        assert export(quads, format, PREFIXES) == export(shuffled, format, PREFIXES)


@given(QUADS)
def test_what_is_written_reads_back_the_same(quads: list[ox.Quad]) -> None:
    for format, kind in FORMATS.items():
        read = set(ox.parse(export(quads, format, PREFIXES), READERS[format]))
        expected = set(quads) if kind.graphs else {ox.Quad(*quad.triple) for quad in quads}
        assert read == expected


@pytest.mark.parametrize("format", FORMATS)
def test_the_bytes_are_the_same_in_every_process(format: str) -> None:
    program = (
        "import sys, random; from tests.export.test_export import *\n"
        "quads = EXAMPLE * 2; random.shuffle(quads)\n"
        f"sys.stdout.buffer.write(export(quads, {format!r}, PREFIXES))"
    )
    root = Path(__file__).resolve().parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(3)
    }
    assert seen == {export(EXAMPLE, format, PREFIXES)}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize(
    ("format", "reader"),
    [("trig", "trig"), ("ttl", "turtle"), ("nq", "nquads"), ("nt", "nt"), ("jsonld", "json-ld")],
)
def test_rdflib_reads_every_format(format: str, reader: str) -> None:
    # rdflib's N-Quads and N-Triples readers do not take comments after data; ours stand first.
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=export(EXAMPLE, format, PREFIXES), format=reader)
    found = {(s, p, o.n3()) for s, p, o in dataset.triples((None, None, None))}
    assert len(found) == len(EXAMPLE)
    assert (rdflib.URIRef(NS + "b"), rdflib.URIRef(NS + "p"), '"名"@zh') in found


def test_trig_is_written_as_people_write_it() -> None:
    lines = export(EXAMPLE, "trig", PREFIXES).decode().split("\n")
    assert lines == [
        lines[0],
        lines[1],
        f"@prefix : <{NS}> .",
        f"@prefix rdf: <{RDF}> .",
        f"@prefix xsd: <{XSD}> .",
        "",
        ":g1 {",
        "\t:a a :C ;",
        "\t\t:p :b , 5 .",
        "",
        '\t:c :p "two\\nlines ." .',
        "}",
        "",
        ":g2 {",
        '\t:b :p "名"@zh .',
        "}",
        "",
    ]


def test_turtle_is_the_union_of_the_graphs() -> None:
    subject, predicate, value = EXAMPLE[0].triple
    twice = [*EXAMPLE, ox.Quad(subject, predicate, value, node("g3"))]
    assert export(twice, "ttl", PREFIXES) == export(EXAMPLE, "ttl", PREFIXES)
    assert export(twice, "nt", PREFIXES).count(b"\n") == 2 + len(EXAMPLE)


@pytest.mark.parametrize("format", [kind.name for kind in FORMATS.values() if kind.comments])
def test_every_format_with_comments_says_what_the_source_is(format: str) -> None:
    head = export(EXAMPLE, format).decode().split("\n")[:2]
    assert head[0].startswith("# 来源是一篇报纸摘要，不是规划原文")
    assert head[1].startswith("# The source is a newspaper's summary and not the plan itself")


def test_an_empty_dataset_can_be_exported() -> None:
    for format in FORMATS:
        assert list(ox.parse(export([], format, PREFIXES), READERS[format])) == []


def test_json_ld_needs_nothing_from_elsewhere() -> None:
    assert b"@context" not in export(EXAMPLE, "jsonld", PREFIXES)


@pytest.mark.parametrize("where", ["subject", "object", "graph"])
def test_a_blank_node_is_refused(where: str) -> None:
    blank = ox.BlankNode("x")
    quad = {
        "subject": ox.Quad(blank, node("p"), node("o"), node("g")),
        "object": ox.Quad(node("s"), node("p"), blank, node("g")),
        "graph": ox.Quad(node("s"), node("p"), node("o"), blank),
    }[where]
    with pytest.raises(InputError, match="blank node"):
        export([quad], "nq", PREFIXES)


def test_an_unknown_format_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownName) as caught:
        export([], "rdfxml", PREFIXES)
    assert "trig, ttl, nq, nt, jsonld" in caught.value.render("en")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.trig"
    path.write_bytes(b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["out.trig"]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        write_file(tmp_path / "none" / "out.ttl", b"x")
    assert "out.ttl" in caught.value.render("en")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileProblem):
        write_file(tmp_path / "folder", b"x")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
