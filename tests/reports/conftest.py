"""What tests of reports share: code lists of the plan, and ledgers for real.

SQLite in a folder of the test's, PostgreSQL in a cluster of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb import settings
from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.reports.codelists import CodeLists
from kb.reports.ledger.ledger import Ledger
from tests.reports.cluster import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # The path of a socket is short, and pytest's folders are not; others must get through, too.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        made = Cluster(folder)
        try:
            yield made
        finally:
            made.stop("immediate")


#: Both databases; the name of the second one's test says what it needs.
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs_postgres)]


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may be."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.create()


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    opened = Ledger.open(place)
    yield opened
    opened.close()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in SQLite, where the database does not matter."""
    opened = Ledger.open(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[[str], Ledger]]:
    """Opens further ledgers, and closes them."""
    opened: list[Ledger] = []

    def open_(place: str) -> Ledger:
        opened.append(Ledger.open(place))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def plan() -> PlanGraph:
    return graph.build(settings.load())


@pytest.fixture(scope="session")
def lists(plan: PlanGraph) -> CodeLists:
    return CodeLists.of(plan)
