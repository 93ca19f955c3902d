"""What the service says of itself as RDF: service description, VoID, prefixes and examples.

Follows SPARQL 1.1 Service Description, VoID with its well-known address, DCAT, and for
prefixes and examples SHACL's ``sh:declare`` and ``sh:SPARQLExecutable``, as the editors of
SIB read them. Counts come from the data by ``queries/void``, once for each revision.
Must not know what the data is about.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from string import Template

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request, url_for

from kb import terms
from kb.errors import InputError, QueryStopped, UnknownName
from kb.export.dataset import FORMATS
from kb.plan import examples as examples_in_data
from kb.plan import knowledge as files
from kb.plan.graph import SOURCE_NOTICE
from kb.store import formats
from kb.text import Text
from server import delivery, negotiation, sparql
from server.access import knowledge
from server.knowledge import Knowledge

blueprint = Blueprint("description", __name__)

#: Stands for the address of the service until a request says it.
_ROOT = "http://here.invalid/"
_VOID = _ROOT + ".well-known/void"
_METHODS = "GET, HEAD, OPTIONS"

_PREFIXES = {
    "dcat": terms.DCAT,
    "dcterms": terms.DCTERMS,
    "formats": "http://www.w3.org/ns/formats/",
    "owl": terms.OWL,
    "rdfs": terms.RDFS,
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": terms.SH,
    "skos": terms.SKOS,
    "void": terms.VOID,
    "void-ext": "http://ldf.fi/void-ext#",
    "xsd": terms.XSD,
}

_SERVICE = """
<sparql> a sd:Service , dcat:DataService ;
    sd:endpoint <sparql> ; dcat:endpointURL <sparql> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ;
    sd:defaultEntailmentRegime <http://www.w3.org/ns/entailment/Simple> ;
    sd:resultFormat formats:SPARQL_Results_JSON , formats:SPARQL_Results_XML ,
        formats:SPARQL_Results_CSV , formats:SPARQL_Results_TSV , formats:Turtle ,
        formats:N-Triples , formats:RDF_XML , formats:JSON-LD , formats:TriG , formats:N-Quads ;
    sd:defaultDataset <.well-known/void#dataset> ;
    sd:availableGraphs <.well-known/void#dataset> ;
    dcat:servesDataset <.well-known/void#dataset> ;
    rdfs:seeAlso <sparql/examples> , <.well-known/void> .
"""

_DATASET = """
<.well-known/void> a void:DatasetDescription ;
    schema:about <.well-known/void#dataset> ;
    <http://xmlns.com/foaf/0.1/primaryTopic> <.well-known/void#dataset> .
<.well-known/void#dataset> a void:Dataset , dcat:Dataset , sd:Dataset ;
    dcterms:description "$notice_zh"@zh , "$notice_en"@en ;
    owl:versionInfo "$revision" ;
    void:uriSpace "$base" ;
    void:sparqlEndpoint <sparql> ;
    void:dataDump <rdf-graph-store?default> ;
    void:feature formats:Turtle , formats:N-Triples , formats:RDF_XML , formats:JSON-LD ;
    void:dataDump <data/plankb.trig> , <data/plankb.ttl> , <data/plankb.nq> , <data/plankb.nt> ,
        <data/plankb.jsonld> ;
    dcat:landingPage <data> ;
    dcat:distribution <.well-known/void#dump> , <.well-known/void#trig> , <.well-known/void#ttl> ,
        <.well-known/void#nq> , <.well-known/void#nt> , <.well-known/void#jsonld> .
<.well-known/void#dump> a dcat:Distribution ;
    dcat:accessURL <rdf-graph-store?default> ;
    dcat:accessService <sparql> .
"""

#: One for each form that the whole comes in.
_DISTRIBUTION = """
<.well-known/void#$name> a dcat:Distribution ;
    dcterms:title "plankb.$name" ;
    dcat:accessURL <data> ;
    dcat:downloadURL <data/plankb.$name> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/$media> .
