"""Responses that were made before, by everything in a request that they may depend on.

One cache a web process, used from its event loop only. Bounded in bytes; the response that was
not asked for the longest makes room. Must not know how a response was made.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Headers: TypeAlias = list[tuple[str, str]]

#: The request headers that are part of a key. A response that varies by another is not kept.
VARIES = frozenset({"accept", "accept-encoding", "accept-language", "host"})

#: A response larger than this part of the cache would push out too many others.
_LARGEST = 1 / 8
#: What an entry weighs beside its texts: objects, tuples, its place in the table.
_OVERHEAD = 1500
#: What a header weighs; most responses share most of theirs.
_FIELD = 200
#: Headers that describe a body, and so do not go with a 304 (RFC 9110, section 15.4.5).
_NOT_OF_304 = frozenset({"content-type", "content-length", "content-encoding", "last-modified"})

Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A response in the cache.

    Args:
        status: of HTTP.
        headers: in lower case, without those of one request only.
        body: the whole of it.
        etag: as in its header.
        route: that it is counted under.
    """

    status: int
    headers: Headers
    body: bytes
    etag: str
    route: str

    def headers_of_304(self) -> Headers:
        """Those that go with a 304 in its place."""
        return [(name, value) for name, value in self.headers if name not in _NOT_OF_304]

    def matches(self, condition: str) -> bool:
        """Whether an If-None-Match lists it (RFC 9110, section 13.1.2: compared weakly)."""
        if condition.strip() == "*":
            return True
        own = self.etag.removeprefix("W/")
        return any(tag.strip().removeprefix("W/") == own for tag in condition.split(","))


class ResponseCache:
    """Responses by key, the ones asked for last the longest.

    Args:
        most: bytes that keys and responses may have together; 0 keeps nothing.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Key, tuple[Kept, int]] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Kept | None:
        """The response to the same request."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._kept[key] = found  # a dict keeps its order: now it is the last to go
        return found[0]

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep a response, if it is not too large to be worth it."""
        weight = _weight(key, kept)
        if weight > self._most * _LARGEST:
            return
        before = self._kept.pop(key, None)
        if before is not None:
            self.size -= before[1]
        self._kept[key] = (kept, weight)
        self.size += weight
        while self.size > self._most:
            oldest = next(iter(self._kept))
            self.size -= self._kept.pop(oldest)[1]

    def clear(self) -> None:
        """Forget everything: another revision is served."""
        self._kept.clear()
        self.size = 0


def keepable(
    status: int, headers: Sequence[tuple[str, str]], body: bytes, route: str
) -> Kept | None:
    """The response as it may be kept; None where it does not say that it may.

    It says so by an ETag and a Cache-Control that does not forbid it: what the app marks thus is
    the same for everyone for as long as the revision is.

    >>> keepable(200, [("etag", '"a"'), ("cache-control", "no-store")], b"", "/sparql") is None
    True
    """
    if status != 200:
        return None
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]},{value}" if name in found else value
    control = found.get("cache-control", "no-store").lower()
    varies = _listed(found.get("vary", ""))
    if (
        "etag" not in found
        or "no-store" in control
        or "private" in control
        or "set-cookie" in found
        or not varies <= VARIES
    ):
        return None
    # The date and the id belong to one request.
    own = [(name, value) for name, value in headers if name not in ("x-request-id", "date")]
    return Kept(status, own, body, found["etag"], route)


@lru_cache(maxsize=256)
def _listed(header: str) -> frozenset[str]:
    """The names that a header lists, in lower case."""
    return frozenset(name.strip().lower() for name in header.split(",") if name.strip())


def _weight(key: Key, kept: Kept) -> int:
    return sum(map(sys.getsizeof, key)) + len(kept.body) + len(kept.headers) * _FIELD + _OVERHEAD
