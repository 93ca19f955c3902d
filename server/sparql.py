"""The SPARQL endpoint: SPARQL 1.1 Protocol for queries, over the guarded store.

Must not know how a query is run or stopped, nor what an editor looks like.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from kb.errors import InputError, QueryProblem, UnknownName
from kb.store import formats, reading
from kb.store.formats import Format
from kb.store.interface import Form, Limits, Result
from kb.text import Text
from server import delivery, negotiation
from server.access import knowledge

blueprint = Blueprint("sparql", __name__)

_METHODS = "GET, HEAD, POST, OPTIONS"
_EVERY_METHOD = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"]
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
#: No more parameters than this in one request: each graph of a dataset is one.
_MOST_PARAMETERS = 1000
#: What may give another answer each time it is asked; also where it only looks like it.
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says, by whichever of the three ways.

    Args:
        text: the query; None where there is none.
        parameters: all others, in order.
    """

    text: str | None
    parameters: tuple[tuple[str, str], ...]

    def every(self, name: str) -> list[str]:
        """The values of a parameter; an empty one, as some forms send it, is none."""
        return [value for key, value in self.parameters if key == name and value]

    def one(self, name: str) -> str | None:
        """The value of a parameter that may be there once."""
        values = self.every(name)
        if len(values) > 1:
            raise InputError(
                "parameter-repeated",
                Text(
                    f"参数 {name} 给出了 {len(values)} 次", f"{name} is given {len(values)} times"
                ),
                Text("每次请求一个", "send one with each request"),
                parameter=name,
            )
        return values[0] if values else None


@blueprint.route("/sparql", methods=_EVERY_METHOD, provide_automatic_options=False)
@blueprint.route("/sparql/", methods=_EVERY_METHOD, provide_automatic_options=False)
@blueprint.route("/sparql.<suffix>", methods=_EVERY_METHOD, provide_automatic_options=False)
def endpoint(suffix: str | None = None) -> Response:
    """Run a query; without one, describe the service, or show the editor to a browser."""
    _check_suffix(suffix)
    if request.method == "OPTIONS":
        return delivery.options(_METHODS, Accept_Post=f"{_QUERY}, {_FORM}")
    if request.method not in ("GET", "HEAD", "POST"):
        return _method_not_allowed()
    asked = _asked()
    name = asked.one("format") or suffix
    if asked.text is None:
        return _without_query(asked, name)
    if name is None and _has_editor() and _wants_page(formats.TABLE):
        return _editor()
    return _answer(asked, asked.text, name)


def _answer(asked: Asked, text: str, name: str | None) -> Response:
    form = reading.read(text).form
    format = choose(form, name)
    default, named = asked.every("default-graph-uri"), asked.every("named-graph-uri")
    limits = _limits(asked.one("timeout"))
    base = request.base_url
    store = knowledge().store
    parts = (text, format.name, default, named, base)
    if request.headers.get("If-None-Match"):
        held = delivery.tag(store.revision, *parts)
        if delivery.is_held(held):  # it was answered before, so it can be
            return delivery.not_modified(held)
    result = store.query(
        text,
        format=format.name,
        default_graphs=default,
        named_graphs=named,
        base=base,
        limits=limits,
    )
    own_tag = None if _is_volatile(text, result) else delivery.tag(result.revision, *parts)
    return delivery.send(result.body, result.media_type, result.revision, own_tag)


def choose(form: Form, name: str | None) -> Format:
    """The format to send: by name where there is one, else by ``Accept``.

    Args:
        form: of the query.
        name: short name or media type, from a parameter or suffix.

    Raises:
        UnknownName: nothing that is asked for can be sent.
    """
    if name:
        return formats.choose(name, form)
    offered = formats.offered(form)
    place = negotiation.best(map(_names, offered), request.headers.get("Accept"))
    if place is None:
        kinds = ", ".join(_names(format)[0] for format in offered)
        raise UnknownName(
            "not-acceptable",
            Text("没有所要求的格式", "none of the formats asked for is available"),
            Text(f"可用：{kinds}", f"there are: {kinds}"),
        )
    return offered[place]


def no_update(what: Text) -> QueryProblem:
    """The error for what would change data: it says where data comes from.

    Args:
        what: was asked for.
    """
    return QueryProblem(
        "query-refused",
        Text(
            f"{what.zh}：这里的数据只供读取，不接受更新",
            f"{what.en}: data is only read here, updates are not taken",
        ),
        Text(
            "数据来自规划文件和填报的报表；要更改数据，请修改文件或提交报表",
            "data comes from the plan files and from submitted reports; to change it, edit the "
            "files or submit a report",
        ),
    )


def _names(format: Format) -> list[str]:
    return [format.media_type.split(";")[0], *format.also]


def _is_volatile(text: str, result: Result) -> bool:
    """Whether the same query may give other bytes the next time.

    A blank node that CONSTRUCT makes has another label each time.
    """
    if formats.is_graph(result.form) and (b"_:" in result.body or b"nodeID" in result.body):
        return True
    return _VOLATILE.search(text) is not None


# -- without a query ---------------------------------------------------------------------


