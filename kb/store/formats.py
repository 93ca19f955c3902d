"""Result formats: the one table of names and media types, and writing a result down.

Follows SPARQL 1.1 Query Results JSON, XML, CSV and TSV, and the RDF 1.1 syntaxes.
Must not know which query or process a result comes from.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kb.errors import QueryStopped, UnknownName
from kb.store import table
from kb.store.interface import Form
from kb.text import Text

if TYPE_CHECKING:
    from typing_extensions import Buffer

Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a result down.

    Args:
        name: short name, also the usual file suffix.
        media_type: as registered with IANA, with charset where the default is another.
        graph: for triples (CONSTRUCT, DESCRIBE); otherwise for SELECT and ASK.
        also: further media types that mean it.
    """

    name: str
    media_type: str
    graph: bool
    also: tuple[str, ...] = ()


TABLE: tuple[Format, ...] = (
    Format("json", "application/sparql-results+json", False, ("application/json",)),
    Format("xml", "application/sparql-results+xml", False, ("application/xml", "text/xml")),
    Format("csv", "text/csv; charset=utf-8", False),
    Format("tsv", "text/tab-separated-values; charset=utf-8", False),
    Format("table", "text/plain; charset=utf-8", False),
    Format("ttl", "text/turtle; charset=utf-8", True, ("application/x-turtle",)),
    Format("nt", "application/n-triples", True, ("text/plain",)),
    Format("jsonld", "application/ld+json", True, ("application/json",)),
    Format("rdfxml", "application/rdf+xml", True, ("application/xml", "text/xml")),
    Format("trig", "application/trig", True),
    Format("nq", "application/n-quads", True),
)

#: By kind of result and every name; under None the default, which is the first.
_BY_NAME: dict[tuple[bool, str | None], Format] = {
    (format.graph, name): format
    for format in reversed(TABLE)
    for name in (format.name, format.media_type.split(";")[0], *format.also, None)
}
_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_RDF = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}


def is_graph(form: Form) -> bool:
    """Whether a query of this form gives triples."""
    return form in ("construct", "describe")


def offered(form: Form | None = None) -> tuple[Format, ...]:
    """The formats for a form of query, the default first; all of them without a form."""
    return tuple(f for f in TABLE if form is None or f.graph == is_graph(form))


def choose(name: str | None, form: Form) -> Format:
    """The format of that name or media type for a query of that form.

    Args:
        name: short name (``csv``) or media type (``text/csv``); None for the default.
        form: the query's form.

    Raises:
        UnknownName: there is no such format, or it is not one for this form.

    >>> choose("text/csv", "select").name
    'csv'
    >>> choose(None, "construct").name
    'ttl'
    """
    graph = is_graph(form)
    if name is None:
        return _BY_NAME[graph, None]
    wanted = name.split(";")[0].strip().lower()
    if (graph, wanted) in _BY_NAME:
        return _BY_NAME[graph, wanted]
    possible = offered(form)
    names = ", ".join(format.name for format in possible)
    if (not graph, wanted) in _BY_NAME:
        what = Text(
            zh=f"格式“{name}”不能用于 {form.upper()} 查询的结果",
            en=f"the result of {form.upper()} cannot be written as “{name}”",
        )
    else:
        what = Text(zh=f"没有名为“{name}”的格式", en=f"there is no format “{name}”")
    raise UnknownName(
        "format",
        what,
        Text(
            zh=f"{form.upper()} 查询可用的格式：{names}",
            en=f"for {form.upper()} there are: {names}",
        ),
        format=name,
        known=[format.name for format in possible],
    )


