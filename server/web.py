"""One web process: the front on its socket of the address, until told to stop.

granian does HTTP; this hands it a socket that the parent has too, so that no connection is lost
that waits when a process ends. Must not know any route, nor who started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import math
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined] # not in its __all__
from granian.server.embed import Server

from kb.errors import PlankbError
from kb.settings import Settings
from server.front import Front

#: Connections that wait to be accepted, and those that one process has open at a time.
_BACKLOG = 1024
_CONNECTIONS = 4096
#: Seconds between two looks at requests that take long, and at the state of the process.
_LOOK = 0.1
#: Seconds after the start until what repairs and completions need is read: some seconds of the
#: processor, which those who ask first, and services that live shortly, should not pay for; nor
#: those who ask more than so many times between two looks. It is made when wanted at the latest.
_SOON = 15.0
_FEW = 20
#: Seconds that a thread keeps the interpreter while others want it.
_TURN = 0.001
#: Objects that are made before garbage is looked for.
_GARBAGE = 20_000


class _Listening(Server):
    """granian in this process, on a socket that is bound already."""

    def __init__(self, bound: socket.socket, front: Front) -> None:
        super().__init__(
            front,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
            backlog=_BACKLOG,
            backpressure=_CONNECTIONS,
            # Long queries come in the address; a slow sender of a head is not waited for long.
            http1_settings=HTTP1Settings(header_read_timeout=20_000, max_buffer_size=2**20),
        )
        self._bound = bound

    def _init_shared_socket(self) -> None:
        # The descriptor is granian's from now on: it closes it when it stops listening.
        # Its stubs do not have the arguments: descriptor, whether it is a Unix socket, backlog.
        self._shd: Any = SocketHolder(self._bound.detach(), False, _BACKLOG)  # type: ignore[call-arg]


class Web:
    """A web process as its parent steers it, over a socket, with lines of JSON.

    It takes ``{"do": "prepare", "engine": PATH, "revision": NAME, "generation": N}``, answered
    with ``{"prepared": N}`` or ``{"failed": WHY, "generation": N}``; ``{"do": "turn"}``, answered
    with ``{"drained": N}`` once nothing of generation N is used any more; and
    ``{"do": "stop"}``. When the socket is closed, its parent is gone, and it stops too.

    Args:
        bound: the socket to listen on.
        control: from and to the parent.
        front: answers.
        settings: for the next revision.
        settle: called in the event loop once HTTP has its threads.
    """

    def __init__(
        self,
        bound: socket.socket,
        control: socket.socket,
        front: Front,
        settings: Settings,
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self._control = control
        self._front = front
        self._settings = settings
        self._settle = settle
        self._server = _Listening(bound, front)
        self._heard = b""

    def run(self) -> None:
        """Serve until told to stop; requests at work are finished."""
        # A thread that works gives way to the event loop after so many seconds, not after five
        # times as many: most requests take less than that.
        sys.setswitchinterval(_TURN)
        # Requests leave next to no cycles, and what the cache keeps is looked through in vain.
        gc.set_threshold(_GARBAGE)
        uvloop.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._control.setblocking(False)
        loop.add_reader(self._control.fileno(), self._hear)
        for number in (signal.SIGTERM, signal.SIGINT):
            # Ctrl-C reaches the whole group, and it is the parent that decides what then happens.
            loop.add_signal_handler(number, self._stop if number == signal.SIGTERM else _nothing)
        looking = loop.create_task(self._look())
        serving: dict[str, object] = {"serving": True}
        loop.call_soon(self._say, serving)
        await self._server.serve()
        looking.cancel()
        self._front.close()

    async def _look(self) -> None:
        await asyncio.sleep(_LOOK)  # until HTTP has its threads
        self._settle()
        loop = asyncio.get_running_loop()
        cold, asked = loop.time() + _SOON, 0
        while True:
            self._front.look()
            self._front.show()
            busy, asked = self._front.asked - asked > _FEW, self._front.asked
            if not busy and loop.time() > cold:
                self._front.warm()
                cold = math.inf
            await asyncio.sleep(_LOOK)

    def _stop(self) -> None:
        self._server.stop()  # type: ignore[no-untyped-call]

    def _hear(self) -> None:
        try:
            data = self._control.recv(2**16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._stop()
            return
        *whole, self._heard = (self._heard + data).split(b"\n")
        for line in whole:
            self._obey(json.loads(line))

    def _obey(self, order: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        if order["do"] == "stop":
            self._stop()
        elif order["do"] == "turn":
            self._front.turn()
        elif order["do"] == "prepare":
            # In a thread: the lexicon takes some tenths of a second, and requests go on.
            loop.run_in_executor(None, self._prepare, order, loop.call_soon_threadsafe)

    def _prepare(self, order: dict[str, Any], later: Callable[..., object]) -> None:
        generation = order["generation"]
        try:
            before = self._front.knowledge
            knowledge = before.then_at(order["engine"], order["revision"], self._settings)
        except PlankbError as error:
            later(self._say, {"failed": error.render("en"), "generation": generation})
            return
        later(self._front.prepare, knowledge, lambda before: self._say({"drained": before}))
        later(self._say, {"prepared": generation})
        knowledge.warm()

    def _say(self, message: dict[str, object]) -> None:
        # A line is far shorter than the socket's buffer; a parent that is gone hears nothing.
        with contextlib.suppress(OSError):
            self._control.send(json.dumps(message).encode() + b"\n")


def _nothing() -> None:
    """What SIGINT does here."""
