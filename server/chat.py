"""The page where questions are asked and answered, and the answer as a file.

The page is a form that works without JavaScript; its address is the link to the answer.
Must not know how a question is answered.
"""

from __future__ import annotations

import json
from urllib.parse import unquote

from flask import Blueprint, Response, render_template, request, url_for

from kb.ask.answer import Answer
from kb.ask.asker import language_of
from kb.ask.chips import Chip
from kb.normalise import units
from kb.text import Language, Text
from server import ask, delivery, download, language, search
from server.access import knowledge
from server.chat_texts import PAGE, SCRIPT
from server.clauses import clauses
from server.feedback import REASONS
from server.labels import labels
from server.search_texts import PAGE as NAMING
from server.shown import Shown, plain, show
from server.texts import TEXTS

blueprint = Blueprint("chat", __name__)

_EXAMPLES = 6
#: A question as short as this may be a name; so many pages of that name are offered.
_SHORT = 40
_NAMED = 5
#: Each with its media type.
_FORMATS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8; variant=CommonMark",
}


@blueprint.get("/ask")
def page() -> Response:
    """The question, its answer with the clauses, and what can be asked next."""
    question, context = _question(), request.args.get("context", "")
    chosen = _language(question)
    asker, known = knowledge().asker, labels()
    # Leading to nothing, an empty question is none; anything else is answered, if by a refusal.
    answer = ask.answer(question, chosen, context) if question else None
    following = _following(answer, context)
    link = _link(question, chosen, context if following else "")
    content = render_template(
        "ask.html",
        p={name: text.in_(chosen) for name, text in PAGE.items()},
        question=question,
        title=plain(question),
        shown=show(answer, known, clauses()) if answer else None,
        chips=_chips(answer, context) if answer else (),
        context=answer.context if answer else "",
        following=following,
        examples=asker.complete("", chosen, _EXAMPLES) if not answer else (),
        plans=known.plans,
        named=search.find(question, _NAMED) if answer and len(question) <= _SHORT else (),
        s={name: text.in_(chosen) for name, text in NAMING.items()},
        reasons=REASONS,
        told=request.args.get("told") == "1",
        link=link,
        readable_link=plain(unquote(link)),
        downloads=[(name, _download(name, question, chosen, context)) for name in _FORMATS],
        config=_config(question, chosen, context if following else ""),
    )
    return _send(content, "text/html; charset=utf-8", answer)


@blueprint.get("/ask.<any(csv, json, md):format>")
def file(format: str) -> Response:
    """The same answer to take home."""
    question, context = _question(), request.args.get("context", "")
    chosen = _language(question)
    answer = ask.answer(question, chosen, context)
    if format == "json":
        body = json.dumps(answer.as_dict(), ensure_ascii=False, indent=1)
    else:
        body = _written(format, show(answer, labels(), clauses()), chosen, context)
    response = _send(body, _FORMATS[format], None)
    # A fixed name: nothing of a question can become a path or a header.
    response.headers["Content-Disposition"] = f'attachment; filename="plankb-answer.{format}"'
    return response


def _chips(answer: Answer, context: str) -> tuple[Chip, ...]:
    """The reading in its parts; what was not understood has none."""
    if answer.reading is None:
        return ()
    return knowledge().asker.chips(answer.question, answer.lang, context or None)


def _written(format: str, shown: Shown, chosen: Language, context: str) -> str:
    if format == "csv":
        return download.as_csv(shown)
    link = _link(shown.answer.question, chosen, context)
    names: dict[str, Text] = {**TEXTS, **PAGE}
    return download.as_markdown(shown, chosen, link, names)


def _question() -> str:
    """What is asked; text that is only spaces is nothing."""
    asked = request.args.get("q", "")
    return asked if asked.strip() else ""


def _language(question: str) -> Language:
    """The language of the page: that chosen, else the question's own, else the browser's."""
    if units(question) and request.args.get("lang") not in ("zh", "en"):
        language.choose(language_of(question))
    return language.of_request()


def _following(answer: Answer | None, context: str) -> bool:
    """Whether the answer depends on the one before it."""
    if answer is None or not context:
        return False
    alone = knowledge().asker.ask(answer.question, answer.lang)
    return (alone.status, alone.sparql) != (answer.status, answer.sparql)


def _link(question: str, chosen: Language, context: str) -> str:
    """The whole address of the answer, to be passed on."""
    if not question:
        return url_for("chat.page", lang=chosen, _external=True)
    return url_for("chat.page", q=question, lang=chosen, _external=True, context=context or None)


def _download(name: str, question: str, chosen: Language, context: str) -> str:
    return url_for("chat.file", format=name, q=question, lang=chosen, context=context or None)


def _config(question: str, chosen: Language, context: str) -> dict[str, object]:
    """What the scripts need to know."""
    return {
        "lang": chosen,
        "page": url_for("chat.page"),
        "suggest": url_for("ask.suggest"),
        "feedback": url_for("feedback.feedback"),
        "asked": {"q": question, "lang": chosen, "context": context} if question else None,
        "t": {name: text.in_(chosen) for name, text in SCRIPT.items()},
    }


def _send(content: str, media_type: str, answer: Answer | None) -> Response:
    revision = knowledge().revision
    # What was not understood is counted, so it must reach us each time it is asked.
    missed = answer is not None and bool(answer.unknown)
    response = delivery.send(
        content.encode("utf-8", "replace"),
        media_type,
        revision,
        None if missed else delivery.tag(revision, content),
        vary="Accept-Language",
    )
    response.headers["Content-Language"] = language.of_request()
    return response
