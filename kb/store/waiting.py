"""A short queue that is fair to those who wait: each client in turn, however many it has sent.

Must not know what is waited for.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Waiting(Generic[Item]):
    """Items that wait, in a line for each client.

    Args:
        most: how many may wait in all.

    >>> waiting = Waiting[int](3)
    >>> for who, item in [("a", 1), ("a", 2), ("b", 3)]:
    ...     waiting.put(who, item)
    >>> waiting.put("c", 4), len(waiting)  # 2 makes room: its client has the most
    (2, 3)
    >>> [waiting.take() for _ in range(3)]
    [1, 3, 4]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: OrderedDict[str, deque[Item]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Item]:
        for line in self._lines.values():
            yield from line

    def put(self, who: str, item: Item) -> Item | None:
        """Let an item wait.

        Args:
            who: its client.
            item: at the end of that client's line.

        Returns:
            The item that found no place: this one, or the last one of the client who has
            the most of them waiting. None where there was a place.
        """
        refused = None
        if self._count >= self._most:
            longest = max(self._lines, key=lambda each: len(self._lines[each]), default=who)
            own = len(self._lines.get(who, ()))
            if longest == who or len(self._lines.get(longest, ())) <= own + 1:
                return item
            refused = self._lines[longest][-1]
            self.remove(longest, refused)
        self._lines.setdefault(who, deque()).append(item)
        self._count += 1
        return refused

    def put_back(self, who: str, item: Item) -> None:
        """Let an item that was taken wait again, before all others and beyond the limit."""
        self._lines.setdefault(who, deque()).appendleft(item)
        self._lines.move_to_end(who, last=False)
        self._count += 1

    def take(self) -> Item:
        """The first item of the client whose turn it is. There must be one."""
        who, line = next(iter(self._lines.items()))
        item = line.popleft()
        self._count -= 1
        if line:
            self._lines.move_to_end(who)
        else:
            del self._lines[who]
        return item

    def remove(self, who: str, item: Item) -> bool:
        """Take out an item wherever it stands; whether it was there."""
        line = self._lines.get(who)
        if line is None or item not in line:
            return False
        line.remove(item)
        self._count -= 1
        if not line:
            del self._lines[who]
        return True
