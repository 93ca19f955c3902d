"""The service for real: an engine process, and an HTTP server on a free port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
from waitress.server import create_server

from kb.settings import Settings
from server.app import create_app
from server.knowledge import Knowledge


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    settings = Settings(cache=tmp_path_factory.mktemp("cache"), query_seconds=2.0)
    held = Knowledge.start(settings)
    yield held
    held.close()


@pytest.fixture(scope="session")
def address(knowledge: Knowledge) -> Iterator[str]:
    app = create_app(Settings(), knowledge)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = create_server(app, sockets=[bound], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.close()
    thread.join(timeout=10)


@pytest.fixture
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield client
