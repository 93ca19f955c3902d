"""What is read from the graph once for each revision, and kept for the requests that follow.

Must not know what is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import current_app, request
from markupsafe import Markup

from server import language
from server.access import knowledge
from server.knowledge import Knowledge

_HELD = "plankb.held"

T = TypeVar("T")


def of_revision(name: str, read: Callable[[Knowledge], T]) -> T:
    """The value for the revision that the request at hand is answered from.

    Args:
        name: of the value, one for each reader.
        read: gets it from the graph; run again when the revision is another.

    Raises:
        As ``read`` does.
    """
    now = knowledge()
    kept = cast("dict[str, tuple[str, object]]", current_app.extensions.setdefault(_HELD, {}))
    found = kept.get(name)
    if found is None or found[0] != now.revision:
        # Two threads may both read; the values are equal, and no lock is held while one reads.
        found = (now.revision, read(now))
        kept[name] = found
    return cast(T, found[1])


def of_pages(name: str, read: Callable[[], T]) -> T:
    """The value for the pages of a revision in the language of the request, with links in it.

    Args:
        name: of the value, one for each reader.
        read: makes it; of the request it may see no more than its language and where the app is
            mounted.

    Raises:
        As ``read`` does.
    """
    if not knowledge().revision:  # nobody says when the graph is another
        return read()
    own = f"{name} {language.of_request()} {request.script_root}"
    return of_revision(own, lambda _: read())


def rendered(name: str, caller: Callable[[], Markup], *, keep: bool = True) -> Markup:
    """The part of a page that a ``call`` block of its template gives, rendered once a revision.

    Args:
        name: of the part, one for each such block.
        caller: of the block; as ``read`` of :func:`of_pages`.
        keep: whether this request's is the one that others get too.
    """
    return of_pages(f"page {name}", caller) if keep else caller()