"""


@blueprint.route(
    "/.well-known/void", methods=["GET", "HEAD", "OPTIONS"], provide_automatic_options=False
)
def void() -> Response:
    """The VoID description: what the dataset is, how much of what is in it."""
    if request.method == "OPTIONS":
        return delivery.options(_METHODS)
    try:
        return _document("void", None)
    except UnknownName:
        # Who takes pages only gets the page that says the same; a format that is named is not one.
        wants_page = negotiation.accepted(request.headers.get("Accept")).named("text/html")
        if not wants_page or "format" in request.args:
            raise
    page = redirect(url_for("data.page", lang=request.args.get("lang")), 303)
    assert isinstance(page, Response)
    page.headers["Vary"] = "Accept"
    return page


@blueprint.route(
    "/sparql/examples", methods=["GET", "HEAD", "OPTIONS"], provide_automatic_options=False
)
def examples() -> Response:
    """The competency questions as executable examples, and the prefixes to use."""
    if request.method == "OPTIONS":
        return delivery.options(_METHODS)
    return _document("examples", None)


def of_service(name: str | None) -> Response:
    """The service description, with VoID, prefixes and examples in it.

    Args:
        name: of a format, from a parameter or suffix; by default ``Accept`` decides.

    Raises:
        UnknownName: nothing that is asked for can be sent.
    """
    return _document("service", name)


def _document(kind: str, name: str | None) -> Response:
    format = sparql.choose("construct", name or request.args.get("format"))
    held = knowledge()
    revision = held.revision
    own_tag = delivery.tag(revision, "description", kind, format.name, request.url_root)
    if delivery.is_held(own_tag):
        return delivery.not_modified(own_tag)
    lines, whole = _lines(held, revision, kind)
    body = _written(lines, _root(), format.name, held.base)
    response = delivery.send(body, format.media_type, revision, own_tag if whole else None)
    if kind == "void":
        response.headers["Link"] = f'<{request.url_root}sparql>; rel="service"'
    return response


def _root() -> str:
    """The address that the client knows the service by."""
    root = request.url_root
    try:
        return ox.NamedNode(root).value
    except ValueError as error:
        raise InputError(
            "host",
            Text("请求的 Host 不能用于 IRI", "the request's Host cannot stand in an IRI"),
            Text("改正 Host 请求头", "correct the header Host"),
        ) from error


@lru_cache(maxsize=32)
def _written(lines: tuple[bytes, ...], root: str, format: str, base: str) -> bytes:
    """The triples in one format, under the service's real address."""
    text = b"".join(lines).replace(_ROOT.encode(), root.encode())
    service = ox.NamedNode(root + "sparql")
    # The service first, then in order of subjects, so that Turtle says each subject once.
    triples = sorted(
        {quad.triple for quad in ox.parse(text, ox.RdfFormat.N_TRIPLES)},
        key=lambda triple: (triple.subject != service, str(triple)),
    )
    kinds = {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "jsonld": ox.RdfFormat.JSON_LD,
        "rdfxml": ox.RdfFormat.RDF_XML,
        "trig": ox.RdfFormat.TRIG,
        "nq": ox.RdfFormat.N_QUADS,
    }
    prefixes = {**_PREFIXES, **terms.prefixes(base)} if format in ("ttl", "trig", "rdfxml") else {}
    body = ox.serialize(triples, format=kinds[format], prefixes=prefixes) or b""
    return formats.stable_header(body, format)


# -- the parts, each made once for each revision ------------------------------------------

_making = threading.Lock()
#: Of the last revisions, each counted to its end.
_counted: dict[tuple[Knowledge, str], tuple[bytes, ...]] = {}
_KEPT = 2


def _lines(held: Knowledge, revision: str, kind: str) -> tuple[tuple[bytes, ...], bool]:
    """The triples, and whether these are all: what was not counted in time is tried again."""
    lines: tuple[bytes, ...] = ()
    whole = True
    with _making:  # one request counts; those beside it wait for its counts
        if kind != "examples":
            lines, whole = _of_dataset(held, revision)
        if kind != "void":
            lines += _of_examples(held)
    return lines if kind != "service" else (*lines, *_turtle(_SERVICE)), whole


def _of_dataset(held: Knowledge, revision: str) -> tuple[tuple[bytes, ...], bool]:
    known = _counted.get((held, revision))
    if known is not None:
        return known, True
    left_out: list[str] = []
    lines = tuple(_dataset(held, revision, left_out))
    if not left_out:
        for old in list(_counted)[: 1 - _KEPT]:
            del _counted[old]
        _counted[held, revision] = lines
    return lines, not left_out


def _dataset(held: Knowledge, revision: str, left_out: list[str]) -> Iterable[bytes]:
    yield from _turtle(
        _DATASET,
        notice_zh=SOURCE_NOTICE.zh,
        notice_en=SOURCE_NOTICE.en,
        revision=revision,
        base=held.base,
    )
    for kind in FORMATS.values():
        media = kind.media_type.partition(";")[0]
        yield from _turtle(_DISTRIBUTION, name=kind.name, media=media)
    for file in files.query_files("void", held.base):
        try:
            body = held.store.query(file.text, format="nt", base=_VOID).body
        except QueryStopped as error:
            # More data than can be counted in time: the rest is still worth having.
            left_out.append(file.name)
            yield from _turtle(
                '<.well-known/void#dataset> rdfs:comment "$zh"@zh , "$en"@en .',
                zh=f"未能统计 {file.name}：{error.message.zh}",
                en=f"{file.name} is left out: {error.message.en}",
            )
            continue
        yield from body.splitlines(keepends=True)


@lru_cache(maxsize=2)
def _of_examples(held: Knowledge) -> tuple[bytes, ...]:
    triples = examples_in_data.triples(_ROOT, held.base)
    body = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return tuple(body.splitlines(keepends=True))


def _turtle(text: str, **values: str) -> list[bytes]:
    """The template's triples; values stand in strings."""
    safe = {
        name: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        for name, value in values.items()
    }
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in _PREFIXES.items())
    quads = ox.parse(
        head + Template(text).substitute(safe), format=ox.RdfFormat.TURTLE, base_iri=_ROOT
    )
    body = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
    return body.splitlines(keepends=True)
