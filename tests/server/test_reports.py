"""Reports over HTTP: checked, handed in, listed, read and decided."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pyoxigraph as ox
import pytest

from tests.server.reporting import BODY, FALLS, NONE, Holders, bearer, hand_in, holders, rows


@pytest.fixture(scope="module")
def tokens(data: Path) -> Holders:
    return holders(data)


@pytest.fixture(scope="module")
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def known(web: httpx.Client, tokens: Holders) -> str:
    """The number of a submission with a violation."""
    answer = hand_in(web, tokens.reporter, rows(*FALLS), "农村 2023.csv")
    assert answer.status_code == 201
    return str(answer.json()["receipt"]["id"])


def total(web: httpx.Client) -> int:
    return int(web.get("/api/reports").json()["total"])


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:plankb:problem:{code}")
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, object] = answer.json()
    return content


# ------------------------------------------------------------------------- checking


def test_a_file_is_checked_without_a_token_and_nothing_is_kept(web: httpx.Client) -> None:
    before = total(web)
    answer = web.post("/api/audit", files={"file": ("r.csv", rows(*FALLS))})
    assert answer.status_code == 200
    (finding,) = [one for one in answer.json()["findings"] if one["rule"] == "cumulative-falls"
                  and one["outcome"] == "violated"]  # fmt: skip
    assert [(cell["cell"], cell["value"]) for cell in finding["cells"]] == [
        ("E3", "380"),
        ("E2", "400"),
    ]
    assert (finding["reported"], finding["computed"]) == ([380, 380], [400, None])
    assert answer.json()["conforms"] is False
    assert total(web) == before


def test_several_files_are_checked_as_one_batch(web: httpx.Client) -> None:
    one = rows(("farmers-trained", 2023, "380", "cumulative"))
    other = rows(("farmers-trained", 2023, "390", "cumulative"))
    files = [("file", ("a.csv", one)), ("file", ("b.csv", other))]
    answer = web.post("/api/audit", files=files)
    assert [file["name"] for file in answer.json()["files"]] == ["a.csv", "b.csv"]
    rules = {finding["rule"] for finding in answer.json()["findings"]}
    assert "duplicate-conflicting" in rules


def test_what_cannot_be_read_is_422_with_why_and_the_findings_of_the_rest(
    web: httpx.Client,
) -> None:
    files = [("file", ("a.csv", NONE)), ("file", ("b.csv", rows(*FALLS)))]
    answer = web.post("/api/audit", files=files)
    assert answer.status_code == 422
    assert "one" in answer.json()["unreadable"]["a.csv"]["zh"]
    assert any(finding["rule"] == "cumulative-falls" for finding in answer.json()["findings"])


def test_a_file_may_be_the_body_and_says_what_it_is(web: httpx.Client) -> None:
    content = {"Content-Type": "text/csv", "Content-Disposition": 'inline; filename="x.csv"'}
    answer = web.post("/api/audit", content=rows(*FALLS), headers=content)
    assert answer.json()["files"][0]["name"] == "x.csv"
    refused = web.post("/api/audit", content=b"<html>", headers={"Content-Type": "text/html"})
    assert "text/csv" in str(problem(refused, 415, "media-type")["hint"])
    problem(web.post("/api/audit", content=b"", headers=content), 400, "file-missing")
    problem(web.post("/api/audit", files={"other": ("a", b"x")}), 400, "file-missing")


def test_a_file_that_is_too_large_is_refused(web: httpx.Client, tokens: Holders) -> None:
    # Above the limit of a file, and above that of a request.
    over = rows(*FALLS) + b"," * (20 * 2**20 + 1)
    problem(hand_in(web, tokens.reporter, over), 413, "report-too-large")
    answer = hand_in(web, tokens.reporter, b"," * (23 * 2**20))
    assert answer.status_code == 413


# ------------------------------------------------------------------------- handing in


def test_a_report_is_taken_in_with_a_receipt(web: httpx.Client, tokens: Holders) -> None:
    content = rows(("farmers-trained", 2021, "100", "cumulative"))
    answer = hand_in(web, tokens.reporter, content)
    assert answer.status_code == 201
    receipt = answer.json()["receipt"]
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    assert answer.headers["location"] == f"/api/reports/{receipt['id']}"
    shown = web.get(answer.headers["location"]).json()
    assert (shown["state"], shown["by"]) == ("submitted", "张三")
    assert shown["receipt"]["entry_hash"] == receipt["entry_hash"]
    (report,) = shown["reports"]
    assert (report["reporter"], report["team"], report["year"]) == (BODY, "rural", 2021)


def test_the_same_file_again_is_the_same_submission(
    web: httpx.Client, tokens: Holders, known: str
) -> None:
    before = total(web)
    answer = hand_in(web, tokens.reporter, rows(*FALLS))
    assert (answer.status_code, answer.json()["receipt"]["id"]) == (200, known)
    assert total(web) == before


def test_a_key_goes_with_one_file(web: httpx.Client, tokens: Holders) -> None:
    headers = {**bearer(tokens.reporter), "Idempotency-Key": "k1"}
    first = rows(("farmer-field-schools", 2022, "3", "cumulative"))

    def send(content: bytes, key: str = "k1") -> httpx.Response:
        return web.post(
            "/api/reports",
            files={"file": ("r.csv", content)},
            headers={**headers, "Idempotency-Key": key},
        )

    assert send(first).status_code == 201
    assert send(first).status_code == 200
    problem(send(first + b"\n"), 409, "idempotency-conflict")
    problem(send(first, "k" * 300), 400, "idempotency-key")


def test_a_token_is_needed_and_is_of_the_body(web: httpx.Client, tokens: Holders) -> None:
    content, before = rows(*FALLS, note="x"), total(web)
    answer = web.post("/api/reports", files={"file": ("r.csv", content)})
    problem(answer, 401, "token-missing")
    assert answer.headers["www-authenticate"] == "Bearer"
    problem(hand_in(web, "plankb_none", content), 401, "token-unknown")
    problem(hand_in(web, tokens.other, content), 403, "not-allowed")
    assert total(web) == before


def test_what_is_no_report_is_refused_with_its_audit_and_not_kept(
    web: httpx.Client, tokens: Holders
) -> None:
    before = total(web)
    refused = problem(hand_in(web, tokens.reporter, NONE), 422, "report-no-headings")
    audit = refused["audit"]
    assert isinstance(audit, dict)
    assert list(audit["unreadable"]) == ["r.csv"]
    nobodys = rows(*FALLS, reporter="")
    refused = problem(hand_in(web, tokens.reporter, nobodys), 422, "report-nameless")
    audit = refused["audit"]
    assert isinstance(audit, dict)
    assert {"required-field"} <= {finding["rule"] for finding in audit["findings"]}
    assert total(web) == before


def test_a_revision_says_what_was_fixed_is_new_and_persists(
    web: httpx.Client, tokens: Holders
) -> None:
    school = "farmer-field-schools"
    first = rows((school, 2024, "abc", "cumulative"), (school, 2025, "xyz", "cumulative"))
    number = hand_in(web, tokens.reporter, first).json()["receipt"]["id"]
    # Rows move, one is mended, another breaks.
    second = rows(
        ("agricultural-researchers", 2025, "pqr", "stock"),
        (school, 2024, "4", "cumulative"),
        (school, 2025, "xyz", "cumulative"),
    )
    answer = hand_in(web, tokens.reporter, second).json()
    assert answer["revises"] == number
    changes = answer["changes"]
    assert [one["rule"] for one in changes["fixed"]].count("not-a-number") == 1
    cells = [finding["cells"][0]["value"] for finding in answer["findings"]]
    assert "pqr" in [cells[place] for place in changes["new"]]
    assert "xyz" in [cells[place] for place in changes["persists"]]
    earlier = web.get(f"/api/reports/{number}").json()
    assert earlier["superseded"] is True
    assert earlier["reports"][0]["superseded_by"] == answer["receipt"]["id"]
    # Its own audit is as it was.
    assert web.get(f"/api/reports/{number}/audit.json").json()["findings"][0]["cells"]


# ------------------------------------------------------------------------- reading


def test_the_list_is_filtered_and_paged(web: httpx.Client, known: str) -> None:
    found = web.get("/api/reports", params={"conforms": "false", "team": "rural", "year": "2023"})
    assert known in [one["id"] for one in found.json()["submissions"]]
    assert web.get("/api/reports", params={"team": "health"}).json()["total"] == 0
    seen, address = [], "/api/reports?limit=1"
    while address:
        answer = web.get(address)
        seen += [one["id"] for one in answer.json()["submissions"]]
        address = answer.json()["next"]
        assert bool(address) == ("next" in answer.links)
    assert len(seen) == len(set(seen)) == answer.json()["total"]
    problem(web.get("/api/reports?state=lost"), 400, "filter")
    problem(web.get("/api/reports?limit=0"), 400, "filter")


def test_the_file_comes_back_as_it_was_and_is_never_shown(
    web: httpx.Client, tokens: Holders
) -> None:
    content = "\ufeff".encode() + rows(("farmer-field-schools", 2023, " ３ ", "cumulative"))
    name = '../<b>"农村".csv'
    number = hand_in(web, tokens.reporter, content, name).json()["receipt"]["id"]
    answer = web.get(f"/api/reports/{number}/file", headers={"Accept-Encoding": "identity"})
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    again = web.get(
        f"/api/reports/{number}/file", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert ".." not in web.get(f"/api/reports/{number}").json()["name"]


def test_an_audit_comes_in_every_form(web: httpx.Client, known: str) -> None:
    def get(suffix: str = "", accept: str = "*/*") -> httpx.Response:
        return web.get(f"/api/reports/{known}/audit{suffix}", headers={"Accept": accept})

    assert get().json()["submission"] == known
    assert get(".csv").content.startswith(b"\xef\xbb\xbffinding,rule,")
    assert get(accept="text/csv").content == get(".csv").content
    turtle = get(accept="text/turtle").content
    assert list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    book = openpyxl.load_workbook(io.BytesIO(get(".xlsx").content))
    assert book.worksheets[0]["E3"].comment is not None
    page = get(".html")
    assert "script" not in page.headers["content-security-policy"]
    assert "380" in page.text
    problem(get(".pdf"), 406, "format")
    problem(get(accept="image/png"), 406, "format")
    etag = get(".csv").headers["etag"]
    same = web.get(f"/api/reports/{known}/audit.csv", headers={"If-None-Match": etag})
    assert same.status_code == 304


def test_what_does_not_exist_is_404(web: httpx.Client) -> None:
    for path in ("", "/audit", "/audit.csv", "/file"):
        problem(web.get(f"/api/reports/zzzz{path}"), 404, "unknown-submission")


def test_a_form_is_filled_in_and_handed_in(web: httpx.Client) -> None:
    answer = web.get("/api/template", params={"team": "rural", "year": "2023", "format": "csv"})
    assert answer.headers["content-disposition"].startswith('attachment; filename="rural-2023.csv"')
    head, *lines = answer.text.splitlines()
    assert head == "reporter,team,indicator,year,value,unit,basis,note"
    assert all(",rural," in line for line in lines)
    book = web.get("/api/template", params={"team": "rural", "year": "2023"}).content
    checked = web.post("/api/audit", files={"file": ("form.xlsx", book)})
    assert not checked.json()["unreadable"]
    problem(web.get("/api/template?team=none&year=2023"), 404, "no-such-team")
    problem(web.get("/api/template?team=rural&year=1999"), 400, "year-outside-plan")


# ------------------------------------------------------------------------- deciding


def test_an_auditor_decides_and_a_reporter_may_only_withdraw(
    web: httpx.Client, tokens: Holders
) -> None:
    content = rows(("farmers-trained", 2021, "120", "cumulative"))
    number = hand_in(web, tokens.reporter, content).json()["receipt"]["id"]

    def decide(token: str, **given: str) -> httpx.Response:
        return web.post(f"/api/reports/{number}/decision", json=given, headers=bearer(token))

    problem(decide(tokens.reporter, verdict="accepted"), 403, "not-allowed")
    problem(decide(tokens.auditor, verdict="lost"), 400, "verdict")
    problem(decide(tokens.auditor, verdict="returned"), 422, "reason-missing")
    problem(decide(tokens.auditor, verdict="accepted", seen="returned"), 409, "decision-conflict")
    answer = decide(tokens.auditor, verdict="returned", reason="口径不对", seen="submitted")
    assert answer.json()["state"] == "returned"
    (decision,) = web.get(f"/api/reports/{number}").json()["decisions"]
    assert (decision["verdict"], decision["reason"], decision["by"]) == (
        "returned",
        "口径不对",
        "李四",
    )
    assert decide(tokens.reporter, verdict="withdrawn").json()["state"] == "withdrawn"
    assert web.post(f"/api/reports/{number}/decision", json={}).status_code == 401


def test_a_finding_is_let_pass_until_a_day(web: httpx.Client, tokens: Holders, known: str) -> None:
    given = {
        "rule": "cumulative-falls", "cells": ["E3", "E2"], "reason": "已核实",
        "expires": "2099-12-31",
    }  # fmt: skip

    def waive(token: str, **changed: object) -> httpx.Response:
        path = f"/api/reports/{known}/waivers"
        return web.post(path, json={**given, **changed}, headers=bearer(token))

    problem(waive(tokens.reporter), 403, "not-allowed")
    problem(waive(tokens.auditor, expires="soon"), 400, "expires")
    problem(waive(tokens.auditor, cells="E3"), 400, "filter")
    problem(waive(tokens.auditor, rule="negative"), 422, "no-finding")
    problem(waive(tokens.auditor, cells=["E2"]), 422, "no-finding")
    # The cell to mend is enough to know which finding is meant.
    assert waive(tokens.auditor, cells=["E3"]).status_code == 201
    (waiver,) = web.get(f"/api/reports/{known}").json()["waivers"]
    assert (waiver["cells"], waiver["by"]) == (["E3", "E2"], "李四")


# ------------------------------------------------------------------------- hostile input


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 100, b"PK\x03\x04" + b"x" * 50, b"\xd0\xcf\x11\xe0" + b"y" * 600,
     b"%PDF-1.7", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
     b"[" * 5000, b"\xff\xfe\x00\xd8", b"a,b\n\"" * 99],
)  # fmt: skip
def test_odd_files_are_refused_plainly(web: httpx.Client, content: bytes) -> None:
    answer = web.post("/api/audit", files={"file": ("r.xlsx", content)})
    assert answer.status_code == 422
    (why,) = answer.json()["unreadable"].values()
    assert why["zh"]
    assert why["en"]
