"""The query editor: its page, the names that it completes, and the examples that it offers.

Without JavaScript the page is a form that posts to the endpoint.
Must not know how a query is run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, current_app, render_template, request, url_for

from kb import terms
from kb.errors import InputError, UnknownName
from kb.plan.knowledge import QueryFile, query_files
from kb.store import formats
from kb.store.names import KINDS, Name
from kb.text import Text
from server import delivery, language
from server.access import knowledge
from server.editor_texts import PAGE, SCRIPT
from server.naming import names

blueprint = Blueprint("editor", __name__)

_LONGEST = 200
_MOST = 100
#: As long as a page is used; the revision is part of the entity tag.
_SHORT_WHILE = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Example:
    """A competency question as the editor offers it.

    Args:
        name: of its file.
        user: whose question it is: researcher, auditor or consumer.
        purpose: what it asks.
        query: the query without the comment header.
    """

    name: str
    user: str
    purpose: Text
    query: str


@blueprint.get("/editor")
def page() -> Response:
    """The editor, with the query of ``query`` or ``example`` in it."""
    chosen = language.of_request()
    offered = examples()
    content = render_template(
        "editor.html",
        query=_given(offered),
        examples=by_user(offered),
        formats=[(f.name, f.graph) for f in formats.offered()],
        e={name: text.in_(chosen) for name, text in PAGE.items()},
        config=_config(),
        endpoint=_endpoint(),
    )
    revision = knowledge().revision
    response = delivery.send(
        content.encode("utf-8", "replace"),
        "text/html; charset=utf-8",
        revision,
        delivery.tag(revision, content),
        vary="Accept, Accept-Language",
    )
    response.headers["Content-Language"] = chosen
    return response


@blueprint.get("/api/completions")
def completions() -> Response:
    """The names that fit ``q``: of a class, property, resource or prefix, by ``kind``."""
    typed, kind = request.args.get("q", ""), request.args.get("kind")
    if len(typed) > _LONGEST:
        raise InputError(
            "completion-long",
            Text(f"q 长于 {_LONGEST} 个字符", f"q is longer than {_LONGEST} characters"),
            Text("给出名称的一部分即可", "a part of a name is enough"),
        )
    if kind is not None and kind not in KINDS:
        raise InputError(
            "completion-kind",
            Text(f"kind 的值“{kind[:40]}”不可用", f"kind has the value “{kind[:40]}”"),
            Text(f"可用 {'、'.join(KINDS)}", f"it may be {', '.join(KINDS)}"),
        )
    found = names().search(typed, kind, _limit())
    body = {
        "q": typed,
        "kind": kind,
        "revision": knowledge().revision,
        "items": [_item(name) for name in found],
    }
    response = Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        content_type="application/json",
    )
    response.headers["Cache-Control"] = _SHORT_WHILE
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/api/examples/<name>")
def example(name: str) -> Response:
    """The query of one example, its purpose in the language of the request on top."""
    found = next((held for held in examples() if held.name == name), None)
    if found is None:
        raise _no_example(name)
    response = Response(_text(found), content_type="application/sparql-query; charset=utf-8")
    response.headers["Cache-Control"] = _SHORT_WHILE
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language.of_request()
    response.add_etag()
    response.make_conditional(request)
    return response


def _given(examples: list[Example]) -> str:
    """The query to begin with: that of the address, that of the example named there, or ours."""
    if request.args.get("query"):
        return request.args["query"]
    if name := request.args.get("example"):
        found = next((held for held in examples if held.name == name), None)
        if found is None:
            raise _no_example(name)
        return _text(found)
    ns, spoken = knowledge().base + "ns#", language.of_request()
    return (
        f"# {language.say(PAGE['start'])}\n"
        f"PREFIX : <{ns}>\nPREFIX skos: <{terms.SKOS}>\n\n"
        "SELECT ?team ?name WHERE {\n"
        "    ?team a :TalentTeam ; skos:prefLabel ?name .\n"
        f'    FILTER(LANG(?name) = "{spoken}")\n'
        "} ORDER BY ?team\n"
    )


def _endpoint() -> str:
    return url_for("sparql.endpoint").rstrip("/")


def _config() -> dict[str, object]:
    """What the scripts need to know."""
    chosen, base = language.of_request(), knowledge().base
    return {
        "lang": chosen,
        "endpoint": _endpoint(),
        "completions": url_for("editor.completions"),
        "examples": url_for("editor.example", name=""),
        "base": base,
        "local": [base + "id/", base + "scheme/"],
        "prefixes": terms.prefixes(base),
        "formats": [[f.name, f.media_type.split(";")[0], f.graph] for f in formats.offered()],
        "t": {name: text.in_(chosen) for name, text in SCRIPT.items()},
    }


def examples() -> list[Example]:
    """The competency questions; read once, as they change with a release only."""
    held = current_app.extensions.get("plankb.examples")
    if held is None:
        held = [_example(file) for file in query_files("competency", knowledge().base)]
        current_app.extensions["plankb.examples"] = held
    return cast("list[Example]", held)


def _example(file: QueryFile) -> Example:
    lines = file.text.splitlines()
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    name = file.header.get("name", file.name)
    user = file.header.get("user", "researcher")
    return Example(name, user, file.bilingual("purpose"), "\n".join(lines).strip() + "\n")


def by_user(examples: list[Example]) -> list[tuple[str, list[Example]]]:
    """The examples of each kind of user, researchers first."""
    users = dict.fromkeys(held.user for held in sorted(examples, key=lambda held: held.name))
    first: tuple[str, ...] = ("researcher", "auditor", "consumer")
    order = [user for user in first if user in users]
    order += [user for user in users if user not in order]
    return [(user, [held for held in examples if held.user == user]) for user in order]


def _text(held: Example) -> str:
    return f"# {language.say(held.purpose)}\n{held.query}"


def _item(name: Name) -> dict[str, object]:
    return {
        "iri": name.iri,
        "kind": name.kind,
        "name": name.short or None,
        "prefix": name.prefix if name.short else None,
        "label": name.label.as_dict(),
        "type": name.type.as_dict() if name.type.zh else None,
    }


def _limit() -> int:
    asked = request.args.get("limit", "20")
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= _MOST):
        raise InputError(
            "completion-limit",
            Text(f"limit 的值“{asked[:40]}”不可用", f"limit has the value “{asked[:40]}”"),
            Text(f"用 1 到 {_MOST} 的整数", f"use a whole number from 1 to {_MOST}"),
        )
    return int(asked)


def _no_example(name: str) -> UnknownName:
    return UnknownName(
        "resource",
        Text(f"没有名为“{name[:80]}”的示例", f"there is no example “{name[:80]}”"),
        Text("编辑器页面列出全部示例", "the page of the editor lists them all"),
    )
