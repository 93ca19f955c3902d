"""The page on the plan as a whole: its self-audit.

Must not know what the plan says.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, url_for

from kb.ask.asker import rows_of
from kb.ask.rows import span_of
from kb.plan import review as reviewing
from kb.plan import views as known_views
from kb.plan.evidence import Span
from kb.plan.review import Review
from kb.plan.views import View
from kb.terms import OA, PROV
from kb.text import Text
from server import delivery, held, language, table_files, tables, views
from server.access import knowledge
from server.knowledge import Knowledge
from server.page_texts import PAGES
from server.tables import Field, Line, Table

blueprint = Blueprint("overview", __name__)

_PARTS = ("arithmetic", "gaps", "anomalies")
#: The views that a part begins with.
_PICTURES = {"arithmetic": "sums", "gaps": "gaps-by-team"}


@blueprint.get("/review")
def review() -> Response:
    """The plan's self-audit, the gap analysis and the anomalies, each with its arithmetic."""
    found = held.of_revision("reviews", _reviews)
    return views.page(
        "review.html",
        parts=[(part, [one for one in found if one.part == part]) for part in _PARTS],
        pictures=_pictures,
    )


@blueprint.get("/review.<any(csv, xlsx, ttl, jsonld):format>")
def review_file(format: str) -> Response:
    """Every finding of the self-audit as a row, in both languages, with its clauses."""
    lines = tuple(
        Line(
            {
                "part": Field(Text(one.part, one.part)),
                "review": Field(Text(one.name, one.name)),
                "label": Field(one.label),
                "finding": Field(finding.text),
            },
            finding.spans,
        )
        for one in held.of_revision("reviews", _reviews)
        for finding in one.findings
    )
    columns = {name: PAGES[f"review-{name}"] for name in ("part", "review", "label", "finding")}
    about = View("review", PAGES["review"], PAGES["review-about"], (), "", columns, None, "")
    address = url_for("overview.review_file", format="csv", _external=True)
    body = table_files.written(
        Table(about, "", columns, lines, True), format, language.of_request(), address
    )
    revision = knowledge().revision
    own_tag = delivery.tag(revision, "review", format, address) if format != "xlsx" else None
    response = delivery.send(body, table_files.MEDIA[format], revision, own_tag)
    response.headers["Content-Disposition"] = f'attachment; filename="plankb-review.{format}"'
    return response


def _pictures() -> dict[str, Table]:
    """The pictures of the parts that have one."""
    base = knowledge().base
    return {part: tables.table(known_views.view(name, base)) for part, name in _PICTURES.items()}


def _reviews(knowledge: Knowledge) -> tuple[Review, ...]:
    spans = _cited(knowledge)

    def cited(iris: list[str]) -> tuple[Span, ...]:
        return tuple(sorted({span for iri in iris for span in spans(iri)}))

    return tuple(reviewing.reviews(knowledge.base, rows_of(knowledge.store), cited))


def _cited(knowledge: Knowledge) -> Callable[[str], frozenset[Span]]:
    """What gives the clauses that a resource stands on, followed back where it is derived.

    Two queries for all of them: one for each finding would be hundreds.
    """
    ns, select = knowledge.base + "ns#", rows_of(knowledge.store)
    own: dict[str, set[Span]] = {}
    for row in select(
        f"""SELECT ?x ?span ?start ?end ?exact ?source WHERE {{
            ?x <{ns}evidence> ?span . ?span <{OA}start> ?start ;
                <{OA}end> ?end ; <{OA}exact> ?exact ; <{ns}inSource> ?source }}"""
    ):
        own.setdefault(row["x"], set()).add(span_of(row))
    origins: dict[str, list[str]] = {}
    for row in select(f"SELECT ?x ?from WHERE {{ ?x <{PROV}wasDerivedFrom> ?from }}"):
        origins.setdefault(row["x"], []).append(row["from"])

    def spans(iri: str) -> frozenset[Span]:
        seen, rest = {iri}, [iri]
        while rest:
            for origin in origins.get(rest.pop(), ()):
                if origin not in seen:
                    seen.add(origin)
                    rest.append(origin)
        return frozenset(span for one in seen for span in own.get(one, ()))

    return spans
