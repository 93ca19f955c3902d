"""The list of submissions as a file to take home.

Must not know how a submission is read or kept.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from kb.reports.ledger.records import Submission
from kb.reports.output.wording import KIND
from kb.terms import DCTERMS, RDFS, SKOS
from kb.text import Text
from server import listing, reports, who
from server.desks import ledger
from server.listing import Column, Listing, Row
from server.report_texts import PAGE

blueprint = Blueprint("submitted", __name__)

_MOST = 1000
_PART = 200


@blueprint.get("/reports.<any(csv, xlsx, ttl, jsonld):format>")
def file(format: str) -> Response:
    """The submissions that the filters leave, as a file; at most the newest thousand."""
    found = reports.readable_by(who.reader(), reports.filters_of(request.args))
    items: list[Submission] = []
    after: int | None = None
    while len(items) < _MOST:
        part = ledger().list(found, limit=_PART, after=after)
        items += part.items
        after = part.after
        if after is None:
            break
    columns = (
        Column("id", Text("编号", "Submission"), DCTERMS + "identifier"),
        Column("received", PAGE["received"], DCTERMS + "dateSubmitted"),
        Column("file", PAGE["file"], RDFS + "label"),
        Column("reports", PAGE["report"], DCTERMS + "subject"),
        Column("by", PAGE["by"], DCTERMS + "creator"),
        Column("state", PAGE["state"], SKOS + "note"),
        Column("violations", KIND["violation"], SKOS + "scopeNote"),
        Column("warnings", KIND["warning"], SKOS + "scopeNote"),
        Column("sha256", PAGE["sha256"], RDFS + "comment"),
    )
    rows = tuple(
        Row(
            url_for("reports.submission", number=one.id, _external=True),
            {
                "id": one.id,
                "received": one.received_at,
                "file": one.name,
                "reports": " ".join(f"{k.reporter}/{k.team}/{k.year}" for k in one.keys),
                "by": one.by,
                "state": one.state,
                **(
                    {"violations": one.audit.violations, "warnings": one.audit.warnings}
                    if one.audit
                    else {}
                ),
                "sha256": one.sha256,
            },
        )
        for one in items[:_MOST]
    )
    return listing.send(
        Listing("reports", PAGE["submissions"], columns, rows), format, private=True
    )