def _without_query(asked: Asked, name: str | None) -> Response:
    protocol = {"default-graph-uri", "named-graph-uri", "timeout"}
    if request.method == "POST" or any(key in protocol for key, _ in asked.parameters):
        raise InputError(
            "query-missing",
            Text("没有查询", "there is no query"),
            Text(
                f"用参数 query 给出，或以 {_QUERY} 发送",
                f"give it as the parameter query, or send it as {_QUERY}",
            ),
        )
    if name is None and _wants_page(formats.offered("construct")):
        if _has_editor():
            return _editor()
        name = "ttl"  # the description is what there is, whatever else was asked for
    from server import description

    return description.of_service(name)


def _wants_page(others: Iterable[Format]) -> bool:
    """Whether a browser asks: HTML by name, and rather than any data."""
    if request.method not in ("GET", "HEAD"):
        return False
    taken = negotiation.accepted(request.headers.get("Accept"))
    html = max(taken.named("text/html"), taken.named("application/xhtml+xml"))
    return html > 0 and all(html >= max(map(taken.named, _names(format))) for format in others)


def _has_editor() -> bool:
    return importlib.util.find_spec("server.editor") is not None


def _editor() -> Response:
    page = importlib.import_module("server.editor").page()
    response = page if isinstance(page, Response) else Response(page, mimetype="text/html")
    response.headers.setdefault("Vary", "Accept, Accept-Language")
    return response


# -- reading the request -----------------------------------------------------------------


def _asked() -> Asked:
    """The query and the protocol's parameters, by the three ways of sending them."""
    pairs = _pairs(request.query_string)
    texts = [value for key, value in pairs if key == "query"]
    updates = any(key == "update" for key, _ in pairs)
    if request.method == "POST":
        media = request.mimetype
        if media == _UPDATE:
            updates = True
        elif media in (_FORM, _QUERY):
            body = _body()
            if media == _FORM:
                sent = _pairs(body)
                pairs += sent
                texts += [value for key, value in sent if key == "query"]
                updates = updates or any(key == "update" for key, _ in sent)
            else:
                texts.append(_text(body))
        else:
            raise _unsupported(media)
    if updates:
        raise no_update(Text("更新（update）", "an update"))
    if len(texts) > 1:
        raise InputError(
            "query-repeated",
            Text(f"给出了 {len(texts)} 个查询", f"{len(texts)} queries were given"),
            Text("每次请求一个", "send one with each request"),
        )
    return Asked(texts[0] if texts else None, tuple(pairs))


def _body() -> bytes:
    """The body as it was sent; only UTF-8 without a coding is taken."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise _unsupported(f"{request.mimetype}; charset={charset}")
    coding = request.headers.get("Content-Encoding", "identity").lower()
    if coding != "identity":
        raise _unsupported(f"Content-Encoding: {coding}")
    return request.get_data()


def _pairs(data: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            data.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except ValueError as error:
        raise InputError(
            "parameters",
            Text(
                f"参数过多，上限为 {_MOST_PARAMETERS}", f"more than {_MOST_PARAMETERS} parameters"
            ),
            Text("减少数据集中的图", "name fewer graphs"),
        ) from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> InputError:
    return InputError(
        "query-encoding",
        Text("查询不是 UTF-8", "the query is not UTF-8"),
        Text("请以 UTF-8 发送", "send it in UTF-8"),
    )


def _limits(timeout: str | None) -> Limits | None:
    """What the query may use: a client may ask for less time than the deadline."""
    if timeout is None:
        return None
    try:
        seconds = float(timeout)
        if not 0 < seconds < math.inf:
            raise ValueError(timeout)
    except ValueError as error:
        raise InputError(
            "timeout",
            Text(f"timeout 的值“{timeout[:40]}”不可用", f"timeout has the value “{timeout[:40]}”"),
            Text("给出大于 0 的秒数，例如 2.5", "give seconds, more than 0, for example 2.5"),
        ) from error
    # Of all else as much as there is: the engine grants no more than its own limits.
    return Limits(seconds, memory_mb=sys.maxsize, result_mb=sys.maxsize)


def _check_suffix(suffix: str | None) -> None:
    if suffix is not None and suffix not in {format.name for format in formats.TABLE}:
        names = ", ".join(format.name for format in formats.TABLE)
        raise UnknownName(
            "resource",
            Text(f"没有 /sparql.{suffix[:40]}", f"there is no /sparql.{suffix[:40]}"),
            Text(f"可用的后缀：{names}", f"the suffixes are: {names}"),
        )


def _method_not_allowed() -> Response:
    from werkzeug.exceptions import MethodNotAllowed

    raise MethodNotAllowed(_METHODS.split(", "))


def _unsupported(what: str) -> InputError:
    return InputError(
        "media-type",
        Text(
            f"内容类型“{what[:80]}”不可用" if what else "请求没有内容类型",
            f"the media type “{what[:80]}” cannot be used"
            if what
            else "the body has no media type",
        ),
        Text(f"用 {_QUERY} 或 {_FORM}，以 UTF-8 编码", f"use {_QUERY} or {_FORM}, in UTF-8"),
    )
