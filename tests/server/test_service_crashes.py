"""Processes of a service are killed while reports come in: what was acknowledged is there, once.

``./dev bench crash`` does it 200 times.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest

from kb.plan.kept import Kept
from kb.settings import Settings
from tests.reports.cluster import Cluster
from tests.server.killing import Besieged

pytestmark = pytest.mark.needs_ci


def cache() -> Path:
    """The graph is there from the tests' own."""
    return Kept.of(Settings(), "").path


def test_two_services_on_one_ledger_are_killed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    seed = random.randrange(2**31)
    print("seed", seed)
    siege = Besieged(
        cache(), {"data": str(data)}, data / "ledger.sqlite", random.Random(seed), services=2
    )
    siege.start()
    for victim in ("web", "follower", "master", "engine", "keeper"):
        siege.wait_for_receipts(2)
        siege.kill_one(0.3, victim)
    siege.wait_for_receipts(3)
    assert siege.check() >= 13


@pytest.mark.needs_postgres
def test_the_database_is_restarted_underneath(tmp_path: Path) -> None:
    # The path of a socket is short, and pytest's folders are not; others must get through, too.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    cluster = Cluster(folder)
    try:
        place = cluster.create()
        seed = random.randrange(2**31)
        print("seed", seed)
        siege = Besieged(
            cache(), {"data": str(tmp_path), "ledger": place}, place, random.Random(seed)
        )
        siege.start()
        for mode in ("fast", "immediate"):
            siege.wait_for_receipts(3)
            cluster.stop(mode)
            siege.wait_for_refusals(3)
            cluster.start()
        siege.wait_for_receipts(3)
        assert siege.check() >= 9
        assert siege.refused["503"] >= 6
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
