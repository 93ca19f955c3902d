"""The service over a dataset of a test's own: its routes, its engine, and not the plan.

Prints its address and its engine's socket, by which a test loads one dataset after another.
Started with the base IRI; ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import cast

from werkzeug.serving import WSGIRequestHandler, make_server

from kb.ask.asker import Asker
from kb.settings import Settings
from kb.store.owner import Engine
from server.app import create_app
from server.knowledge import Knowledge


class _Quiet(WSGIRequestHandler):
    """Keeps connections open, and says nothing of each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nobody reads along."""


def main(base: str) -> None:
    settings = Settings(base=base, workers=1, query_seconds=20)
    # No prefixes: the suite expects an error for one that is not declared.
    with Engine.start(b"", "none", settings, union=False) as engine:
        asker = cast(Asker, None)  # no plan, no questions
        knowledge = Knowledge(base, "none", engine.client(), asker, engine)
        app = create_app(settings, knowledge)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        print(json.dumps({"address": f"http://127.0.0.1:{port}", "engine": str(engine.path)}))
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
