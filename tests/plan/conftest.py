"""The real plan graph, built once, and a way to change it for a moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb import settings
from kb.plan import graph
from kb.plan.graph import PlanGraph
from tests.plan.copies import Copy

Change = Callable[[list[ox.Quad], list[ox.Quad]], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PlanGraph:
    """The knowledge base as it is in the checkout."""
    cache = tmp_path_factory.mktemp("cache")
    return graph.build(replace(settings.load({}), cache=cache))


@pytest.fixture
def change(plan: PlanGraph) -> Change:
    """Takes quads out of the graph's store and puts others in, while a block runs."""

    @contextmanager
    def changed(without: list[ox.Quad], with_: list[ox.Quad]) -> Iterator[None]:
        for quad in without:
            plan.store.remove(quad)
        for quad in with_:
            plan.store.add(quad)
        try:
            yield
        finally:
            for quad in with_:
                plan.store.remove(quad)
            for quad in without:
                plan.store.add(quad)

    return changed


@pytest.fixture
def copy(tmp_path: Path, root: Path) -> Copy:
    """A fresh copy of ``kb``, ``ontology`` and ``queries``, in a folder with a space."""
    folder = tmp_path / "a copy"
    for name in ("kb", "ontology", "queries"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return Copy(folder)
