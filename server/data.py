"""The page on taking the data home, and the whole of it as a file.

Must not know what the data says.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, url_for

from kb import terms
from kb.errors import QueryStopped
from kb.export.dataset import FORMATS, export
from kb.plan import views
from kb.text import Text
from server import citation, delivery, held, labelled, language
from server.access import knowledge
from server.home_texts import DATA
from server.knowledge import Knowledge
from server.labels import labels
from server.page_texts import PAGES

blueprint = Blueprint("data", __name__)


@dataclass(frozen=True, slots=True)
class Graph:
    """One named graph: its IRI, what it is called, its triples, and its address here."""

    iri: str
    name: str
    triples: int
    address: str


@blueprint.get("/data")
def page() -> Response:
    """What there is to take home, in which forms, under which licence, and how to cite it."""
    chosen = language.of_request()
    base = knowledge().base
    alone = [one for one in views.views(base) if not one.parameter]
    content = render_template(
        "data.html",
        p={name: text.in_(chosen) for name, text in {**PAGES, **DATA}.items()},
        formats=list(FORMATS.values()),
        graphs=held.of_revision("graphs", _graphs),
        views=alone,
        cited=_cited(),
        revision=knowledge().revision,
        endpoint=url_for("sparql.endpoint", _external=True).rstrip("/"),
    )
    revision = knowledge().revision
    response = delivery.send(
        content.encode(),
        "text/html; charset=utf-8",
        revision,
        delivery.tag(revision, content),
        vary="Accept-Language",
    )
    response.headers["Content-Language"] = chosen
    response.headers["Link"] = (
        f'<{url_for("description.void")}>; rel="describedby"; type="text/turtle"'
    )
    return response


@blueprint.get(f"/data/plankb.<any({', '.join(FORMATS)}):format>")
def file(format: str) -> Response:
    """All of it, in order: the same bytes for the same revision."""
    now = knowledge()
    own_tag = delivery.tag(now.revision, "dump", format)
    if delivery.is_held(own_tag):
        return delivery.not_modified(own_tag)
    body = export(now.store.quads(), format, terms.prefixes(now.base))
    response = delivery.send(body, FORMATS[format].media_type, now.revision, own_tag)
    name = f"plankb-{now.revision[:12]}.{format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _graphs(knowledge: Knowledge) -> tuple[Graph, ...]:
    """The named graphs with their sizes; none where there is more than can be counted in time."""
    try:
        rows = knowledge.store.select(
            "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
        )
    except QueryStopped:
        return ()
    start = knowledge.base + "graph/"
    found = []
    for row in rows:
        iri, count = row["g"], row["n"]
        assert isinstance(iri, ox.NamedNode)
        assert isinstance(count, ox.Literal)
        local = iri.value.removeprefix(start)
        address = (
            url_for("graph_store.by_address", local=local)
            if iri.value.startswith(start)
            else url_for("graph_store.by_name", graph=iri.value)
        )
        found.append(Graph(iri.value, labelled.local(iri.value), int(count.value), address))
    return tuple(found)


def _cited() -> citation.Citation:
    plans = labels().plans
    title = plans[0].label if plans else Text("数据", "data")
    name = Text(f"{title.zh}：数据集", f"{title.en}: dataset")
    iri = plans[0].iri if plans else knowledge().base + "id/"
    cited = citation.of(iri, name)
    # What is cited is the dataset, whose page is this one.
    here = url_for("data.page", _external=True)

    def at(text: Text) -> Text:
        return Text(text.zh.replace(cited.permalink, here), text.en.replace(cited.permalink, here))

    return citation.Citation(here, at(cited.gbt), at(cited.bibtex))
