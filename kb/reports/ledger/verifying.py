"""Looks whether the ledger is what was written: every row, every byte, every link of the chain.

Must not know what a row is for, and mends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, exists, not_, select, text

from kb.reports.ledger import chain
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Head, Key, Report
from kb.reports.ledger.schema import CONTENTS, ENTRIES, KINDS, REPORTS, SUBMISSIONS
from kb.text import Text

#: Rows, and files, that are in memory at a time.
_ROWS, _FILES = 500, 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the ledger that is not as it was written.

    Args:
        entry: its number in the chain; None where it has none.
        message: what is wrong.
    """

    entry: int | None
    message: Text


def verify(ledger: Ledger, known: Iterable[Head] = ()) -> tuple[Problem, ...]:
    """All that is wrong with a ledger; nothing if it is as it was written.

    A chain cannot tell that its newest entries are missing; who has a receipt can.

    Args:
        ledger: to look at; others may write meanwhile, and that is not looked at.
        known: entries that were seen before, from receipts or an earlier look.

    Raises:
        Overloaded: the database cannot be had now.
    """
    with ledger.database.reading() as connection:
        found = [*_chain(connection), *_seen(connection, known), *_contents(connection)]
        for kind in KINDS:
            found += _rows(connection, kind)
        if ledger.database.is_sqlite:
            found += _pages(connection)
    return tuple(found)


def _chain(connection: Connection) -> Iterator[Problem]:
    expected, previous = 1, chain.GENESIS
    query = select(ENTRIES).order_by(ENTRIES.c.sequence).execution_options(yield_per=_ROWS)
    for row in connection.execute(query):
        if row.sequence != expected:
            yield Problem(
                row.sequence,
                Text(
                    zh=f"缺少第 {expected} 至 {row.sequence - 1} 条记录",
                    en=f"entries {expected} to {row.sequence - 1} are missing",
                ),
            )
        elif row.previous != previous:
            yield Problem(
                row.sequence,
                Text(
                    zh=f"第 {row.sequence} 条记录与前一条不相接",
                    en=f"entry {row.sequence} does not follow the one before it",
                ),
            )
        own = chain.hash_of(row.sequence, row.kind, row.at, row.payload, row.previous)
        if own != row.hash:
            yield Problem(
                row.sequence,
                Text(
                    zh=f"第 {row.sequence} 条记录被改动",
                    en=f"entry {row.sequence} was changed",
                ),
            )
        expected, previous = row.sequence + 1, row.hash


def _seen(connection: Connection, known: Iterable[Head]) -> Iterator[Problem]:
    for one in known:
        query = select(ENTRIES.c.hash).where(ENTRIES.c.sequence == one.sequence)
        if connection.execute(query).scalar() != one.hash:
            yield Problem(
                one.sequence,
                Text(
                    zh=f"回执所载的第 {one.sequence} 条记录不在账册中",
                    en=f"entry {one.sequence}, as a receipt has it, is not in the ledger",
                ),
            )


def _rows(connection: Connection, kind: str) -> Iterator[Problem]:
    table = KINDS[kind]
    query = (
        select(table, ENTRIES.c.payload.label("covered"), ENTRIES.c.kind.label("said"))
        .join(ENTRIES, ENTRIES.c.sequence == table.c.entry)
        .order_by(table.c.entry)
        .execution_options(yield_per=_ROWS)
    )
    reports = _reports(connection) if kind == "submission" else None
    for row in connection.execute(query).mappings():
        values: dict[str, Any] = dict(row)
        covered, said = values.pop("covered"), values.pop("said")
        own = None if reports is None else reports.get(values["id"], [])
        if said != kind or chain.payload_of(values, own) != covered:
            yield Problem(
                values["entry"],
                Text(
                    zh=f"第 {values['entry']} 条记录的内容（{table.name}）被改动",
                    en=f"what entry {values['entry']} covers was changed ({table.name})",
                ),
            )
    lost = select(ENTRIES.c.sequence).where(
        ENTRIES.c.kind == kind, not_(exists().where(table.c.entry == ENTRIES.c.sequence))
    )
    for sequence in connection.execute(lost).scalars():
        yield Problem(
            sequence,
            Text(
                zh=f"第 {sequence} 条记录的内容（{table.name}）缺失",
                en=f"what entry {sequence} covers is missing ({table.name})",
            ),
        )


def _reports(connection: Connection) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = {}
    for row in connection.execute(select(REPORTS)):
        report = Report(Key(row.reporter, row.team, row.year), row.supersedes)
        found.setdefault(row.submission, []).append(report)
    return found


def _contents(connection: Connection) -> Iterator[Problem]:
    query = select(CONTENTS).execution_options(yield_per=_FILES)
    for row in connection.execute(query):
        data = bytes(row.bytes)
        if chain.sha256(data) != row.sha256 or len(data) != row.size:
            yield Problem(
                None,
                Text(
                    zh=f"文件 {row.sha256} 的内容被改动",
                    en=f"the bytes of the file {row.sha256} were changed",
                ),
            )
    lost = select(SUBMISSIONS.c.entry, SUBMISSIONS.c.sha256).where(
        not_(exists().where(CONTENTS.c.sha256 == SUBMISSIONS.c.sha256))
    )
    for row in connection.execute(lost):
        yield Problem(
            row.entry,
            Text(zh=f"文件 {row.sha256} 缺失", en=f"the file {row.sha256} is missing"),
        )
    stray = select(CONTENTS.c.sha256).where(
        not_(exists().where(and_(SUBMISSIONS.c.sha256 == CONTENTS.c.sha256)))
    )
    for sha256 in connection.execute(stray).scalars():
        yield Problem(
            None,
            Text(
                zh=f"文件 {sha256} 不属于任何填报",
                en=f"the file {sha256} belongs to no submission",
            ),
        )


def _pages(connection: Connection) -> Iterator[Problem]:
    """What SQLite itself finds wrong with its file."""
    for row in connection.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield Problem(None, Text(zh=f"数据库文件损坏：{row[0]}", en=f"the file: {row[0]}"))
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield Problem(
            None,
            Text(
                zh=f"表 {row[0]} 有一行所指的内容不存在",
                en=f"a row of {row[0]} refers to something that is not there",
            ),
        )
