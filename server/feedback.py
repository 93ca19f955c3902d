"""Feedback on answers, from the form of the page or its script.

Only from pages of this service: another site cannot have its visitors say something here.
Must not know where feedback is kept, nor who gives it.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, redirect, request, url_for

from kb.errors import InputError
from kb.text import Text
from server import origin
from server.access import knowledge
from server.asked import FORM
from server.feedback_book import FeedbackBook, Judgement, folder_of

blueprint = Blueprint("feedback", __name__)

VERDICTS = ("up", "down")
#: Why not, as the page offers it; "" is no reason.
REASONS = ("wrong", "misread", "incomplete", "citation", "unclear", "other")
_STATUSES = ("answered", "empty", "not_stated", "clarify", "refused")
_LONGEST = {"question": 2000, "comment": 500}


@blueprint.post("/api/feedback")
def feedback() -> Response:
    """Keep a judgement of an answer."""
    _check_origin()
    form = request.mimetype == FORM
    given = dict(request.form.items()) if form else _object()
    context = given.pop("context", "")
    judgement = Judgement(
        _choice(given, "verdict", VERDICTS),
        _choice(given, "reason", ("", *REASONS)),
        _text(given, "comment"),
        _text(given, "question"),
        _choice(given, "lang", ("zh", "en")),
        _choice(given, "status", _STATUSES),
        knowledge().revision,
    )
    if not judgement.question.strip():
        raise _problem("question", "不能为空", "must not be empty")
    FeedbackBook(folder_of(current_app.extensions["plankb.settings"])).add(judgement)
    if not form:
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response
    there = url_for(
        "chat.page",
        q=judgement.question,
        lang=judgement.lang,
        told=1,
        _anchor="told",
        context=context or None,
    )
    back = redirect(there, 303)
    assert isinstance(back, Response)
    return back


def _check_origin() -> None:
    """Refuse what a page of another site sends.

    What does not say where it comes from is no browser; it may only send what a foreign page
    could not send unasked.
    """
    own = origin.says_own()
    if own is None:
        own = request.mimetype == "application/json"
    if not own:
        raise InputError(
            "cross-site",
            Text("评价只接受来自本服务的页面", "feedback is taken from pages of this service only"),
            Text("在回答的页面上评价", "use the page of the answer"),
        )


def _object() -> dict[str, str]:
    if request.mimetype != "application/json":
        raise InputError(
            "media-type",
            Text("内容类型不可用", "this media type cannot be used"),
            Text(f"用 application/json 或 {FORM}", f"use application/json or {FORM}"),
        )
    try:
        content = json.loads(request.get_data())
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise InputError(
            "json",
            Text("请求内容不是由文本组成的 JSON 对象", "the body is not a JSON object of texts"),
            Text('例如 {"verdict": "up", …}', 'for example {"verdict": "up", …}'),
        )
    return content


def _choice(given: dict[str, str], name: str, values: tuple[str, ...]) -> str:
    value = given.get(name, "")
    if value not in values:
        known = [one for one in values if one]
        raise _problem(name, f"可用 {'、'.join(known)}", f"may be {', '.join(known)}")
    return value


def _text(given: dict[str, str], name: str) -> str:
    value, most = given.get(name, ""), _LONGEST[name]
    if len(value) > most:
        raise _problem(name, f"长于 {most} 个字符", f"is longer than {most} characters")
    return value


def _problem(name: str, zh: str, en: str) -> InputError:
    return InputError(
        "feedback-field",
        Text(f"字段 {name} 不可用：{zh}", f"the field {name} {en}"),
        Text("各字段见 /api/openapi.json", "/api/openapi.json has the fields"),
        field=name,
    )
