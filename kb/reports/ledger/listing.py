"""What the ledger says of submissions: one, a page of them, their history, what is in force.

Each function reads in a transaction of the caller's. Must not know who asks, and writes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)

from kb.reports.ledger.records import (
    Decision,
    Filters,
    InForce,
    KeptAudit,
    Key,
    Page,
    Report,
    State,
    Submission,
    Verdict,
    Waiver,
)
from kb.reports.ledger.schema import AUDITS, CONTENTS, DECISIONS, REPORTS, SUBMISSIONS, WAIVERS

#: Keys that are asked for at once.
_AT_ONCE = 200
_AUDIT = [column for column in AUDITS.c if column.name != "result"]


def _newest(table: Any, *of: ColumnElement[bool]) -> Subquery:
    """By submission, the number of its newest entry in a table; of some rows only, if given."""
    return (
        select(table.c.submission, func.max(table.c.entry).label("entry"))
        .where(*of)
        .group_by(table.c.submission)
        .subquery()
    )


@cache
def _with_state() -> tuple[Select[Any], ColumnElement[Any], ColumnElement[Any]]:
    """All submissions with verdict and audit; and these two, to filter by."""
    decided, audited = _newest(DECISIONS), _newest(AUDITS)
    decision, audit = DECISIONS.alias("decision"), AUDITS.alias("audit")
    query = (
        select(
            SUBMISSIONS,
            CONTENTS.c.size,
            decision.c.verdict,
            *(audit.c[column.name].label(f"audit_{column.name}") for column in _AUDIT),
        )
        .join(CONTENTS, CONTENTS.c.sha256 == SUBMISSIONS.c.sha256)
        .outerjoin(decided, decided.c.submission == SUBMISSIONS.c.id)
        .outerjoin(decision, decision.c.entry == decided.c.entry)
        .outerjoin(audited, audited.c.submission == SUBMISSIONS.c.id)
        .outerjoin(audit, audit.c.entry == audited.c.entry)
    )
    return query, decision.c.verdict, audit.c.conforms


def _later(report: Any) -> Select[Any]:
    """Later submissions with a report of the same key that were neither returned nor withdrawn."""
    other, revised = REPORTS.alias(), SUBMISSIONS.alias()
    own, decision = SUBMISSIONS.alias(), DECISIONS.alias()
    decided = _newest(DECISIONS)
    later = (
        other.join(revised, revised.c.id == other.c.submission)
        .outerjoin(decided, decided.c.submission == revised.c.id)
        .outerjoin(decision, decision.c.entry == decided.c.entry)
    )
    return (
        select(
            own.c.id.label("older"),
            revised.c.id.label("newer"),
            revised.c.entry.label("newer_entry"),
            other.c.reporter,
            other.c.team,
            other.c.year,
        )
        .select_from(later, own, report)
        .where(
            own.c.id == report.c.submission,
            other.c.reporter == report.c.reporter,
            other.c.team == report.c.team,
            other.c.year == report.c.year,
            revised.c.entry > own.c.entry,
            or_(decision.c.verdict.is_(None), decision.c.verdict == "accepted"),
        )
    )


@cache
def _newer() -> Select[Any]:
    """Later submissions of each of some, by the parameter ``ids``; the newest last."""
    report = REPORTS.alias()
    some = report.c.submission.in_(bindparam("ids", expanding=True))
    return _later(report).where(some).order_by("newer_entry")


@cache
def _superseded() -> ColumnElement[bool]:
    report, any_report = REPORTS.alias(), REPORTS.alias()
    later = exists(_later(report).correlate(report))
    open_report = exists(
        select(report.c.submission)
        .where(report.c.submission == SUBMISSIONS.c.id, not_(later))
        .correlate(SUBMISSIONS)
    )
    some = exists(
        select(any_report.c.submission)
        .where(any_report.c.submission == SUBMISSIONS.c.id)
        .correlate(SUBMISSIONS)
    )
    return and_(some, not_(open_report))


def page(connection: Connection, filters: Filters, limit: int, after: int | None) -> Page:
    """A part of the list of submissions, newest first."""
    query, verdict, conforms = _with_state()
    if filters.state == "submitted":
        query = query.where(verdict.is_(None))
    elif filters.state is not None:
        query = query.where(verdict == filters.state)
    if filters.conforms is not None:
        query = query.where(conforms == int(filters.conforms))
    if filters.sender is not None:
        query = query.where(SUBMISSIONS.c.sender == filters.sender)
    if filters.superseded is not None:
        superseded = _superseded()
        query = query.where(superseded if filters.superseded else not_(superseded))
    wanted = [
        REPORTS.c[name] == value
        for name in ("reporter", "team", "year")
        if (value := getattr(filters, name)) is not None
    ]
    if wanted:
        query = query.where(
            exists(
                select(REPORTS.c.submission)
                .where(REPORTS.c.submission == SUBMISSIONS.c.id, *wanted)
                .correlate(SUBMISSIONS)
            )
        )
    counted = query.with_only_columns(SUBMISSIONS.c.entry).subquery()
    total = connection.execute(select(func.count()).select_from(counted)).scalar_one()
    query = query.order_by(SUBMISSIONS.c.entry.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(SUBMISSIONS.c.entry < after)
    rows = connection.execute(query).all()
    items = _submissions(connection, rows[:limit])
    return Page(items, total, items[-1].entry if len(rows) > limit else None)


def several(connection: Connection, ids: Iterable[str]) -> tuple[Submission, ...]:
    """Submissions by id, newest first; what does not exist is left out."""
    query, _, _ = _with_state()
    query = query.where(SUBMISSIONS.c.id.in_(list(ids))).order_by(SUBMISSIONS.c.entry.desc())
    return _submissions(connection, connection.execute(query).all())


def of_key(connection: Connection, key: Key) -> tuple[str, ...]:
    """Submissions with a report of this key, newest first."""
    query = (
        select(REPORTS.c.submission)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == REPORTS.c.submission)
        .where(*_is(key))
        .order_by(SUBMISSIONS.c.entry.desc())
    )
    return tuple(connection.execute(query).scalars())


def of_keys(connection: Connection, keys: Iterable[Key]) -> tuple[str, ...]:
    """Submissions with a report of any of these keys."""
    query = select(REPORTS.c.submission).where(or_(*(and_(*_is(key)) for key in keys))).distinct()
    return tuple(connection.execute(query).scalars())


def in_force(
    connection: Connection, until: int | None = None, keys: Iterable[Key] | None = None
) -> tuple[InForce, ...]:
    """By key, the newest submission that is accepted; in the order of keys.

    Args:
        connection: to read by.
        until: the number of an entry: how it was after that one.
        keys: of these only.
    """
    if keys is not None:
        wanted = sorted(set(keys))
        groups = [wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE)]
        found = [one for group in groups for one in _in_force(connection, until, group)]
    else:
        found = list(_in_force(connection, until, None))
    newest = {one.key: one for one in sorted(found, key=lambda one: one.entry)}
    return tuple(newest[key] for key in sorted(newest))


def _in_force(
    connection: Connection, until: int | None, keys: Sequence[Key] | None
) -> Iterator[InForce]:
    by_then = [] if until is None else [DECISIONS.c.entry <= until]
    query = select(
        REPORTS, SUBMISSIONS.c.entry, SUBMISSIONS.c.sha256, SUBMISSIONS.c.received_at
    ).join(SUBMISSIONS, SUBMISSIONS.c.id == REPORTS.c.submission)
    if keys is not None:
        by_then.append(DECISIONS.c.submission.in_(of_keys(connection, keys)))
        query = query.where(or_(*(and_(*_is(key)) for key in keys)))
    decided = _newest(DECISIONS, *by_then)
    query = (
        query.join(decided, decided.c.submission == SUBMISSIONS.c.id)
        .join(DECISIONS, DECISIONS.c.entry == decided.c.entry)
        .where(DECISIONS.c.verdict == "accepted")
    )
    for row in connection.execute(query):
        yield InForce(_key(row), row.submission, row.entry, row.sha256, row.received_at)


def decided(connection: Connection, since: int) -> tuple[Key, ...]:
    """The keys that a decision after an entry is about: only these may be another's now."""
    query = (
        select(REPORTS.c.reporter, REPORTS.c.team, REPORTS.c.year)
        .join(DECISIONS, DECISIONS.c.submission == REPORTS.c.submission)
        .where(DECISIONS.c.entry > since)
        .distinct()
    )
    return tuple(sorted(Key(*row) for row in connection.execute(query)))


