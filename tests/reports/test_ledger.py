"""What the ledger takes in is there, once and whole, on either database; and shows what became
of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from kb.errors import FileProblem, InputError, Overloaded, PlankbError, UnknownName
from kb.reports.ledger import copying, migrating, schema
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Audited, Filters, Head, Key
from kb.reports.ledger.tokens import Tokens
from kb.reports.ledger.verifying import verify
from kb.reports.sheet import Upload

OFFICE = Actor("Zhang", "reporter", "agriculture", "t1")
OTHER = Actor("Wang", "reporter", "education", "t2")
AUDITOR = Actor("Li", "auditor")
KEY = Key("agriculture", "rural", 2023)
AUDIT = Audited(
    "rules-1",
    "plan-1",
    {
        "conforms": False,
        "counts": {"violation": 1, "warning": 2, "info": 3, "not_evaluable": 4},
        "findings": [{"message": {"zh": "累计下降", "en": "falls"}, "cells": ["\ud800"]}],
    },
)


def csv(text: str, name: str = "report.csv") -> Upload:
    return Upload(name, text.encode())


def hand_in(ledger: Ledger, text: str, by: Actor = OFFICE, key: Key = KEY) -> str:
    return ledger.submit(csv(text), by, [key]).id


# -- submitting ----------------------------------------------------------------------------


def test_what_was_handed_in_comes_back_to_the_byte(ledger: Ledger) -> None:
    data = bytes(range(256)) * 1000
    upload = Upload("报表 2023\0\ud800.xlsx", data)
    receipt = ledger.submit(upload, OFFICE, [KEY], media_type="application/x", audit=AUDIT)
    assert not receipt.existing
    assert receipt.sha256 == upload.sha256
    kept = ledger.get(receipt.id)
    assert ledger.file(receipt.id).data == data
    assert (kept.name, kept.media_type, kept.size) == ("报表 2023?.xlsx", "application/x", 256_000)
    assert (kept.by, kept.token, kept.state, kept.keys) == ("Zhang", "t1", "submitted", (KEY,))
    assert kept.received_at == receipt.received_at
    assert kept.audit is not None
    assert (kept.audit.rules, kept.audit.violations, kept.audit.not_evaluable) == ("rules-1", 1, 4)
    assert ledger.audit(receipt.id) == AUDIT.result
    assert ledger.receipt(receipt.id).hash == receipt.hash
    assert verify(ledger, [Head(receipt.entry, receipt.hash)]) == ()


def test_the_same_file_twice_is_the_same_submission(ledger: Ledger) -> None:
    first = ledger.submit(csv("a"), OFFICE, [KEY], audit=AUDIT)
    colleague = Actor("Zhao", "reporter", "agriculture", "t9")
    again = ledger.submit(csv("a", "renamed.csv"), colleague, [KEY], audit=AUDIT)
    assert again.existing
    assert (again.id, again.hash, again.received_at) == (first.id, first.hash, first.received_at)
    assert ledger.list().total == 1
    assert len(ledger.audits(first.id)) == 1
    # Of another body it is another submission, and the bytes are kept once.
    other = ledger.submit(csv("a"), OTHER, [Key("education", "education", 2023)])
    assert not other.existing
    assert other.id != first.id
    assert verify(ledger) == ()


def test_a_request_may_be_sent_again_but_not_with_another_file(ledger: Ledger) -> None:
    first = ledger.submit(csv("a"), OFFICE, [KEY], idempotency_key="k")
    assert ledger.submit(csv("a"), OFFICE, [KEY], idempotency_key="k").id == first.id
    with pytest.raises(InputError, match="another file") as caught:
        ledger.submit(csv("b"), OFFICE, [KEY], idempotency_key="k")
    assert caught.value.code == "idempotency-conflict"
    # A key that came with a file that was there already counts as well.
    assert ledger.submit(csv("a"), OFFICE, [KEY], idempotency_key="k2").existing
    with pytest.raises(InputError, match="another file"):
        ledger.submit(csv("b"), OFFICE, [KEY], idempotency_key="k2")
    # A key is the sender's own.
    education = Key("education", "education", 2023)
    assert not ledger.submit(csv("b"), OTHER, [education], idempotency_key="k").existing
    assert ledger.list().total == 2
    assert verify(ledger) == ()


def test_a_body_reports_for_itself_only(book: Ledger) -> None:
    with pytest.raises(InputError, match="education") as caught:
        book.submit(csv("a"), OFFICE, [KEY, Key("education", "education", 2023)])
    assert caught.value.code == "not-allowed"
    assert book.head() == Head(0, "0" * 64)
    both = book.submit(csv("a"), AUDITOR, [KEY, Key("education", "education", 2023)])
    assert len(book.get(both.id).keys) == 2


# -- revisions and decisions -----------------------------------------------------------------


def test_a_later_report_of_the_same_key_revises_the_earlier_one(ledger: Ledger) -> None:
    one, two = hand_in(ledger, "a"), hand_in(ledger, "b")
    elsewhere = hand_in(ledger, "c", key=Key("agriculture", "rural", 2024))
    history = ledger.history(KEY)
    assert [each.id for each in history] == [two, one]
    assert history[0].reports[0].supersedes == one
    assert history[1].superseded_by == {KEY: two}
    assert [each.superseded for each in history] == [False, True]
    assert ledger.get(elsewhere).reports[0].supersedes is None
    # In force is the newest that is accepted.
    assert ledger.in_force() == ()
    ledger.decide(one, "accepted", AUDITOR)
    assert [each.submission for each in ledger.in_force()] == [one]
    ledger.decide(two, "accepted", AUDITOR)
    assert [each.submission for each in ledger.in_force()] == [two]
    # What was returned or withdrawn revises nothing; the one before is in force again.
    ledger.decide(two, "returned", AUDITOR, "row 7")
    assert [each.submission for each in ledger.in_force()] == [one]
    assert not ledger.get(one).superseded
    ledger.decide(one, "withdrawn", OFFICE)
    assert ledger.in_force() == ()
    assert ledger.latest()[KEY] == (two, "returned")
    reasons = [(each.verdict, each.reason, each.by) for each in ledger.decisions(two)]
    assert reasons == [("returned", "row 7", "Li"), ("accepted", "", "Li")]
    assert verify(ledger) == ()


def test_who_may_decide_and_why_is_asked_for(book: Ledger) -> None:
    one = hand_in(book, "a")
    with pytest.raises(InputError, match="reason"):
        book.decide(one, "returned", AUDITOR)
    for by, verdict in ((OFFICE, "accepted"), (OTHER, "withdrawn")):
        with pytest.raises(InputError) as caught:
            book.decide(one, verdict, by)  # type: ignore[arg-type]  # parametrised by hand
        assert caught.value.code == "not-allowed"
    with pytest.raises(UnknownName, match="nosuch"):
        book.decide("nosuch", "accepted", AUDITOR)
    book.decide(one, "accepted", AUDITOR, seen="submitted")
    with pytest.raises(InputError, match="accepted meanwhile") as caught:
        book.decide(one, "returned", AUDITOR, "why", seen="submitted")
    assert caught.value.code == "decision-conflict"
    assert book.get(one).state == "accepted"


def test_the_newest_waiver_of_a_finding_holds(ledger: Ledger) -> None:
    one = hand_in(ledger, "a")
    ledger.waive(one, "cumulative-falls", ["E7", "E3"], "moved", AUDITOR, date(2026, 12, 31))
    ledger.waive(one, "negative", ["E9"], "known", AUDITOR, date(2026, 12, 31))
    ledger.waive(one, "negative", ["E9"], "ended", AUDITOR, date(2020, 1, 1))
    found = {each.rule: each for each in ledger.waivers(one)}
    assert found["cumulative-falls"].cells == ("E7", "E3")
    assert found["cumulative-falls"].holds("2026-12-31")
    assert not found["cumulative-falls"].holds("2027-01-01")
    assert not found["negative"].holds("2026-01-01")
    with pytest.raises(InputError, match="auditor"):
        ledger.waive(one, "negative", ["E9"], "mine", OFFICE, date(2026, 12, 31))
    with pytest.raises(InputError, match="reason"):
        ledger.waive(one, "negative", ["E9"], " ", AUDITOR, date(2026, 12, 31))
    assert verify(ledger) == ()


def test_an_audit_under_other_rules_stands_beside_the_first(ledger: Ledger) -> None:
    one = ledger.submit(csv("a"), OFFICE, [KEY], audit=AUDIT).id
    kept = ledger.record_audit(one, Audited("rules-2", "plan-2", {"conforms": True}))
    assert kept.conforms
    assert [each.rules for each in ledger.audits(one)] == ["rules-2", "rules-1"]
    assert ledger.audit(one) == {"conforms": True}
    with pytest.raises(UnknownName):
        ledger.record_audit("nosuch", AUDIT)
    assert verify(ledger) == ()


# -- listing ---------------------------------------------------------------------------------


def test_a_list_has_filters_and_parts(ledger: Ledger) -> None:
    ids = [hand_in(ledger, str(number)) for number in range(7)]
    education = hand_in(ledger, "e", OTHER, Key("education", "education", 2022))
    good = ledger.submit(csv("g"), AUDITOR, [], audit=Audited("r", "p", {"conforms": True})).id
    ledger.decide(education, "accepted", AUDITOR)

    def found(**filters: object) -> list[str]:
        page = ledger.list(Filters(**filters))  # type: ignore[arg-type]  # by keyword
        assert page.total == len(page.items)
        return [each.id for each in page.items]

    assert found(reporter="education") == found(year=2022) == found(state="accepted") == [education]
    assert found(reporter="agriculture", team="rural", year=2023) == ids[::-1]
    assert found(reporter="agriculture", year=2022) == []
    assert found(conforms=True) == [good]
    assert found(conforms=False) == []
    assert found(superseded=True) == ids[-2::-1]
    assert found(superseded=False) == [good, education, ids[-1]]
    assert found(sender=OTHER.sender) == [education]
    assert found(state="submitted", superseded=False) == [good, ids[-1]]

    seen: list[str] = []
    after = None
    while True:
        page = ledger.list(limit=4, after=after)
        assert page.total == 9
        seen += [each.id for each in page.items]
        after = page.after
        if after is None:
            break
    assert seen == [good, education, *ids[::-1]]
    for wrong in ("nosuch", ""):
        with pytest.raises(UnknownName):
            ledger.get(wrong)
        with pytest.raises(UnknownName):
            ledger.file(wrong)
        with pytest.raises(UnknownName):
            ledger.receipt(wrong)


# -- the chain -------------------------------------------------------------------------------


def fill(ledger: Ledger) -> list[str]:
    ids = [ledger.submit(csv(str(n)), OFFICE, [KEY], audit=AUDIT).id for n in range(3)]
    ledger.decide(ids[0], "accepted", AUDITOR, "fine")
    ledger.waive(ids[0], "negative", ["E7"], "known", AUDITOR, date(2026, 12, 31))
    return ids


def columns() -> list[tuple[str, str]]:
    return [(table.name, list(table.columns)[-1].name) for table in schema.TABLES]


def refuses(ledger: Ledger, statement: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):  # noqa: SIM117
        with ledger.database.writing() as connection:
            connection.execute(sa.text(statement))


def test_nothing_can_be_changed_or_removed(ledger: Ledger) -> None:
    fill(ledger)
    ledger.submit(csv("k"), OFFICE, [KEY], idempotency_key="k")
    token, _ = Tokens(ledger).create("admin", "x", "me")
    Tokens(ledger).revoke(token.id, "me")
    for table, column in columns():
        refuses(ledger, f"UPDATE {table} SET {column} = {column}")
        refuses(ledger, f"DELETE FROM {table}")
        if not ledger.database.is_sqlite:
            refuses(ledger, f"TRUNCATE {table} CASCADE")
    assert verify(ledger) == ()


TAMPERING = {
    "a decision": ("UPDATE decisions SET reason = 'never'", "covers was changed"),
    "a name": ("UPDATE submissions SET person = 'nobody' WHERE entry = 1", "covers was changed"),
    "an audit": ("UPDATE audits SET result = '{}' WHERE entry = 2", "covers was changed"),
    "a key": ("UPDATE reports SET year = 2022", "covers was changed"),
    "a row gone": ("DELETE FROM decisions", "covers is missing"),
    "a report gone": ("DELETE FROM reports", "covers was changed"),
    "bytes": ("UPDATE contents SET bytes = x'00'", "bytes of the file"),
    "a file more": ("INSERT INTO contents VALUES ('00', 1, x'00')", "belongs to no submission"),
    "an entry": ("UPDATE entries SET at = '2020' WHERE sequence = 3", "entry 3 was changed"),
    "an entry gone": ("DELETE FROM entries WHERE sequence = 4", "entries 4 to 4 are missing"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERING)
def test_what_somebody_changed_by_hand_is_found(tmp_path: Path, book: Ledger, what: str) -> None:
    statement, said = TAMPERING[what]
    fill(book)
    assert verify(book) == ()
    book.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as raw:
        names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement)
    raw.close()
    problems = verify(book)
    assert any(said in problem.message.en for problem in problems), problems
    assert all(problem.message.zh != problem.message.en for problem in problems)


def test_entries_cut_off_at_the_end_are_missed_by_whoever_has_a_receipt(
    tmp_path: Path, book: Ledger
) -> None:
    fill(book)
    head = book.head()
    assert verify(book, [head]) == ()
    book.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as raw:
        raw.execute("DROP TRIGGER waivers_no_delete")
        raw.execute("DROP TRIGGER entries_no_delete")
        raw.execute("DELETE FROM waivers")
        raw.execute("DELETE FROM entries WHERE sequence = (SELECT MAX(sequence) FROM entries)")
    raw.close()
    assert verify(book) == ()
    (problem,) = verify(book, [head])
    assert problem.entry == head.sequence


# -- schema ------------------------------------------------------------------------------------


def test_the_migrations_make_the_tables_that_the_code_knows(ledger: Ledger) -> None:
    assert ScriptDirectory(str(migrating.FOLDER)).get_current_head() == schema.NEWEST
    with ledger.database.reading() as connection:
        found = sa.MetaData()
        found.reflect(connection)
    for table in schema.TABLES:
        made = found.tables[table.name]
        known = {c.name: (str(c.type.as_generic()), c.nullable) for c in table.columns}
        assert {c.name: (str(c.type.as_generic()), c.nullable) for c in made.columns} == known
        assert made.primary_key.columns.keys() == table.primary_key.columns.keys()
        assert {str(key.target_fullname) for key in made.foreign_keys} == {
            str(key.target_fullname) for key in table.foreign_keys
        }
        assert {index.name for index in table.indexes} <= {index.name for index in made.indexes}


def test_a_ledger_of_a_newer_plankb_is_left_alone(tmp_path: Path, book: Ledger) -> None:
    book.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(InputError, match="newer plankb"):
        Ledger.open(tmp_path / "ledger.sqlite")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mysql://host/db", "no address of a ledger"),
        ("postgresql:/x://", "no address of a ledger"),
        ("{folder}/text.txt", "no ledger, or is damaged"),
        ("{folder}/text.txt/ledger.sqlite", "cannot be made"),
        ("{folder}", "cannot be written"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer"),
    ],
)
def test_a_place_where_no_ledger_can_be_is_refused(tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "text.txt").write_text("no database, and long enough for a look at it" * 100)
    with pytest.raises(PlankbError, match=said) as caught:
        Ledger.open(place.format(folder=tmp_path))
    assert caught.value.message.zh


def test_a_ledger_may_be_kept_over_a_fork(ledger: Ledger) -> None:
    hand_in(ledger, "parent")
    pid = os.fork()
    if pid == 0:
        try:
            hand_in(ledger, "child")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    hand_in(ledger, "parent again")
    assert ledger.list().total == 3
    assert verify(ledger) == ()


# -- faults ------------------------------------------------------------------------------------


def test_a_writer_that_takes_too_long_is_not_waited_for(place: str) -> None:
    first, second = Ledger.open(place), Ledger.open(place, patience=0.2)
    before = second.head()
    with first.database.writing(), pytest.raises(Overloaded) as caught:
        hand_in(second, "a")
    assert caught.value.code == "ledger-busy"
    assert caught.value.fields["retry_after"]
    assert second.head() == before
    assert hand_in(second, "a")
    first.close()
    second.close()


def test_a_full_disk_takes_nothing_in_by_halves(book: Ledger) -> None:
    one = hand_in(book, "a")
    before = book.head()
    with book.database._here().connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    book.close()

    def fill_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(book.database._here(), "connect", fill_up)
    with pytest.raises(Overloaded) as caught:
        book.submit(Upload("big.csv", b"x" * 2**20), OFFICE, [KEY], audit=AUDIT)
    assert caught.value.code == "ledger-full"
    assert "nothing was written" in str(caught.value.hint and caught.value.hint.en)
    assert book.head() == before
    assert verify(book) == ()
    sa.event.remove(book.database._here(), "connect", fill_up)
    book.close()
    assert book.get(one).state == "submitted"
    assert not book.submit(Upload("big.csv", b"x" * 2**20), OFFICE, [KEY]).existing


# -- backup ------------------------------------------------------------------------------------


def test_a_backup_restores_to_the_same_ledger_on_either_database(
    tmp_path: Path, ledger: Ledger, another: Callable[[str], Ledger]
) -> None:
    ids = fill(ledger)
    file = tmp_path / "backup.sqlite"
    head = copying.backup(ledger, file)
    assert head == ledger.head()
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.sqlite"]
    assert not list(tmp_path.glob(".backup*"))
    with pytest.raises(FileProblem, match="already"):
        copying.backup(ledger, file)
    with pytest.raises(InputError, match="not empty"):
        copying.restore(ledger, file)
    hand_in(ledger, "later")

    copy = another(str(tmp_path / "copy.sqlite"))
    assert copying.restore(copy, file) == head
    assert copy.head() == head
    assert [each.id for each in copy.list().items] == ids[::-1]
    assert copy.file(ids[0]) == ledger.file(ids[0])
    assert copy.in_force() == ledger.in_force()
    assert verify(copy, [head]) == ()
    assert hand_in(copy, "goes on")


@pytest.mark.needs_postgres
@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_ledger_moves_from_sqlite_to_postgresql(
    tmp_path: Path, book: Ledger, place: str, another: Callable[[str], Ledger]
) -> None:
    fill(book)
    copying.backup(book, tmp_path / "b.sqlite")
    moved = another(place)
    assert copying.restore(moved, tmp_path / "b.sqlite") == book.head()
    assert moved.list().items == book.list().items
    assert verify(moved) == ()


def test_a_backup_that_was_changed_is_not_restored(tmp_path: Path, book: Ledger) -> None:
    fill(book)
    file = tmp_path / "b.sqlite"
    copying.backup(book, file)
    with sqlite3.connect(file) as raw:
        raw.execute("DROP TRIGGER contents_no_update")
        raw.execute("UPDATE contents SET bytes = x'00'")
    raw.close()
    empty = Ledger.open(tmp_path / "empty.sqlite")
    with pytest.raises(PlankbError, match="does not verify"):
        copying.restore(empty, file)
    with pytest.raises(FileProblem, match="cannot be read"):
        copying.restore(empty, tmp_path / "nosuch")
    assert empty.head().sequence == 0
    empty.close()
