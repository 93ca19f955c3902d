"""A whole service on a socket: the app, the counts, the parent process and its web processes.

Must not know where the knowledge comes from, nor how the service was asked for.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable

from kb.settings import Settings
from server import ops
from server.app import create_app
from server.knowledge import Knowledge
from server.master import Master
from server.metrics import Metrics
from server.places import places


def run(
    bound: socket.socket, settings: Settings, knowledge: Knowledge, ready: Callable[[], None]
) -> None:
    """Serve until told to stop.

    Args:
        bound: bound to the address to serve on.
        settings: in force.
        knowledge: to begin with, with its engine; closed at the end.
        ready: called once, when requests are answered.

    Raises:
        PlankbError: web processes died as soon as they were started.
    """
    try:
        app = create_app(settings, knowledge)
        routes = (ops.address(rule.rule) for rule in app.url_map.iter_rules())
        metrics = Metrics(routes, settings.web_processes)
        app.extensions[ops.METRICS] = metrics

        everyone = places(bound, settings.web_processes, pinned=settings.pin == "on")

        def web(number: int, control: socket.socket, knowledge: Knowledge) -> None:
            from server import desks
            from server.front import Front
            from server.web import Web

            app.extensions["plankb"] = knowledge
            place = everyone[number]
            place.take(everyone)
            board = metrics.board
            counter = metrics.counter(number)
            front = Front(
                app,
                knowledge,
                lambda: board.generation,
                counter,
                settings,
                warm=lambda: desks.warm(app),
            )
            Web(place.bound, control, front, settings, place.settle).run()

        def serving() -> None:
            ready()
            _notify(b"READY=1")

        Master(settings, knowledge, metrics.board, web, serving).run()
    finally:
        knowledge.close()


def _notify(state: bytes) -> None:
    """Tell the service manager, where there is one (sd_notify(3))."""
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.connect("\0" + path[1:] if path.startswith("@") else path)
            to.send(state)
