"""``plankb audit`` as whoever checks a report before handing it in uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_ledger_commands import Run, plankb

__all__ = ["plankb"]

HEAD = "reporter,team,indicator,year,value,unit,basis,note\n"
RURAL = "agriculture-commission,rural,"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Reports by name, in a folder."""
    for name, rows in {
        "good": "degree-upgraded,2021,120,人,annual,\n",
        "wrong": "degree-upgraded,2021,-120,人,annual,\n",
        "odd": "agricultural-researchers,2021,700,人,stock,\n",
        "2022": "degree-upgraded,2022,400,人,cumulative,\n",
        "2023": "degree-upgraded,2023,380,人,cumulative,\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(HEAD + RURAL + rows, encoding="utf-8")
    (tmp_path / "none.csv").write_bytes(b"\x00\x01\x02")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "more", "status"),
    [
        ("good", (), 0),
        ("wrong", (), 1),
        ("odd", (), 0),
        ("odd", ("--fail-on", "warning"), 1),
        ("none", (), 2),
        ("missing", (), 2),
    ],
)
def test_the_exit_status_says_what_was_found(
    plankb: Run, reports: Path, name: str, more: tuple[str, ...], status: int
) -> None:
    said = plankb("audit", str(reports / f"{name}.csv"), *more, status=status)
    if status == 2:
        assert f"{name}.csv" in said.stderr


def test_an_earlier_report_is_compared_with(plankb: Run, reports: Path) -> None:
    now, before = str(reports / "2023.csv"), str(reports / "2022.csv")
    assert "last year's 400" not in plankb("audit", now).stdout
    said = plankb("audit", now, "--previous", before, "--format", "json", status=1)
    found = json.loads(said.stdout)
    assert [one["rule"] for one in found["findings"]] == ["cumulative-falls"]
    assert [file["name"] for file in found["files"]] == ["2023.csv"]


@pytest.mark.parametrize("name", ["none", "missing"])
def test_an_earlier_report_that_cannot_be_read_is_named(
    plankb: Run, reports: Path, name: str
) -> None:
    earlier = str(reports / f"{name}.csv")
    said = plankb("audit", str(reports / "good.csv"), "--previous", earlier, status=2)
    assert f"{name}.csv" in said.stderr


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("text", b""),
        ("json", b"{"),
        ("csv", b""),
        ("xlsx", b"PK"),
        ("html", b"<!DOCTYPE html>"),
        ("ttl", b"@prefix"),
    ],
)
def test_every_format_is_written_to_a_file(
    plankb: Run, reports: Path, form: str, start: bytes
) -> None:
    out = reports / "out"
    plankb("audit", str(reports / "wrong.csv"), "--format", form, "-o", str(out), status=1)
    written = out.read_bytes()
    assert written.removeprefix(b"\xef\xbb\xbf").startswith(start)
    if form != "xlsx":
        assert "negative" in written.decode("utf-8-sig")
