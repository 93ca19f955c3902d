"""An audit as the client wants it: page file, JSON, CSV, workbook, Turtle or text.

Must not know where the audit comes from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, request

from kb.errors import UnknownName
from kb.plan.graph import PlanGraph
from kb.reports.comparing import Changes
from kb.reports.finding import Audit
from kb.reports.output import formats
from kb.reports.output.json import as_dict
from kb.reports.output.naming import names_in
from kb.reports.output.view import View
from kb.reports.reading import Reading
from kb.reports.sheet import Upload
from kb.text import Text
from server import delivery, language, negotiation

#: By suffix, the media type; the first is what is sent where a client takes anything.
FORMATS = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit with what its forms need beside it.

    Args:
        audit: to be sent.
        plan: that it was made against.
        files: those audited, and what was read of them; called where a form shows the tables.
        changes: since an earlier version.
        beside: further members of the JSON.
    """

    audit: Audit
    plan: PlanGraph
    files: Callable[[], tuple[Sequence[Upload], Sequence[Reading]]]
    changes: Changes | None = None
    beside: dict[str, object] | None = None

    def view(self) -> View:
        """What a page shows of it."""
        sheets = [sheet for one in self.files()[1] for sheet in one.sheets]
        changes = self.changes.as_dict() if self.changes else None
        return View.of(self.audit, sheets, names_in(self.audit, self.plan), changes)

    def written(self, format: str) -> bytes:
        """It in one of :data:`FORMATS`."""
        if format == "json":
            return json.dumps(self.as_dict(), ensure_ascii=False).encode("utf-8", "replace")
        uploads, readings = self.files()
        sheets = [sheet for one in readings for sheet in one.sheets]
        given = formats.Audited(self.audit, self.plan, uploads, sheets, language.of_request())
        name = "text" if format == "txt" else format
        return formats.FORMATS[name](given)

    def as_dict(self) -> dict[str, object]:
        """It in the contract's JSON."""
        content: dict[str, object] = {**as_dict(self.audit), **(self.beside or {})}
        if self.changes is not None:
            content["changes"] = {
                "fixed": [
                    {"rule": f.rule, "message": f.message.as_dict()} for f in self.changes.fixed
                ],
                "new": sorted(self.changes.new),
                "persists": sorted(self.changes.persists),
            }
        return content


def wanted(suffix: str | None) -> str:
    """The form that the request asks for, by suffix or by ``Accept``.

    Raises:
        UnknownName: ``format`` (406): there is no such form, or the client takes none.
    """
    if suffix in FORMATS:
        return suffix
    offers = [[media.partition(";")[0]] for media in FORMATS.values()]
    found = negotiation.best(offers, request.headers.get("Accept")) if suffix is None else None
    if found is None:
        raise UnknownName(
            "format",
            Text("审核结果没有这种格式", "an audit does not come in that form"),
            Text("可用：" + "、".join(FORMATS), "there are " + ", ".join(FORMATS)),
        )
    return list(FORMATS)[found]


def send(audited: Audited, format: str, name: str, tag: str | None = None) -> Response:
    """The audit in one form.

    Args:
        audited: what is sent.
        format: of :data:`FORMATS`.
        name: for a file, without its ending.
        tag: validator of the audit; None for what is made anew each time.
    """
    own_tag = delivery.tag(tag, format, language.of_request()) if tag else None
    if delivery.is_held(own_tag):
        return private(delivery.not_modified(own_tag))
    body = audited.written(format)
    response = delivery.send(body, FORMATS[format], "", own_tag)
    if format in ("csv", "xlsx", "ttl"):
        response.headers["Content-Disposition"] = attachment(f"{name}-audit.{format}")
    elif format == "html":
        # The file has its style in it, and a stricter policy than pages have.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
    return private(response)


def private(response: Response) -> Response:
    """For its client only, who asks each time: decisions and audits come without a revision."""
    if "ETag" in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def attachment(name: str) -> str:
    r"""Content-Disposition of a file to keep (RFC 6266).

    >>> attachment('a"b县.csv')
    'attachment; filename="a_b_.csv"; filename*=UTF-8\'\'a%22b%E5%8E%BF.csv'
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    coded = quote(name, safe="", errors="replace")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"
