"""Results kept for whoever asks the same again, up to a number of bytes.

Must not know what makes two requests the same, nor when a result is no longer true.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from kb.store.frames import Frame

#: A request as it came: its header and its body.
Key: TypeAlias = tuple[bytes, bytes]

#: What an entry takes beyond its bytes, roughly.
_OVERHEAD = 600


class ResultCache:
    """Replies by request; the one that was not asked for the longest goes first.

    Args:
        most: bytes of all that is kept; 0 keeps nothing.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Frame] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Frame | None:
        """The reply to that request."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, reply: Frame) -> None:
        """Keep a reply. One that would take a quarter of the room is not worth the others."""
        size = _size(key, reply)
        if size * 4 > self._most or key in self._kept:
            return
        self._kept[key] = reply
        self.size += size
        while self.size > self._most:
            self.size -= _size(*self._kept.popitem(last=False))

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self.size = 0


def _size(key: Key, reply: Frame) -> int:
    # Where the reply came in one piece that piece is kept beside its parts.
    body = len(reply.body) * (2 if reply.raw is not None else 1)
    return len(key[0]) + len(key[1]) + len(reply.head) + body + _OVERHEAD
