"""Questions: the API in the contract's JSON, and the form that works without JavaScript.

Must not know how a question is answered.
"""

from __future__ import annotations

import json
from typing import cast

from flask import Blueprint, Response, render_template, request

from kb.ask.asker import Asked, language_of
from kb.ask.rows import Row
from kb.errors import InputError
from kb.normalise import units
from kb.text import Text
from server import language
from server.access import knowledge

blueprint = Blueprint("ask", __name__)


@blueprint.get("/")
def home() -> Response:
    """What this is, and a form to ask."""
    return _page(render_template("home.html", question=""))


@blueprint.get("/ask")
def page() -> Response:
    """The form with the answer below it."""
    question = request.args.get("q", "")
    if units(question) and request.args.get("lang") not in ("zh", "en"):
        # Unless a language was chosen, a question is answered in its own.
        language.choose(language_of(question))
    chosen = language.of_request()
    answer = knowledge().asker.ask(question, chosen) if question.strip() else None
    return _page(
        render_template("answer.html" if answer else "home.html", question=question, answer=answer)
    )


@blueprint.get("/api/ask")
def by_address() -> Response:
    """The answer to ``q``."""
    question = request.args.get("q")
    if question is None:
        raise InputError(
            "question-missing",
            Text("缺少参数 q", "the parameter q is missing"),
            Text("例如 /api/ask?q=…&lang=zh", "for example /api/ask?q=…&lang=en"),
        )
    return _answer(question, request.args.get("lang"), request.args.get("context"))


@blueprint.post("/api/ask")
def by_body() -> Response:
    """The answer to the question of a JSON object."""
    try:
        content = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise _not_an_object() from error
    if not isinstance(content, dict):
        raise _not_an_object()
    known = {"question", "lang", "context"}
    for name, value in content.items():
        if name not in known or not isinstance(value, str | None):
            raise InputError(
                "question-field",
                Text(f"字段“{name}”不可用", f"the field “{name}” cannot be used"),
                Text(
                    "可用的字段为 question、lang、context，值为文本",
                    "the fields are question, lang and context, each a text",
                ),
                field=str(name),
            )
    question = content.get("question")
    if question is None:
        raise InputError(
            "question-missing",
            Text("缺少字段 question", "the field question is missing"),
            Text('例如 {"question": "…"}', 'for example {"question": "…"}'),
        )
    return _answer(question, content.get("lang"), content.get("context"))


def _answer(question: str, lang: str | None, context: str | None) -> Response:
    if lang not in (None, "", "auto", "zh", "en"):
        raise InputError(
            "question-lang",
            Text(f"lang 的值“{lang[:40]}”不可用", f"lang has the value “{lang[:40]}”"),
            Text("可用 auto、zh、en", "it may be auto, zh or en"),
        )
    answer = knowledge().asker.ask(question, cast(Asked, lang or "auto"), context)
    body = json.dumps(answer.as_dict(), ensure_ascii=False)
    # A lone surrogate can come in by a JSON escape, and no text can carry it out.
    return Response(body.encode("utf-8", "replace"), content_type="application/json")


def figure(row: Row) -> str:
    """A row's value with its unit, for a page: 40 %, 15:35:50, 1000 person."""
    if row.value is None:
        return ""
    if isinstance(row.value, tuple):
        return ":".join(str(term) for term in row.value)
    return f"{row.value} {'%' if row.unit == 'percent' else row.unit}".strip()


def _not_an_object() -> InputError:
    return InputError(
        "json",
        Text("请求内容不是 JSON 对象", "the body is not a JSON object"),
        Text(
            '以 UTF-8 发送 {"question": "…", "lang": "zh"}',
            'send {"question": "…", "lang": "en"} in UTF-8',
        ),
    )


def _page(content: str) -> Response:
    response = Response(content, mimetype="text/html")
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language.of_request()
    return response
