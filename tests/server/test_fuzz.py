"""Five thousand odd requests, and no fault. ``./dev bench fuzz`` sends a hundred thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.fuzzing import fuzz
from tests.server.service import Service


@pytest.mark.needs_ci
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_request_ends_in_a_fault(tmp_path: Path) -> None:
    with Service(tmp_path, query_seconds="0.3") as service:
        web = set(service.children())
        outcome = fuzz(service.address, 5_000)
        assert outcome.faults == []
        assert outcome.total >= 5_000
        assert set(service.children()) == web
        assert not [line for line in service.log() if "trace" in line]
