"""What is read from the graph once for each revision, and kept for the requests that follow.

Must not know what is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import current_app

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
