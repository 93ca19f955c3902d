"""A lock that threads get in the order in which they asked for it.

Python's own may pass one over for seconds when many wait. Must not know what is locked.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A lock for the threads of one process.

    >>> turns = Turns()
    >>> turns.acquire(1.0), turns.acquire(0.001)
    (True, False)
    >>> turns.release()
    >>> turns.acquire(1.0)
    True
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def acquire(self, timeout: float) -> bool:
        """Wait for the lock for so many seconds; whether it was had."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            place = threading.Lock()
            place.acquire()
            self._waiting.append(place)
        if place.acquire(timeout=timeout):
            return True
        with self._guard:
            if place in self._waiting:
                self._waiting.remove(place)
                return False
        return True  # it was handed over in the last moment

    def release(self) -> None:
        """Hand it to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
