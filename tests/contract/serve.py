"""The service over a dataset of a test's own: its routes, its engine, and not the plan.

Prints its address and its engine's socket, by which a test loads one dataset after another.
Started with the base IRI; ends when its standard input does.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import cast

from waitress.server import create_server

from kb.ask.asker import Asker
from kb.settings import Settings
from kb.store.owner import Engine
from server.app import create_app
from server.knowledge import Knowledge


def main(base: str) -> None:
    settings = Settings(base=base, workers=1, query_seconds=20)
    # No prefixes: the suite expects an error for one that is not declared.
    with Engine.start(b"", "none", settings, union=False) as engine:
        asker = cast(Asker, None)  # no plan, no questions
        knowledge = Knowledge(base, "none", engine, engine.client(), asker)
        bound = socket.create_server(("127.0.0.1", 0))
        server = create_server(create_app(settings, knowledge), sockets=[bound], threads=2)
        threading.Thread(target=server.run, daemon=True).start()
        port = bound.getsockname()[1]
        print(json.dumps({"address": f"http://127.0.0.1:{port}", "engine": str(engine.path)}))
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
