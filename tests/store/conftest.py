"""Fixtures of the store's tests: a loaded store, running engines, a listener."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from kb.settings import Settings
from kb.store.client import EngineClient
from kb.store.embedded import EmbeddedStore
from kb.store.owner import Engine
from tests.store.material import PREFIXES, Listener, dataset


@pytest.fixture
def store() -> EmbeddedStore:
    made = EmbeddedStore(PREFIXES)
    made.load(dataset(), "r1")
    return made


@pytest.fixture
def start() -> Iterator[Callable[..., EngineClient]]:
    """Starts an engine with these settings and gives a client; both are closed at the end."""
    with ExitStack() as stack:

        def make(size: int = 1200, **settings: float) -> EngineClient:
            values = Settings(**settings)  # type: ignore[arg-type]
            engine = Engine.start(dataset(size), "r1", values, prefixes=PREFIXES)
            stack.enter_context(engine)
            return stack.enter_context(engine.client())

        yield make


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    with made.socket:
        yield made