def write(
    answer: Answer,
    format: Format,
    *,
    prefixes: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> tuple[bytes, int | None]:
    """The result as bytes, and its number of rows where that is known by the way.

    Args:
        answer: what the engine gave; read once, here.
        format: one for this form of answer.
        prefixes: to shorten IRIs in Turtle, TriG, RDF/XML and tables.
        limit: the largest size in bytes.

    Raises:
        QueryStopped: query-size, the result is larger than the limit. It is never cut.
    """
    sink = _Capped(limit)
    if isinstance(answer, ox.QueryTriples):
        names = dict(prefixes or {}) if format.name in ("ttl", "trig", "rdfxml") else {}
        ox.serialize(answer, sink, _RDF[format.name], prefixes=names)
        body = stable_header(sink.getvalue(), format.name)
    elif format.name == "table":
        return table.write(answer, dict(prefixes or {}), sink.check)
    else:
        answer.serialize(sink, _RESULTS[format.name])
        body = sink.getvalue()
        if isinstance(answer, ox.QueryBoolean):
            return body, 1
    return body, None


def write_triples(
    triples: Iterable[ox.Triple], format: Format, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Triples as bytes, where they are not an answer of the engine; as :func:`write`."""
    names = dict(prefixes or {}) if format.name in ("ttl", "trig", "rdfxml") else {}
    body = ox.serialize(triples, format=_RDF[format.name], prefixes=names)
    return stable_header(body or b"", format.name)


class _Capped(io.BytesIO):
    """Takes bytes up to a limit, and stops the query at the first one beyond it."""

    def __init__(self, limit: int | None) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Buffer, /) -> int:
        size = super().write(data)
        self.check(self.tell())
        return size

    def check(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            raise too_large()


def too_large() -> QueryStopped:
    """The error for a result beyond its limit."""
    return QueryStopped(
        "query-size",
        Text(
            zh="结果超出了允许的大小，因此没有给出任何部分",
            en="the result is larger than allowed, so no part of it is given",
        ),
        Text(
            zh="用 LIMIT、更多条件或汇总（COUNT、GROUP BY）缩小结果，或调高 PLANKB_RESULT_MB",
            en="narrow it with LIMIT, further conditions or a summary (COUNT, GROUP BY), "
            "or raise PLANKB_RESULT_MB",
        ),
    )


def count_rows(body: bytes, format: str) -> int | None:
    """How many rows a serialised SELECT result or set of triples has.

    Counting bytes is many times faster than taking the rows through Python. Each count
    rests on what the format escapes, so a value can never look like the end of a row.

    Args:
        body: as the engine wrote it.
        format: its short name.

    Returns:
        The number of rows; None for a format that does not tell.
    """
    if format == "json":
        # A quote inside a string is escaped, so ,{" and [{" are either the start of a row
        # or the end of a string; after that come only these characters.
        starts = body.count(b',{"') + body.count(b'[{"')
        ends = sum(body.count(a + z) for a in (b',{"', b'[{"') for z in (b"}", b",", b":", b"]"))
        if b",{}" in body or b"[{}" in body:  # perhaps rows without any value
            bare = re.sub(rb'"[^"\\]*(?:\\.[^"\\]*)*"', b'""', body, flags=re.DOTALL)
            ends -= bare.count(b",{}") + bare.count(b"[{}")
        return starts - ends
    if format == "xml":
        return body.count(b"</result>")
    if format == "tsv":
        return body.count(b"\n") - 1
    if format == "csv":
        # Quotes in a field are doubled: every other part lies outside of quotes.
        return sum(part.count(b"\n") for part in body.split(b'"')[::2]) - 1
    if format in ("nt", "nq"):
        return body.count(b"\n")
    return None


def stable_header(body: bytes, format: str) -> bytes:
    """The same Turtle, TriG or RDF/XML with its prefixes in order.

    The engine writes them in the order of a randomly seeded hash map: without this the
    same result would have other bytes each time, under the same ETag.
    """
    if format in ("ttl", "trig"):
        end = 0
        while body.startswith(b"@prefix", end):
            end = body.index(b"\n", end) + 1
        return b"".join(sorted(body[:end].splitlines(keepends=True))) + body[end:]
    if format == "rdfxml":
        head = re.compile(rb"<rdf:RDF((?: xmlns(?::[^=]+)?=\"[^\"]*\")+)>")
        return head.sub(
            lambda m: b"<rdf:RDF " + b" ".join(sorted(m.group(1).split())) + b">", body, count=1
        )
    return body
