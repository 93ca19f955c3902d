"""Requests, results and errors as frames: what client, engine and worker say to each other.

Must not know how frames travel.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb import errors
from kb.errors import PlankbError
from kb.store.frames import Frame, Header
from kb.store.interface import Limits, Result
from kb.text import Text


def query_request(
    text: str,
    format: str | None,
    default_graphs: Sequence[str],
    named_graphs: Sequence[str],
    limits: Limits,
    base: str | None = None,
) -> Frame:
    """The request to run a query; arguments as of :meth:`kb.store.interface.Store.query`."""
    header = {
        "do": "query",
        "format": format,
        "default": list(default_graphs),
        "named": list(named_graphs),
        "base": base,
        **_of_limits(limits),
    }
    return Frame(header, text.encode("utf-8", "replace"))


def quads_request(graph: str | None, limits: Limits) -> Frame:
    """The request for all quads as N-Quads, or for one graph as N-Triples."""
    return Frame({"do": "quads", "graph": graph, **_of_limits(limits)})


def load_request(nquads: bytes, revision: str) -> Frame:
    """The request to replace everything by a new revision."""
    return Frame({"do": "load", "revision": revision}, nquads)


def status_request() -> Frame:
    """The request for the engine's state."""
    return Frame({"do": "status"})


def _of_limits(limits: Limits) -> Header:
    return {
        "seconds": limits.seconds,
        "memory_mb": limits.memory_mb,
        "result_mb": limits.result_mb,
    }


def limits_of(header: Header) -> Limits:
    """The limits that a request asks for."""
    return Limits(header["seconds"], header["memory_mb"], header["result_mb"])


def of_result(result: Result) -> Frame:
    """A result as a reply."""
    return Frame(
        {
            "form": result.form,
            "format": result.format,
            "media_type": result.media_type,
            "rows": result.rows,
            "revision": result.revision,
            "seconds": result.seconds,
        },
        result.body,
    )


def result_of(reply: Frame) -> Result:
    """The result in a reply.

    Raises:
        PlankbError: the reply is an error; it is raised as the class it was.
    """
    header = reply.header
    if "error" in header:
        raise to_error(header["error"])
    return Result(
        header["form"],
        header["format"],
        header["media_type"],
        reply.body,
        header["rows"],
        header["revision"],
        header["seconds"],
    )


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
