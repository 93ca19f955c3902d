"""The names of the revision in force, for the editor and for searching.

Must not know what is searched for.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from kb import terms
from kb.store.names import Names
from server.access import knowledge


@dataclass
class _Held:
    """The names of one revision; those of the one before are dropped."""

    revision: str = ""
    names: Names | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


def names() -> Names:
    """The names of the revision in force, read when first wanted."""
    held = cast(_Held, current_app.extensions.setdefault("plankb.names", _Held()))
    now = knowledge()
    with held.lock:
        if held.names is None or held.revision != now.revision:
            held.names = Names.read(now.store, terms.prefixes(now.base))
            held.revision = now.revision
        return held.names
