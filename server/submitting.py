"""Pages on reports: the list, checking and handing in, one submission with its audit, deciding.

They are forms that work without JavaScript. Must not know how anything is read, found or kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from kb.errors import InputError, PlankbError, UnknownName
from kb.plan import codes
from kb.reports.again import again
from kb.reports.desk import Checked, NoReport
from kb.reports.finding import Quote
from kb.reports.ledger.records import STATES, Key, Submission, utc
from kb.reports.output.wording import KIND, SEVERAL
from kb.text import Text
from server import delivery, language, listing, problems, reports, rules, uploads, who
from server.addresses import local_address
from server.audits import Audited
from server.desks import desk, ledger, settings
from server.report_texts import PAGE, SCRIPT
from server.shown import plain

blueprint = Blueprint("submitting", __name__)

_ROWS = 25
#: What a page of an audit can be downloaded as.
_FORMS = ("html", "json", "csv", "ttl")


@blueprint.before_request
def _allow_files() -> None:
    uploads.allow()


@blueprint.after_request
def _not_kept(response: Response) -> Response:
    """Who is signed in, and what was decided meanwhile, must not come from a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


# ------------------------------------------------------------------------- the list


@blueprint.get("/reports")
def listed() -> Response | Redirect:
    """All submissions, with filters; and who has not reported."""
    if who.is_closed() and who.signed_in() is None:
        return _to_sign_in()
    actor = who.signed_in()
    given = request.args
    filters = reports.readable_by(actor, reports.filters_of(given))
    latest = ledger().latest()
    if who.is_closed() and actor is not None and actor.scope == "reporter":
        latest = {key: one for key, one in latest.items() if key.reporter == actor.reporter}
    after = given.get("after", "")
    page = ledger().list(
        filters, limit=_ROWS, after=int(after[:18]) if after.isascii() and after.isdigit() else None
    )
    older = None
    if page.after is not None:
        older = _again(after=str(page.after))
    lists = desk().lists
    year = filters.year or max((key.year for key in latest), default=desk().years[-1])
    return _page(
        "reports.html",
        page=page,
        given=given,
        filtered=any(value for name, value in given.items() if name not in ("lang", "after")),
        older=older,
        newest=_again(after=None) if after else None,
        states=STATES,
        teams=lists.entries("team"),
        reporters=lists.entries("reporter"),
        years=desk().years,
        year=year,
        coverage=_coverage(year, latest),
        downloads=[
            (format, f"{url_for('submitted.file', format=format)}?{urlencode(given.to_dict())}")
            for format in listing.FORMATS
        ],
    )


def _coverage(year: int, latest: dict[Key, tuple[str, Any]]) -> list[dict[str, object]]:
    """For each team, who answers for it and what was reported of the year."""
    bodies: dict[str, list[Text]] = {}
    for row in codes.codes(desk().plan, "reporters"):
        label = cast(dict[str, str], row["label"])
        bodies.setdefault(str(row["team"]), []).append(Text(label["zh"], label["en"]))
    return [
        {
            "team": entry,
            "bodies": bodies.get(entry.code, []),
            "reports": [
                (key, number, state)
                for key, (number, state) in latest.items()
                if key.team == entry.code and key.year == year
            ],
        }
        for entry in desk().lists.entries("team")
        if entry.code != "plan"
    ]


# ------------------------------------------------------------------------- checking, handing in


@blueprint.get("/reports/new")
def new() -> Response:
    """The form to check and hand in a file."""
    return _new()


@blueprint.post("/reports/new")
def take() -> Response | Redirect:
    """Check the file of the form, or hand it in."""
    try:
        who.from_own_page()
        if request.form.get("do") == "submit":
            return _handed_in()
        return _checked(desk().check((upload for upload, _ in uploads.given()), who.sees()))
    except NoReport as problem:
        return _checked(cast(Checked, problem.fields["checked"]), problem)
    except InputError as problem:
        return _new(problem=problem)


def _handed_in() -> Redirect:
    by = who.of_form()
    upload, media_type = uploads.carried() or uploads.one()
    receipt, _ = desk().submit(upload, by, media_type=media_type)
    there = url_for(
        "submitting.submission",
        number=receipt.id,
        lang=language.of_request(),
        told="again" if receipt.existing else "new",
    )
    return redirect(there, 303)


def _checked(found: Checked, problem: PlankbError | None = None) -> Response:
    single = len(found.uploads) == 1 and found.readings[0].refused is None
    return _new(
        problem=problem,
        audited=reports.of_checked(found),
        carry=uploads.to_carry(found.uploads[0]) if single else "",
        carried=found.uploads[0].name if single else "",
        revises=found.revises,
        status=problems.status_of(problem) if problem else 200,
    )


def _new(*, problem: PlankbError | None = None, **given: Any) -> Response:
    status = given.pop("status", problems.status_of(problem) if problem else 200)
    audited = given.pop("audited", None)
    chosen = language.of_request()
    response = _page(
        "report_new.html",
        **given,
        problem=problem,
        **_shown(audited),
        largest=settings().upload_mb,
        teams=desk().lists.entries("team"),
        years=desk().years,
        config={"lang": chosen, "t": {name: text.in_(chosen) for name, text in SCRIPT.items()}},
    )
    response.status_code = status
    return response


# ------------------------------------------------------------------------- one submission


@blueprint.get("/reports/<number>")
def submission(number: str) -> Response | Redirect:
    """A submission with its audit, its receipt and what was decided."""
    if who.is_closed() and who.signed_in() is None:
        return _to_sign_in()
    return _submission(reports.readable(number))


