"""The engine seen from an event loop: a request goes out, and its reply is awaited.

For one loop in one process. Who needs a store has :class:`kb.store.client.EngineClient`, which
also waits for an engine that is being started again; here that is an error at once.
Must not know what is asked.
"""

from __future__ import annotations

import asyncio
from typing import cast

from kb.store.client import lost
from kb.store.direct import Direct, Running
from kb.store.frames import Frame, Inbox


class _Line(asyncio.Protocol):
    """A connection; one request at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._reply: asyncio.Future[Frame] | None = None
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._inbox.feed(data)
            frame = self._inbox.take()
        except ValueError:
            self.transport.abort()
            return
        if frame is not None and self._reply is not None:
            reply, self._reply = self._reply, None
            if not reply.done():
                reply.set_result(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(lost(str(exc or "closed")))

    async def ask(self, *frames: Frame) -> Frame:
        self._reply = asyncio.get_running_loop().create_future()
        for frame in frames:
            for part in frame.parts():
                self.transport.write(part)
        return await self._reply


class Lines:
    """Connections to an engine, made when needed and used again.

    Args:
        path: of the engine's socket.

    Attributes:
        direct: the worker that is asked first, where one is lent.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[_Line] = []
        self._closed = False
        self.direct = Direct(path)

    def ask_now(self, request: Frame) -> Frame | Running | None:
        """The reply, where it can be had at once; or else what :meth:`ask` has to know."""
        return self.direct.ask(request)

    async def ask_together(self, request: Frame) -> Frame | Running | None:
        """As :meth:`ask_now`, with the requests of all who are about to ask at this moment."""
        return await self.direct.ask_with_others(request)

    async def ask(self, request: Frame, running: Running | None = None) -> Frame:
        """Send a request and wait for its reply. Cancelled, the query ends in the engine too.

        Args:
            request: the query.
            running: who is at it already, if :meth:`ask_now` gave that.

        Raises:
            Overloaded: the engine went away, or is not there.
        """
        try:
            line = await self._line()
        except BaseException:
            if running is not None:
                self.direct.give_up(running)
            raise
        frames = (request,) if running is None else (running.notice(), request)
        try:
            reply = await line.ask(*frames)
        except BaseException:
            line.transport.abort()
            raise
        if self._closed:
            line.transport.close()
        else:
            self._idle.append(line)
        return reply

    async def _line(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if not line.gone:
                return line
        loop = asyncio.get_running_loop()
        try:
            _, line = await loop.create_unix_connection(_Line, self._path)
        except OSError as error:
            raise lost(str(error)) from error
        return line

    def look(self) -> None:
        """Called a few times a second, from the event loop."""
        self.direct.look()

    def close(self) -> None:
        """Close the connections, those in use as soon as they are answered."""
        self._closed = True
        self.direct.close()
        while self._idle:
            self._idle.pop().transport.close()
