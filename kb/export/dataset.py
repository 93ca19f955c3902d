"""Export of a dataset as TriG, Turtle, N-Quads, N-Triples or JSON-LD, byte for byte stable.

The library writes each syntax; here the quads are put in order before, and the prefixes
after, as it writes those in the order of a randomly seeded hash map. The data has no blank
nodes, so this order is the same everywhere. Must not know what the data says.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kb.errors import FileProblem, InputError, UnknownName
from kb.store.formats import stable_header
from kb.store.interface import Term
from kb.terms import RDF
from kb.text import Text

#: Heads every format that has comments: nobody shall take the data for the plan itself.
NOTE = Text(
    zh="来源是一篇报纸摘要，不是规划原文；陈述所在的图表明其状态，:evidence 指出其在来源中的位置。",
    en="The source is a newspaper's summary and not the plan itself; a statement's graph "
    "gives its status, :evidence its place in the source.",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One syntax of export.

    Args:
        name: short name, also the usual file suffix.
        media_type: as registered with IANA.
        graphs: whether it keeps the named graphs; otherwise their union is written.
        readable: whether it has prefixes, and a subject's statements stand together.
        comments: whether it has comments.
    """

    name: str
    media_type: str
    graphs: bool
    readable: bool
    comments: bool


FORMATS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("trig", "application/trig", graphs=True, readable=True, comments=True),
        Kind("ttl", "text/turtle; charset=utf-8", graphs=False, readable=True, comments=True),
        Kind("nq", "application/n-quads", graphs=True, readable=False, comments=True),
        Kind("nt", "application/n-triples", graphs=False, readable=False, comments=True),
        Kind("jsonld", "application/ld+json", graphs=True, readable=False, comments=False),
    )
}
_RDF = {
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nq": ox.RdfFormat.N_QUADS,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def export(
    quads: Iterable[ox.Quad],
    format: str,
    prefixes: Mapping[str, str] | None = None,
    *,
    note: Text | None = NOTE,
) -> bytes:
    """The dataset in one syntax: UTF-8, sorted, the same bytes for the same quads.

    Args:
        quads: in any order; repeats count once.
        format: a name in :data:`FORMATS`.
        prefixes: namespaces by prefix, for the readable syntaxes; those used are declared.
        note: stands as a comment at the head, where the syntax has comments.

    Raises:
        UnknownName: there is no such format.
        InputError: a blank node; its name could not be stable.
    """
    kind = FORMATS.get(format)
    if kind is None:
        names = ", ".join(FORMATS)
        raise UnknownName(
            "format",
            Text(zh=f"没有名为“{format}”的格式", en=f"there is no format “{format}”"),
            Text(zh=f"可用的格式：{names}", en=f"there are: {names}"),
            format=format,
            known=list(FORMATS),
        )
    ordered = _in_order(quads, kind)
    things = ordered if kind.graphs else list(dict.fromkeys(quad.triple for quad in ordered))
    names_used = _used(ordered, prefixes or {}) if kind.readable else {}
    body = ox.serialize(things, format=_RDF[format], prefixes=names_used) or b""
    if kind.readable:
        body = _spaced(stable_header(body, format))
    if kind.comments and note is not None:
        body = f"# {note.zh}\n# {note.en}\n".encode() + body
    return body if body.endswith(b"\n") else body + b"\n"


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: what stood there before stays until the end.

    Args:
        path: the file; its folder must exist.
        content: all of it.

    Raises:
        FileProblem: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # A temporary file is private; the export is like any file of its owner.
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FileProblem(
            "file-write",
            Text(
                zh=f"无法写入 {path}：{error.strerror}",
                en=f"{path} cannot be written: {error.strerror}",
            ),
            Text(
                zh="检查目录是否存在、是否有写权限和空间",
                en="see whether the folder exists, may be written to, and has space",
            ),
            file=str(path),
        ) from error


def _in_order(quads: Iterable[ox.Quad], kind: Kind) -> list[ox.Quad]:
    """By graph (where the syntax has them), subject, predicate with rdf:type first, object."""
    keyed = {}
    for quad in quads:
        if any(
            isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object, quad.graph_name)
        ):
            raise InputError(
                "blank-node",
                Text(
                    zh=f"空白节点无法稳定导出：{quad}",
                    en=f"a blank node cannot be exported in a stable way: {quad}",
                ),
                Text(zh="为它指定 IRI", en="give it an IRI"),
                quad=str(quad),
            )
        first = "" if quad.predicate.value == RDF + "type" else quad.predicate.value
        graph = _key(quad.graph_name) if kind.graphs else ("", "")
        keyed[graph, _key(quad.subject), first, _key(quad.object)] = quad
    return [keyed[key] for key in sorted(keyed)]


def _key(term: Term | ox.DefaultGraph) -> tuple[str, str]:
    """IRIs by their characters, then everything else as N-Triples writes it."""
    if isinstance(term, ox.DefaultGraph):
        return ("", "")
    return ("", term.value) if isinstance(term, ox.NamedNode) else ("literal", str(term))


def _used(quads: list[ox.Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes of which some IRI begins with the namespace."""
    iris = {
        term.value
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, ox.NamedNode)
    }
    iris |= {quad.object.datatype.value for quad in quads if isinstance(quad.object, ox.Literal)}
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if any(iri.startswith(namespace) for iri in iris)
    }


def _spaced(body: bytes) -> bytes:
    """With an empty line before each subject and graph, as people write Turtle.

    Literals have no raw line breaks in the library's Turtle, so a line is what it seems.
    """
    end = 0
    while body.startswith(b"@prefix", end):
        end = body.index(b"\n", end) + 1
    head, rest = body[:end], body[end:]
    rest = re.sub(rb"(?<= \.)\n(?=[^}\n])", b"\n\n", rest)
    rest = re.sub(rb"(?<=\n\})\n(?=[^\n])", b"\n\n", rest)
    return head + b"\n" * bool(head and rest) + rest
