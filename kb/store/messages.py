"""Requests, results and errors as frames: what client, engine and worker say to each other.

Must not know how frames travel.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache

from kb import errors
from kb.errors import PlankbError
from kb.store.frames import Bytes, Frame, Header
from kb.store.interface import Form, Limits, Result
from kb.text import Text

#: The note of a request: seconds, memory_mb and result_mb; then whether the next one is likely to
#: come at once; the client's name follows.
_LIMITS = struct.Struct(">ddd")
LIMITS_SIZE = _LIMITS.size
_MORE, _NO_MORE = b"1", b"0"
#: The code of a reply that is a result, and the note of one from a worker that is not tired.
OK = "ok"
_FINE = b"0ok"
#: What in the header of a result stands before the only part that is another each time.
_SECONDS = b', "seconds": '


def query_request(
    text: str,
    format: str | None,
    default_graphs: Sequence[str],
    named_graphs: Sequence[str],
    limits: Limits,
    base: str | None = None,
    client: str = "",
) -> Frame:
    """The request to run a query; arguments as of :meth:`kb.store.interface.Store.query`."""
    head = _query_head(format, tuple(default_graphs), tuple(named_graphs), base)
    return Frame(head, text.encode("utf-8", "replace"), _note(limits, client))


@lru_cache(maxsize=256)
def _query_head(
    format: str | None, default: tuple[str, ...], named: tuple[str, ...], base: str | None
) -> bytes:
    header = {"do": "query", "format": format, "default": default, "named": named, "base": base}
    return json.dumps(header).encode()


def quads_request(graph: str | None, limits: Limits) -> Frame:
    """The request for all quads as N-Quads, or for one graph as N-Triples."""
    return Frame.of({"do": "quads", "graph": graph}, note=_note(limits, ""))


def load_request(path: str, revision: str) -> Frame:
    """The request to replace everything by a new revision: N-Quads in a file of its folder."""
    return Frame.of({"do": "load", "path": path, "revision": revision})


def patch_request(path: str, revision: str) -> Frame:
    """The request for one more revision beside this one: a patch in a file of the folder.

    Answered with ``socket``, the name of its socket in the folder, when it is ready.
    """
    return Frame.of({"do": "patch", "path": path, "revision": revision})


def end_request() -> Frame:
    """The request to let go of this socket's revision, when what runs on it has ended."""
    return Frame.of({"do": "end"})


def lend_request(count: int, processor: int | None) -> Frame:
    """The request for workers of one's own, on a processor where one is named.

    Each comes as a frame ``lent``, its process id, with its socket as a descriptor.
    """
    return Frame.of({"do": "lend", "count": count, "processor": processor})


def back_notice(pid: int, *, fit: bool) -> Frame:
    """Says that a worker is not needed any more, and whether another may have it."""
    return Frame.of({"do": "back", "pid": pid, "fit": fit})


def running_notice(pid: int, seconds: float) -> Frame:
    """Says that a worker that was lent is at the query that follows, for so many seconds."""
    return Frame.of({"do": "running", "pid": pid, "seconds": seconds})


def told_notice(tally: Header, spent: Mapping[str, float]) -> Frame:
    """Counts of what workers that were lent have answered, and seconds spent by client."""
    return Frame.of({"do": "told", "tally": tally, "spent": dict(spent)})


def status_request() -> Frame:
    """The request for the engine's state."""
    return Frame.of({"do": "status"})


def _note(limits: Limits, client: str) -> bytes:
    name = client.encode("utf-8", "replace")
    return _LIMITS.pack(limits.seconds, limits.memory_mb, limits.result_mb) + _NO_MORE + name


def announce_more(request: Frame) -> None:
    """Have a request say that the next one is likely to come at once."""
    request.note = request.note[:LIMITS_SIZE] + _MORE + request.note[LIMITS_SIZE + 1 :]


def expects_more(request: Frame) -> bool:
    """Whether the next request is likely to come at once."""
    return request.note[LIMITS_SIZE : LIMITS_SIZE + 1] == _MORE


def limits_of(request: Frame) -> Limits:
    """The limits that a request asks for.

    Raises:
        ValueError: it has none, or none that are numbers above zero.
    """
    if len(request.note) < _LIMITS.size:
        raise ValueError("a request without limits")
    seconds, memory_mb, result_mb = _LIMITS.unpack_from(request.note)
    if not (seconds >= 0 and memory_mb >= 0 and result_mb >= 0):  # NaN is not
        raise ValueError("limits below zero")
    return Limits(seconds, min(memory_mb, 2**40), result_mb)


def client_of(request: Frame) -> str:
    """The name of the client that a request is for; empty where nobody is named."""
    if len(request.note) <= _LIMITS.size + 1:
        return ""
    return request.note[_LIMITS.size + 1 :].decode("utf-8", "replace")


@lru_cache(maxsize=64)
def _result_head(
    form: str, format: str, media_type: str, counted: int | None, revision: str
) -> bytes:
    header = {
        "form": form,
        "format": format,
        "media_type": media_type,
        "counted": counted,
        "revision": revision,
    }
    return json.dumps(header).encode()[:-1]


def of_result(result: Result) -> Frame:
    """A result as a reply."""
    start = _result_head(
        result.form, result.format, result.media_type, result.counted, result.revision
    )
    head = start + _SECONDS + b"%.6f}" % result.seconds
    return Frame(head, result.body, _FINE)


def of_problem(error: PlankbError) -> Frame:
    """An error as a reply."""
    return Frame.of({"error": of_error(error)}, note=reply_note(error.code))


def reply_note(code: str, *, tired: bool = False) -> bytes:
    """The note of a reply: whether the worker is tired, and what came of the request."""
    return (b"1" if tired else b"0") + code.encode()


def outcome_of(reply: Frame) -> tuple[str, bool]:
    """What came of a request, and whether the worker is tired: what :func:`reply_note` wrote."""
    if reply.note == _FINE:
        return OK, False
    return reply.note[1:].decode(), reply.note[:1] == b"1"


def result_of(reply: Frame) -> Result:
    """The result in a reply.

    Raises:
        PlankbError: the reply is an error; it is raised as the class it was.
    """
    if outcome_of(reply)[0] != OK:
        raise to_error(reply.header["error"])
    start, _, seconds = reply.head.rpartition(_SECONDS)
    form, format, media_type, counted, revision = _read_result_head(start)
    body = _bytes(reply.body)
    return Result(form, format, media_type, body, counted, revision, float(seconds[:-1]))


@lru_cache(maxsize=64)
def _read_result_head(start: bytes) -> tuple[Form, str, str, int | None, str]:
    header = json.loads(start + b"}")
    names = ("form", "format", "media_type", "counted", "revision")
    form, format, media_type, counted, revision = (header[name] for name in names)
    return form, format, media_type, counted, revision


def _bytes(body: Bytes) -> bytes:
    return body if isinstance(body, bytes) else bytes(body)


def of_error(error: PlankbError) -> Header:
    """An error of our tree as JSON values."""
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message.as_dict(),
        "hint": error.hint.as_dict() if error.hint else None,
        "fields": {
            name: value
            for name, value in error.fields.items()
            if value is None or isinstance(value, str | int | float | list)
        },
    }


def to_error(values: Header) -> PlankbError:
    """The error that :func:`of_error` wrote down, of the same class."""
    kind = getattr(errors, values["kind"], PlankbError)
    if not (isinstance(kind, type) and issubclass(kind, PlankbError)):
        kind = PlankbError
    hint = Text(**values["hint"]) if values["hint"] else None
    return kind(values["code"], Text(**values["message"]), hint, **values["fields"])
