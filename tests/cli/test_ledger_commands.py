"""``plankb ledger``, ``token`` and ``reports``, as whoever runs the service uses them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.cli import main
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Audited, Key
from kb.reports.ledger.tokens import Tokens
from kb.reports.sheet import Upload

HEAD = "reporter,team,indicator,year,value,unit,basis,note\n"
ROW = "agriculture-commission,rural,headcount,2023,100,人,stock,\n"
UPLOAD = Upload("农村.csv", (HEAD + ROW).encode())
KEY = Key("agriculture-commission", "rural", 2023)


@dataclass(frozen=True)
class Said:
    """What a command wrote."""

    stdout: str
    stderr: str


Run = Callable[..., Said]


@pytest.fixture
def plankb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """The command line, in this process: what a process of its own says is tested elsewhere."""

    def run(*arguments: str, status: int = 0, data: str = "data") -> Said:
        monkeypatch.setenv("PLANKB_DATA", str(tmp_path / data))
        monkeypatch.setenv("PLANKB_LANG", "en")
        monkeypatch.delenv("PLANKB_LEDGER", raising=False)
        monkeypatch.setattr(sys, "argv", ["plankb", *arguments])
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfdbinary.readouterr()
        assert ended.value.code == status, said.err.decode()
        return Said(said.out.decode(), said.err.decode())

    return run


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "data" / "ledger.sqlite")
    yield opened
    opened.close()


def test_a_token_is_made_listed_and_revoked(plankb: Run, ledger: Ledger) -> None:
    made = plankb("token", "create", "--scope", "auditor", "--label", "Li", "--days", "30")
    token = Tokens(ledger).check(made.stdout)
    assert (token.scope, token.label) == ("auditor", "Li")
    listed = plankb("token", "list").stdout
    assert made.stdout.strip() not in listed
    assert listed.split("\t")[:3] == [token.id, "valid", "auditor"]
    plankb("token", "revoke", token.id)
    (shown,) = json.loads(plankb("token", "list", "--json").stdout)
    assert shown["state"] == "revoked"
    wrong = plankb("token", "create", "--scope", "reporter", "--reporter", "no", status=2)
    assert "agriculture-commission" in wrong.stderr


def test_a_submission_is_looked_at_and_decided(plankb: Run, ledger: Ledger) -> None:
    audit = Audited("r", "p", {"conforms": True, "counts": {"warning": 2}})
    one = ledger.submit(UPLOAD, Actor("Zhang", "reporter", KEY.reporter), [KEY], audit=audit).id
    listed = plankb("reports", "list").stdout
    assert re.match(rf"{one}\t.*\tsubmitted\t{KEY}\t0V 2W 0I\t农村.csv\n$", listed)
    assert plankb("reports", "list", "--state", "accepted").stdout == ""
    assert "reason" in plankb("reports", "return", one, status=2).stderr
    plankb("reports", "return", one, "--reason", "row 7", "--by", "Li")
    plankb("reports", "accept", one)
    plankb(
        "reports",
        "waive",
        one,
        "negative",
        "E7",
        "--reason",
        "known",
        "--until",
        "2030-01-01",
    )
    shown = json.loads(plankb("reports", "show", one, "--json").stdout)
    assert shown["state"] == "accepted"
    assert [(each["verdict"], each["reason"]) for each in shown["decisions"]] == [
        ("accepted", ""),
        ("returned", "row 7"),
    ]
    assert shown["waivers"][0]["cells"] == ["E7"]
    assert json.loads(plankb("reports", "show", one, "--audit").stdout)["conforms"]
    assert plankb("reports", "show", one, "--file", "-").stdout.encode() == UPLOAD.data
    assert "nosuch" in plankb("reports", "accept", "nosuch", status=2).stderr

    rebuilt = json.loads(plankb("ledger", "rebuild", "--json").stdout)
    assert (rebuilt["reports"], rebuilt["same"], rebuilt["unread"]) == (1, True, [])
    assert rebuilt["quads"] > 10


def test_a_ledger_is_verified_backed_up_and_restored(
    plankb: Run, ledger: Ledger, tmp_path: Path
) -> None:
    receipt = ledger.submit(UPLOAD, Actor("Zhang", "admin"), [KEY])
    told = json.loads(plankb("ledger", "info", "--json").stdout)
    assert (told["entries"], told["head"]) == (1, receipt.hash)
    assert told["submissions"]["submitted"] == 1
    seen = f"{receipt.entry}:{receipt.hash}"
    assert "verified" in plankb("ledger", "verify", "--head", seen).stdout
    other = f"1:{'0' * 64}"
    assert "receipt" in plankb("ledger", "verify", "--head", other, status=1).stdout
    assert "NUMBER:HASH" in plankb("ledger", "verify", "--head", "x", status=2).stderr

    backup = tmp_path / "backup.sqlite"
    plankb("ledger", "backup", str(backup))
    assert "already" in plankb("ledger", "backup", str(backup), status=2).stderr
    assert "not empty" in plankb("ledger", "restore", str(backup), status=2).stderr
    assert receipt.hash in plankb("ledger", "restore", str(backup), data="new").stderr
    assert "verified" in plankb("ledger", "verify", "--head", seen, data="new").stdout
