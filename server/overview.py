"""The page on the plan as a whole: its self-audit.

Must not know what the plan says.
"""

from __future__ import annotations

from flask import Blueprint, Response

from kb.ask.asker import rows_of
from kb.ask.rows import span_of
from kb.plan import review as reviewing
from kb.plan.evidence import Span
from kb.plan.review import Review
from kb.terms import OA, PROV
from server import held, views
from server.knowledge import Knowledge

blueprint = Blueprint("overview", __name__)


@blueprint.get("/review")
def review() -> Response:
    """The plan's self-audit, the gap analysis and the anomalies, each with its arithmetic."""
    return views.page("review.html", reviews=held.of_revision("reviews", _reviews))


def _reviews(knowledge: Knowledge) -> tuple[Review, ...]:
    def cited(iris: list[str]) -> tuple[Span, ...]:
        return _cited(knowledge, iris)

    return tuple(reviewing.reviews(knowledge.base, rows_of(knowledge.store), cited))


def _cited(knowledge: Knowledge, iris: list[str]) -> tuple[Span, ...]:
    """The clauses that resources stand on, followed back where they are derived."""
    named = " ".join(f"<{iri}>" for iri in dict.fromkeys(iris))
    if not named:
        return ()
    ns = knowledge.base + "ns#"
    rows = rows_of(knowledge.store)(
        f"""SELECT DISTINCT ?start ?end ?exact ?source WHERE {{ VALUES ?x {{ {named} }}
            ?x <{PROV}wasDerivedFrom>*/<{ns}evidence> ?span . ?span <{OA}start> ?start ;
                <{OA}end> ?end ; <{OA}exact> ?exact ; <{ns}inSource> ?source }}"""
    )
    return tuple(sorted(span_of(row) for row in rows))
