"""The plan graph and an asker on it, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.ask.asker import Asker
from kb.plan.graph import PlanGraph, build
from kb.settings import Settings


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> PlanGraph:
    cache: Path = tmp_path_factory.mktemp("cache")
    return build(Settings(cache=cache))


@pytest.fixture(scope="session")
def asker(graph: PlanGraph) -> Asker:
    return Asker(graph.select, graph.base, graph.revision)
