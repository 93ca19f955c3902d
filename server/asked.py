"""What a request to the SPARQL endpoint asks: SPARQL 1.1 Protocol, section 2.1.

The query comes in the address, in a form, or as the body; all text is UTF-8.
Must not know how it is answered.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import request

from kb.errors import InputError, QueryProblem
from kb.store.interface import Limits
from kb.text import Text

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
#: No more parameters than this in one request: each graph of a dataset is one.
_MOST_PARAMETERS = 1000


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


def read() -> Asked:
    """The query and the protocol's parameters, by the three ways of sending them."""
    pairs = _pairs(request.query_string)
    texts = [value for key, value in pairs if key == "query"]
    updates = any(key == "update" for key, _ in pairs)
    if request.method == "POST":
        media = request.mimetype
        if media == _UPDATE:
            updates = True
        elif media in (FORM, QUERY):
            body = _body()
            if media == FORM:
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
        return body.decode("utf-8-sig")  # some editors begin every file with a mark
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> InputError:
    return InputError(
        "query-encoding",
        Text("查询不是 UTF-8", "the query is not UTF-8"),
        Text("请以 UTF-8 发送", "send it in UTF-8"),
    )


def limits(timeout: str | None) -> Limits | None:
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


def _unsupported(what: str) -> InputError:
    return InputError(
        "media-type",
        Text(
            f"内容类型“{what[:80]}”不可用" if what else "请求没有内容类型",
            f"the media type “{what[:80]}” cannot be used"
            if what
            else "the body has no media type",
        ),
        Text(f"用 {QUERY} 或 {FORM}，以 UTF-8 编码", f"use {QUERY} or {FORM}, in UTF-8"),
    )