@blueprint.post("/reports/<number>/decision")
def decide(number: str) -> Response | Redirect:
    """Decide as the form says."""
    found = reports.readable(number)
    form = request.form

    def work() -> None:
        by = who.of_form()
        verdict = reports.verdict_of(form.get("verdict"))
        seen = form.get("seen") or None
        ledger().decide(number, verdict, by, form.get("reason", ""), seen=cast(Any, seen))

    return _done(found, work)


@blueprint.post("/reports/<number>/waivers")
def waive(number: str) -> Response | Redirect:
    """Let a finding pass, as the form says."""
    found = reports.readable(number)
    form = request.form

    def work() -> None:
        by = who.of_form()
        cells = form.getlist("cells")
        expires = reports.day_of(dict(form.items()))
        reports.waived(number, form.get("rule", ""), cells, form.get("reason", ""), by, expires)

    return _done(found, work)


def _done(found: Submission, work: Callable[[], None]) -> Response | Redirect:
    """Do what a form asks for; back to the page, or the page with what is in the way."""
    try:
        work()
    except InputError as problem:
        response = _submission(found, problem)
        response.status_code = problems.status_of(problem)
        return response
    there = url_for("submitting.submission", number=found.id, lang=language.of_request())
    return redirect(there + "#decisions", 303)


def _submission(found: Submission, problem: PlankbError | None = None) -> Response:
    own = ledger()
    actor = who.signed_in()
    waivers = own.waivers(found.id)
    today = utc()[:10]
    audited = None
    todays = None
    if actor is not None and actor.may_decide and request.args.get("again"):
        todays = again(desk(), found)
    with contextlib.suppress(UnknownName):  # it may have come in by another way, without one
        audited = reports.of_submission(found)
    return _page(
        "report.html",
        found=found,
        titles=[f"{_name_of('team', key.team)} {key.year}" for key in found.keys],
        problem=problem,
        told=request.args.get("told", ""),
        receipt=own.receipt(found.id),
        decisions=own.decisions(found.id),
        waivers=waivers,
        forms=_FORMS,
        again=todays,
        rules=desk().rules,
        before=(audited.beside or {}).get("revises") if audited else None,
        **{
            **_shown(audited),
            "waived": {(one.rule, one.cells): one for one in waivers if one.holds(today)},
            "waive": url_for("submitting.waive", number=found.id, lang=language.of_request())
            if actor is not None and actor.may_decide
            else "",
        },
    )


# ------------------------------------------------------------------------- signing in


@blueprint.get("/reports/sign-in")
def sign_in_page() -> Response:
    """The form for a token."""
    return _page("sign_in.html", problem=None, to=_local(request.args.get("to", "")))


@blueprint.post("/reports/sign-in")
def sign_in() -> Response | Redirect:
    """Have the browser keep a token."""
    to = _local(request.form.get("to", ""))
    try:
        who.from_own_page()
        response = redirect(to or url_for("submitting.listed", lang=language.of_request()), 303)
        who.sign_in(cast(Response, response), request.form.get("token", "").strip())
        return response
    except InputError as problem:
        page = _page("sign_in.html", problem=problem, to=to)
        page.status_code = problems.status_of(problem)
        return page


@blueprint.post("/reports/sign-out")
def sign_out() -> Redirect:
    """Have the browser forget the token."""
    who.from_own_page()
    response = redirect(url_for("submitting.listed", lang=language.of_request()), 303)
    who.sign_out(cast(Response, response))
    return response


def _to_sign_in() -> Redirect:
    here = request.full_path.rstrip("?")
    return redirect(url_for("submitting.sign_in_page", to=here, lang=language.of_request()), 303)


def _local(path: str) -> str:
    """A path of these pages; anything else leads nowhere."""
    fits = path.startswith("/reports") and "\\" not in path and not path.startswith("//")
    return path if fits and path.isprintable() else ""


# ------------------------------------------------------------------------- what pages share


def _page(template: str, **given: Any) -> Response:
    chosen = language.of_request()
    lists = desk().lists
    page = render_template(
        template,
        p={name: text.in_(chosen) for name, text in PAGE.items()},
        actor=who.signed_in(),
        team_name=lambda code: _name_of("team", code),
        reporter_name=lambda code: _name_of("reporter", code),
        filled=lambda text, **values: _filled(text, values),
        plain=plain,
        when=_when,
        kinds=KIND,
        several=SEVERAL,
        lists=lists,
        **given,
    )
    response = delivery.send(
        page.encode("utf-8", "replace"),
        "text/html; charset=utf-8",
        "",
        None,
        vary="Accept-Language, Cookie",
    )
    response.headers["Content-Language"] = chosen
    return response


def _shown(audited: Audited | None) -> dict[str, object]:
    return {
        "v": audited.view() if audited else None,
        "changes": audited.changes if audited else None,
        "tip": language.say,
        "address": local_address,
        "clause": _clause,
        "rule": rules.address,
        "waived": {},
        "waive": "",
    }


def _clause(quote: Quote) -> str:
    name = quote.source.rsplit("/", 1)[-1]
    return url_for(
        "source.clause", name=name, start=quote.start, end=quote.end, lang=language.of_request()
    )


def _name_of(name: Any, code: str) -> str:
    found = next((e for e in desk().lists.entries(name) if e.code == code), None)
    return language.say(found.label) if found else code


def _filled(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _when(time: str) -> str:
    """A time of the ledger as people read it; the zone stands beside it."""
    return time[:16].replace("T", " ") + " UTC"


def _again(**changed: str | None) -> str:
    values = {**request.args.to_dict(), "lang": language.of_request(), **changed}
    return url_for("submitting.listed", **{k: v for k, v in values.items() if v})  # type: ignore[arg-type]
