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
    negative = {**GONE, "rule": "negative"}
    result = {"conforms": True, "counts": {"warning": 2}, "files": [], "findings": [negative]}
    audit = Audited("r", "p", result)
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
        "E2",
        "--reason",
        "known",
        "--until",
        "2030-01-01",
    )
    given = ("--reason", "known", "--until", "2030-01-01")
    nowhere = plankb("reports", "waive", one, "negative", "E9", *given, status=2).stderr
    assert "no finding of negative at E9" in nowhere
    assert "negative E2" in nowhere
    shown = json.loads(plankb("reports", "show", one, "--json").stdout)
    assert shown["state"] == "accepted"
    assert [(each["verdict"], each["reason"]) for each in shown["decisions"]] == [
        ("accepted", ""),
        ("returned", "row 7"),
    ]
    assert shown["waivers"][0]["cells"] == ["E2"]
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


def test_all_accepted_reports_are_audited_again(plankb: Run, ledger: Ledger) -> None:
    for year, value in ((2022, 400), (2023, 380)):
        row = f"agriculture-commission,rural,degree-upgraded,{year},{value},人,cumulative,\n"
        key = Key("agriculture-commission", "rural", year)
        receipt = ledger.submit(
            Upload(f"{year}.csv", (HEAD + row).encode()), Actor("Li", "admin"), [key]
        )
        ledger.decide(receipt.id, "accepted", Actor("Li", "admin"))
    said = plankb("ledger", "audit", status=1).stdout
    assert "violation\tcumulative-falls\t2023.csv:2:value\t" in said
    found = json.loads(plankb("ledger", "audit", "--json", status=1).stdout)["findings"]
    (fall,) = [one for one in found if one["outcome"] == "violated"]
    assert fall["rule"] == "cumulative-falls"
    assert {cell["file"] for cell in fall["cells"]} == {"2022.csv", "2023.csv"}


def accept(ledger: Ledger, upload: Upload, audit: dict[str, object] | None = None) -> str:
    """Hand in and accept a report; with an audit of older rules on record, if given."""
    kept = None if audit is None else Audited("rules-of-old", "plan-of-old", audit)
    made = ledger.submit(upload, Actor("Li", "auditor"), [KEY], audit=kept)
    ledger.decide(made.id, "accepted", Actor("Li", "auditor"))
    return made.id


COUNT = "SELECT (COUNT(*) AS ?n) { ?o a :Observation ; :reporter ?who }"


def test_reports_count_where_a_ledger_is_given_and_nowhere_else(
    plankb: Run, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(ledger, Upload("r.csv", FALLS))
    given = ("--data", str(tmp_path / "data"))
    asked = ("query", "--format", "csv", "-q", COUNT)
    none = plankb(*asked, data="elsewhere").stdout
    assert plankb(*asked).stdout.split()[1] == "2"
    (tmp_path / "elsewhere").mkdir()
    assert plankb(*asked, *given, data="elsewhere").stdout.split()[1] == "2"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert none.split()[1] == "0"
    question = ("ask", "--json", "2022年高素质农民培训人数完成了多少？")
    assert json.loads(plankb(*question).stdout)["status"] == "answered"
    assert json.loads(plankb(*question, data="elsewhere").stdout)["status"] == "empty"
    plain, full = (
        set(plankb("export", "--format", "nq", data=data).stdout.splitlines())
        for data in ("elsewhere", "data")
    )
    assert plain < full
    assert {line.rsplit(" ", 2)[1] for line in full - plain} == {
        "<https://w3id.org/plankb/graph/report/agriculture-commission/rural/2023>"
    }


FALLS = (HEAD + "".join(
    f"agriculture-commission,rural,farmers-trained,{year},{value},人,cumulative,\n"
    for year, value in ((2022, 400), (2023, 380))
)).encode()  # fmt: skip
GONE = {
    "rule": "rule-of-old", "severity": "warning", "outcome": "violated",
    "message": {"zh": "旧", "en": "old"}, "hint": {"zh": "", "en": ""},
    "cells": [{"file": "r.csv", "sheet": None, "row": 2, "column": "value", "cell": "E2",
               "value": "400"}],
}  # fmt: skip


def test_what_would_change_under_todays_rules(plankb: Run, ledger: Ledger) -> None:
    old = {"conforms": True, "files": [], "findings": [GONE]}
    number = accept(ledger, Upload("r.csv", FALLS), old)
    said = plankb("ledger", "reaudit", status=1)
    assert re.search(rf"^{number}\trules-of-old\t-1 \+\d", said.stdout, re.MULTILINE)
    assert "- E2 [warning] rule-of-old old" in said.stdout
    assert "+ E3 [violation] cumulative-falls" in said.stdout
    assert "1 of 1 would be different" in said.stderr
    found = json.loads(plankb("ledger", "reaudit", "--json", "--record", number, status=1).stdout)
    (one,) = found["submissions"]
    assert (one["recorded"]["rules"], one["recorded"]["conforms"]) == ("rules-of-old", True)
    assert [each["rule"] for each in one["fixed"]] == ["rule-of-old"]
    assert "cumulative-falls" in {each["rule"] for each in one["new"]}
    assert (one["conforms"], one["persists"]) == (False, 0)
    # It is on record now, beside the one of then.
    again = json.loads(plankb("ledger", "reaudit", "--json").stdout)["submissions"][0]
    assert again["recorded"]["rules"] == found["rules"]
    assert (again["fixed"], again["new"]) == ([], [])
    assert again["persists"] == len(one["new"])
    assert len(ledger.audits(number)) == 2


def test_an_audit_again_sees_what_stood_when_the_report_came(plankb: Run, ledger: Ledger) -> None:
    """A later year's report must not make findings in an earlier one."""
    early, late = FALLS.splitlines(keepends=True)[1:]
    for name, row in (("a.csv", early), ("b.csv", late)):
        accept(
            ledger,
            Upload(name, HEAD.encode() + row),
            {"conforms": True, "findings": [], "files": []},
        )
    found = json.loads(plankb("ledger", "reaudit", "--json", status=1).stdout)["submissions"]
    rules = {
        one["file"]: {each["rule"] for each in one["new"] if each["outcome"] == "violated"}
        for one in found
    }
    assert "cumulative-falls" in rules["b.csv"]
    assert "cumulative-falls" not in rules["a.csv"]