def latest(connection: Connection) -> dict[Key, tuple[str, State]]:
    """By key, the newest submission that was not withdrawn, and how it stands."""
    decided = _newest(DECISIONS)
    query = (
        select(REPORTS, DECISIONS.c.verdict)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == REPORTS.c.submission)
        .outerjoin(decided, decided.c.submission == SUBMISSIONS.c.id)
        .outerjoin(DECISIONS, DECISIONS.c.entry == decided.c.entry)
        .where(or_(DECISIONS.c.verdict.is_(None), DECISIONS.c.verdict != "withdrawn"))
        .order_by(SUBMISSIONS.c.entry)
    )
    found = {
        _key(row): (str(row.submission), cast("State", row.verdict or "submitted"))
        for row in connection.execute(query)
    }
    return dict(sorted(found.items()))


def decisions(connection: Connection, submission: str) -> tuple[Decision, ...]:
    """The decisions about a submission, newest first."""
    query = select(DECISIONS).where(DECISIONS.c.submission == submission)
    return tuple(
        Decision(
            row.entry,
            submission,
            cast("Verdict", row.verdict),
            row.reason,
            row.person,
            row.token,
            row.at,
        )
        for row in connection.execute(query.order_by(DECISIONS.c.entry.desc()))
    )


def waivers(connection: Connection, submission: str) -> tuple[Waiver, ...]:
    """The waivers of a submission, newest first; of each finding only the newest one."""
    query = (
        select(WAIVERS).where(WAIVERS.c.submission == submission).order_by(WAIVERS.c.entry.desc())
    )
    found: dict[tuple[str, str], Waiver] = {}
    for row in connection.execute(query):
        waiver = Waiver(
            row.entry, submission, row.rule, tuple(json.loads(row.cells)), row.reason, row.person,
            row.token, row.expires, row.at,
        )  # fmt: skip
        found.setdefault((row.rule, row.cells), waiver)
    return tuple(found.values())


