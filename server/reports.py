"""Reports over HTTP: checked, handed in, listed, read, decided. In JSON and as files.

Must not know how anything is read, found or kept, nor what a page looks like.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, request, url_for

from kb.errors import InputError, UnknownName
from kb.reports import form as forms
from kb.reports.desk import Checked, NoReport
from kb.reports.form_workbook import workbook
from kb.reports.ledger.records import (
    STATES,
    VERDICTS,
    Actor,
    Filters,
    Receipt,
    State,
    Submission,
    Verdict,
    Waiver,
)
from kb.reports.recorded import audit_of
from kb.reports.waiving import meant
from kb.text import Text
from server import audits, delivery, language, uploads, who
from server.audits import Audited
from server.desks import desk, ledger

blueprint = Blueprint("reports", __name__)

#: Submissions of one page of a list.
_MOST = 200
_LIMIT = 50
_LONGEST_KEY = 255


@blueprint.before_request
def _allow_files() -> None:
    uploads.allow()


# ------------------------------------------------------------------------- checking, handing in


@blueprint.post("/api/audit")
def check() -> Response:
    """Audit files without keeping anything of them."""
    format = audits.wanted(request.args.get("format"))
    found = desk().check((upload for upload, _ in uploads.given()), who.sees())
    # What could not be read as a report is 422, with the findings of what could.
    response = audits.send(of_checked(found), format, _stem(found))
    if found.audit.unreadable:
        response.status_code = 422
    return response


@blueprint.post("/api/reports")
def submit() -> Response:
    """Hand in a report; durable when this is answered."""
    by = who.sender()
    upload, media_type = uploads.one()
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (key.isascii() and 0 < len(key) <= _LONGEST_KEY):
        raise InputError(
            "idempotency-key",
            Text("Idempotency-Key 不可用", "this Idempotency-Key cannot be used"),
            Text(f"用 1 到 {_LONGEST_KEY} 个 ASCII 字符", f"use 1 to {_LONGEST_KEY} ASCII signs"),
        )
    try:
        receipt, found = desk().submit(upload, by, media_type=media_type, idempotency_key=key)
    except NoReport as problem:
        refused = cast(Checked, problem.fields["checked"])
        problem.fields["members"] = {"audit": of_checked(refused).as_dict()}
        raise
    content = of_checked(found, receipt).as_dict()
    response = _json(content, 200 if receipt.existing else 201)
    response.headers["Location"] = url_for("reports.submission", number=receipt.id)
    return response


def of_checked(found: Checked, receipt: Receipt | None = None) -> Audited:
    """What was checked, ready to be sent."""
    beside: dict[str, object] = {"plan_revision": desk().plan.revision}
    if receipt is not None:
        beside["receipt"] = receipt.as_dict()
    if found.revises is not None:
        beside["revises"] = found.revises.id
    return Audited(
        found.audit,
        desk().plan,
        lambda: (found.uploads, found.readings),
        found.changes,
        beside,
    )


# ------------------------------------------------------------------------- reading


@blueprint.get("/api/reports")
def listed() -> Response:
    """The submissions, newest first, by page."""
    actor = who.reader()
    given = request.args
    filters = readable_by(actor, filters_of(given))
    limit = _number("limit", _LIMIT, _MOST)
    after = _number("after", 0, 2**62) or None
    page = ledger().list(filters, limit=limit, after=after)
    following = None
    if page.after is not None:
        following = url_for(
            "reports.listed",
            **{**given.to_dict(), "after": page.after},  # type: ignore[arg-type]
        )
    content: dict[str, object] = {
        "total": page.total,
        "submissions": [as_json(one) for one in page.items],
        "next": following,
    }
    response = _json(content)
    if following is not None:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def readable_by(actor: Actor | None, filters: Filters) -> Filters:
    """The filters, narrowed to what one may read where reading is closed."""
    if who.is_closed() and actor is not None and actor.scope == "reporter":
        return replace(filters, reporter=actor.reporter)
    return filters


@blueprint.get("/api/reports/<number>")
def submission(number: str) -> Response:
    """One submission: how it stands, its receipt, decisions and waivers."""
    found = readable(number)
    own = ledger()
    return _json(
        {
            **as_json(found),
            "receipt": own.receipt(number).as_dict(),
            "decisions": [asdict(one) for one in own.decisions(number)],
            "waivers": [asdict(one) for one in own.waivers(number)],
            "audits": [asdict(one) for one in own.audits(number)],
        }
    )


@blueprint.get("/api/reports/<number>/audit")
@blueprint.get("/api/reports/<number>/audit.<suffix>")
def audit(number: str, suffix: str | None = None) -> Response:
    """The newest audit of a submission, in any form."""
    format = audits.wanted(suffix)
    found = readable(number)
    entry = found.audit.entry if found.audit else 0
    return audits.send(of_submission(found), format, _plain_stem(found.name), f"{number}-{entry}")


@blueprint.get("/api/reports/<number>/file")
def file(number: str) -> Response:
    """The file exactly as it was received; never shown, only kept."""
    found = readable(number)
    tag = found.sha256
    if delivery.is_held(tag):
        return audits.private(delivery.not_modified(tag, vary="Authorization"))
    # Without a coding: these are the bytes that the hash is of.
    response = Response(ledger().file(number).data, content_type=found.media_type)
    response.headers["ETag"] = f'"{tag}"'
    response.headers["Content-Disposition"] = audits.attachment(found.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Vary"] = "Authorization"
    return audits.private(response)


def readable(number: str) -> Submission:
    """A submission that whoever asks may read.

    Raises:
        InputError: reading takes a token, and there is none.
        UnknownName: there is none, or none for them: which of both is not said.
    """
    actor = who.reader()
    found = ledger().get(number)
    if not who.may_read(found, actor):
        raise UnknownName(
            "unknown-submission",
            Text(f"没有编号为 {number} 的填报", f"there is no submission {number}"),
        )
    return found


def of_submission(found: Submission) -> Audited:
    """The audit of a submission, ready to be sent or shown.

    Raises:
        UnknownName: it has none.
    """
    own, at = ledger(), desk()
    kept = own.audit(found.id)
    if kept is None:
        raise UnknownName(
            "no-audit",
            Text("这份填报尚未审核", "this submission has not been audited"),
        )
    upload = own.file(found.id)
    result = audit_of(kept)
    before = at.before(found)
    read = at.read(upload)
    changes = at.changes(before, result, [read]) if before else None
    beside: dict[str, object] = {"submission": found.id, "state": found.state}
    if before is not None:
        beside["revises"] = before.id
    return Audited(result, at.plan, lambda: ([upload], [read]), changes, beside)


def as_json(found: Submission) -> dict[str, object]:
    """A submission in JSON, with where its parts are."""
    return {
        **found.as_dict(),
        "links": {
            "self": url_for("reports.submission", number=found.id),
            "page": url_for("submitting.submission", number=found.id),
            "audit": url_for("reports.audit", number=found.id),
            "file": url_for("reports.file", number=found.id),
        },
    }


# ------------------------------------------------------------------------- forms


@blueprint.get("/api/template")
def template() -> Response:
    """A form to fill in, for a team and year."""
    team, year = request.args.get("team", ""), request.args.get("year", "")
    form = request.args.get("format") or "xlsx"
    if form not in ("xlsx", "csv"):
        raise _bad("format", form, ("xlsx", "csv"))
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise _bad("year", year, tuple(map(str, desk().years)))
    own_tag = delivery.tag(desk().plan.revision, team, year, form, language.of_request())
    if delivery.is_held(own_tag):
        return delivery.not_modified(own_tag, vary="Accept-Language")
    made = forms.form(desk().plan, team, int(year), desk().lists)
    body = made.csv() if form == "csv" else workbook(made, language.of_request())
    response = delivery.send(
        body, audits.FORMATS[form], desk().plan.revision, own_tag, vary="Accept-Language"
    )
    response.headers["Content-Disposition"] = audits.attachment(f"{made.team.code}-{year}.{form}")
    return response


# ------------------------------------------------------------------------- deciding


@blueprint.post("/api/reports/<number>/decision")
def decision(number: str) -> Response:
    """Accept, return or withdraw a submission."""
    by = who.sender()
    given = _object({"verdict", "reason", "seen"})
    ledger().decide(
        number, verdict_of(given.get("verdict")), by, given.get("reason") or "", seen=_seen(given)
    )
    return _json(as_json(ledger().get(number)))


@blueprint.post("/api/reports/<number>/waivers")
def waiver(number: str) -> Response:
    """Let a finding pass until a day."""
    by = who.sender()
    given = _object({"rule", "cells", "reason", "expires"})
    cells = given.pop("cells", None) or []
    if not isinstance(cells, list) or not all(isinstance(cell, str) for cell in cells):
        raise _bad("cells", str(cells), ('["E3"]',))
    made = waived(
        number, given.get("rule") or "", cells, given.get("reason") or "", by, day_of(given)
    )
    return _json(asdict(made), 201)


def waived(number: str, rule: str, cells: list[str], reason: str, by: Actor, until: date) -> Waiver:
    """Let a finding of the newest audit pass; as :meth:`Ledger.waive`.

    Raises:
        InputError: as said there, or there is no such finding (``no-finding``).
    """
    own = ledger()
    if by.may_decide:
        kept = own.audit(number)
        cells = list(meant(None if kept is None else audit_of(kept), rule, cells))
    return own.waive(number, rule, cells, reason, by, until)


def verdict_of(text: str | None) -> Verdict:
    """A verdict as it was given.

    Raises:
        InputError: there is no such verdict.
    """
    if text not in VERDICTS:
        raise InputError(
            "verdict",
            Text(f"决定“{(text or '')[:40]}”不可用", f"“{(text or '')[:40]}” is no verdict"),
            Text("可用：" + "、".join(VERDICTS), "it may be " + ", ".join(VERDICTS)),
        )
    return text


def day_of(given: dict[str, Any]) -> date:
    """The last day of a waiver.

    Raises:
        InputError: it is no date.
    """
    try:
        return date.fromisoformat(str(given.get("expires") or ""))
    except ValueError as error:
        raise InputError(
            "expires",
            Text("豁免的最后一天不可用", "the last day of the waiver cannot be used"),
            Text("写成 2026-12-31", "write it like 2026-12-31"),
        ) from error


def filters_of(given: Any) -> Filters:
    """Filters as an address has them; an empty one is none.

    Raises:
        InputError: a value cannot be used.
    """
    state, year = given.get("state") or None, given.get("year") or None
    if state is not None and state not in STATES:
        raise _bad("state", state, STATES)
    if year is not None and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise _bad("year", year, ("2021 … 2025",))
    flags: dict[str, bool | None] = {}
    for name in ("conforms", "superseded"):
        text = given.get(name) or None
        if text not in (None, "true", "false"):
            raise _bad(name, text, ("true", "false"))
        flags[name] = None if text is None else text == "true"
    return Filters(
        state=cast("State | None", state),
        reporter=given.get("reporter") or None,
        team=given.get("team") or None,
        year=int(year) if year else None,
        conforms=flags["conforms"],
        superseded=flags["superseded"],
    )


def _bad(name: str, value: str, known: tuple[str, ...]) -> InputError:
    return InputError(
        "filter",
        Text(f"{name} 的值“{value[:40]}”不可用", f"{name} has the value “{value[:40]}”"),
        Text("可用：" + "、".join(known), "it may be " + ", ".join(known)),
        field=name,
    )


def _seen(given: dict[str, str]) -> State | None:
    seen = given.get("seen") or None
    if seen is not None and seen not in STATES:
        raise _bad("seen", seen, STATES)
    return seen


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19 and 0 < int(text) <= most):
        raise _bad(name, text, (f"1 … {most}",))
    return int(text)


def _object(names: set[str]) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise InputError(
            "media-type",
            Text("内容类型不可用", "this media type cannot be used"),
            Text("用 application/json", "use application/json"),
        )
    try:
        content = json.loads(request.get_data())
    except (ValueError, RecursionError):
        content = None
    if (
        not isinstance(content, dict)
        or not set(content) <= names
        or not all(isinstance(content[name], str | None) for name in content if name != "cells")
    ):
        raise InputError(
            "json",
            Text("请求内容不是由文本组成的 JSON 对象", "the body is not a JSON object of texts"),
            Text("字段：" + "、".join(sorted(names)), "its fields: " + ", ".join(sorted(names))),
        )
    return content


def _json(content: dict[str, object], status: int = 200) -> Response:
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(body, status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _stem(found: Checked) -> str:
    return _plain_stem(found.uploads[0].name) if len(found.uploads) == 1 else "reports"


def _plain_stem(name: str) -> str:
    return name.rpartition(".")[0] or name
