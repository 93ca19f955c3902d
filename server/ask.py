"""Questions: the API in the contract's JSON, and the questions that fit what is typed.

Must not know how a question is answered.
"""

from __future__ import annotations

import json
from typing import cast

from flask import Blueprint, Response, current_app, request

from kb.ask.answer import Answer
from kb.ask.asker import Asked
from kb.ask.misses import Misses
from kb.errors import InputError
from kb.text import Text
from server import language
from server.access import knowledge

blueprint = Blueprint("ask", __name__)

#: Where the app has what keeps the questions without an answer.
MISSES = "plankb.misses"
#: Characters of what is typed, and questions that are given for it.
_LONGEST = 500
_MOST = 20


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
    return respond(question, request.args.get("lang"), request.args.get("context"))


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
    return respond(question, content.get("lang"), content.get("context"))


@blueprint.get("/api/suggest")
def suggest() -> Response:
    """Questions that fit what is typed; each has an answer."""
    typed = request.args.get("q", "")
    if len(typed) > _LONGEST:
        raise InputError(
            "suggest-long",
            Text(f"q 长于 {_LONGEST} 个字符", f"q is longer than {_LONGEST} characters"),
            Text("给出问题的开头即可", "the beginning of a question is enough"),
        )
    found = knowledge().asker.complete(typed, language.of_request(), _limit())
    response = _json({"suggestions": [{"question": s.question, "lang": s.lang} for s in found]})
    # The same for everyone for as long as a page is used; the entity tag goes by the content.
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Vary"] = "Accept-Language"
    response.add_etag()
    response.make_conditional(request)
    return response


def respond(question: str, lang: str | None, context: str | None) -> Response:
    """The answer in the contract's JSON.

    Args:
        question: in Chinese or English.
        lang: zh, en, or auto for the question's own.
        context: of an earlier answer.

    Raises:
        InputError: there is no such language.
    """
    if lang not in (None, "", "auto", "zh", "en"):
        raise InputError(
            "question-lang",
            Text(f"lang 的值“{lang[:40]}”不可用", f"lang has the value “{lang[:40]}”"),
            Text("可用 auto、zh、en", "it may be auto, zh or en"),
        )
    return _json(answer(question, cast(Asked, lang or "auto"), context).as_dict())


def answer(question: str, lang: Asked, context: str | None) -> Answer:
    """The answer to a question; one that is none is kept for whoever looks after the words."""
    found = knowledge().asker.ask(question, lang, context or None)
    misses: Misses = current_app.extensions[MISSES]
    misses.record(found)
    return found


def _limit() -> int:
    asked = request.args.get("limit", "8")
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= _MOST):
        raise InputError(
            "suggest-limit",
            Text(f"limit 的值“{asked[:40]}”不可用", f"limit has the value “{asked[:40]}”"),
            Text(f"用 1 到 {_MOST} 的整数", f"use a whole number from 1 to {_MOST}"),
        )
    return int(asked)


def _json(content: dict[str, object]) -> Response:
    body = json.dumps(content, ensure_ascii=False)
    # A lone surrogate can come in by a JSON escape, and no text can carry it out.
    return Response(body.encode("utf-8", "replace"), content_type="application/json")


def _not_an_object() -> InputError:
    return InputError(
        "json",
        Text("请求内容不是 JSON 对象", "the body is not a JSON object"),
        Text(
            '以 UTF-8 发送 {"question": "…", "lang": "zh"}',
            'send {"question": "…", "lang": "en"} in UTF-8',
        ),
    )