def audits(connection: Connection, submission: str) -> tuple[KeptAudit, ...]:
    """The audits of a submission, newest first."""
    query = select(*_AUDIT).where(AUDITS.c.submission == submission).order_by(AUDITS.c.entry.desc())
    return tuple(_audit(row, "") for row in connection.execute(query))


def _is(key: Key) -> Sequence[ColumnElement[bool]]:
    return (
        REPORTS.c.reporter == key.reporter,
        REPORTS.c.team == key.team,
        REPORTS.c.year == key.year,
    )


def _key(row: Row[Any]) -> Key:
    return Key(row.reporter, row.team, row.year)


def _audit(row: Row[Any], prefix: str) -> KeptAudit:
    values = {column.name: getattr(row, prefix + column.name) for column in _AUDIT}
    return KeptAudit(**{**values, "conforms": bool(values["conforms"])})


def _submissions(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Submission, ...]:
    ids = [row.id for row in rows]
    reports: dict[str, list[Report]] = defaultdict(list)
    query = select(REPORTS).where(REPORTS.c.submission.in_(ids))
    for row in connection.execute(query):
        reports[row.submission].append(Report(_key(row), row.supersedes))
    newer = _newer().params(ids=ids)
    superseded: dict[str, dict[Key, str]] = defaultdict(dict)
    for row in connection.execute(newer):
        superseded[row.older][_key(row)] = row.newer
    return tuple(
        Submission(
            id=row.id,
            entry=row.entry,
            sha256=row.sha256,
            size=row.size,
            name=row.name,
            media_type=row.media_type,
            received_at=row.received_at,
            by=row.person,
            token=row.token,
            reports=tuple(sorted(reports[row.id], key=lambda one: one.key)),
            state=cast("State", row.verdict or "submitted"),
            audit=None if row.audit_entry is None else _audit(row, "audit_"),
            superseded_by=superseded[row.id],
        )
        for row in rows
    )
