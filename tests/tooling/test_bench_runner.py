"""`./dev bench` finds its benchmarks, and says which there are when asked for another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import main, names, table
from tests.bench.process import measure


def test_every_benchmark_beside_it_is_found(root: Path) -> None:
    assert "start" in names()
    assert len(names()) == len(list((root / "tests" / "bench").glob("bench_*.py")))


def test_an_unknown_name_is_answered_with_those_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["strat"]) == 2
    said = capsys.readouterr().err
    assert "strat" in said
    assert "start" in said


def test_a_table_has_every_column_that_any_row_has() -> None:
    assert table([{"what": "a", "s": 0.5}, {"what": "bb", "failed": "exit 1"}]).splitlines() == [
        "what      s  failed",
        "a     0.500",
        "bb           exit 1",
    ]


def test_a_process_is_measured_and_a_failing_one_named() -> None:
    row = measure("nothing", [sys.executable, "-c", "pass"], runs=2)
    assert row["runs"] == 2
    assert isinstance(row["peak_mb"], float)
    failed = measure("exit", [sys.executable, "-c", "import sys; sys.exit('no store')"], runs=2)
    assert failed == {"what": "exit", "failed": "exit 1: ['no store']"}
