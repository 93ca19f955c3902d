"""The plan's code lists, once for all tests of reports."""

from __future__ import annotations

import pytest

from kb import settings
from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.reports.codelists import CodeLists


@pytest.fixture(scope="session")
def plan() -> PlanGraph:
    return graph.build(settings.load())


@pytest.fixture(scope="session")
def lists(plan: PlanGraph) -> CodeLists:
    return CodeLists.of(plan)
