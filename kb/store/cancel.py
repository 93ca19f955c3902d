"""Ending a piece of work from another thread: its queries to the engine end with it.

The engine ends a query when the connection that it came by is closed, so that is all this does.
Must not know what the work is, nor why it is not wanted any more.
"""

from __future__ import annotations

import contextlib
import contextvars
import socket
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from kb.errors import QueryStopped
from kb.text import Text

_CURRENT: contextvars.ContextVar[Cancellation | None] = contextvars.ContextVar(
    "plankb_cancellation", default=None
)


class Cancellation:
    """A piece of work that another thread may end.

    The thread that does the work enters it; queries it makes meanwhile can be ended by
    :meth:`cancel`, from any thread, and raise :class:`kb.errors.QueryStopped`, as do those that
    it makes afterwards.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._line: socket.socket | None = None

    def cancel(self) -> None:
        """End the query that runs, and let no other begin."""
        with self._lock:
            self._cancelled = True
            if self._line is not None:
                with contextlib.suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _CURRENT.reset(self._token)

    def hold(self, line: socket.socket | None) -> None:
        """The connection that a query of this work goes over now; None when it is answered.

        Raises:
            QueryStopped: the work was cancelled.
        """
        with self._lock:
            self._line = line
            if self._cancelled:
                raise cancelled()


@contextlib.contextmanager
def watched(line: socket.socket) -> Iterator[None]:
    """While a request and its reply go over a connection; work in no cancellation just runs.

    Raises:
        QueryStopped: the work was cancelled, before or meanwhile.
    """
    current = _CURRENT.get()
    if current is None:
        yield
        return
    current.hold(line)
    try:
        yield
    finally:
        current.hold(None)  # raised here, it takes the place of the error of the broken line


def cancelled() -> QueryStopped:
    """The error where nobody wants the answer any more."""
    return QueryStopped(
        "query-cancelled",
        Text(zh="请求方已断开，查询已终止", en="the client went away, so the query was ended"),
    )
