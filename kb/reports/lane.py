"""Large audits go one at a time, so that small ones, and all that is no audit, stay quick.

One that is large takes seconds of a processor (``./dev bench audit``), and whoever may send one may
send many at once. Must not know what is audited.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import Overloaded
from kb.text import Text

#: Rows of a large audit, with those of the earlier reports that it looks at: a report of 350
#: figures and those of five years before it are not half as many.
LARGE = 5000
#: How many large audits may wait for the one that runs.
_WAITING = 3
#: Seconds after which there is likely to be a place.
_AGAIN = 10


class Lane:
    """The turns of audits in one process."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(1 + _WAITING)
        self._turn = threading.Lock()

    @contextmanager
    def turn(self, rows: int) -> Iterator[None]:
        """Wait for the turn of an audit and have it; a small one need not wait.

        Args:
            rows: of all files that the audit looks at.

        Raises:
            Overloaded: so many large ones wait already.
        """
        if rows <= LARGE:
            yield
            return
        if not self._places.acquire(blocking=False):
            raise Overloaded(
                "audits-overloaded",
                Text(
                    zh=f"正在审核多份很大的文件，请在 {_AGAIN} 秒后重试；没有保存任何内容",
                    en=f"several very large files are being audited; try again in {_AGAIN} s; "
                    "nothing was kept",
                ),
                Text(
                    zh=f"把文件拆小就不必等待：连同要对照的往年报表不超过 {LARGE} 行",
                    en=f"smaller files do not have to wait: of at most {LARGE} rows, with the "
                    "earlier reports that they are compared with",
                ),
                retry_after=_AGAIN,
            )
        try:
            with self._turn:
                yield
        finally:
            self._places.release()
