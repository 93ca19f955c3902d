"""The ledger: hands in, records audits and decisions, waives, and says what there is.

Whatever a method that writes has returned is durable; where it raised, nothing was written. What
is in it never changes. Must not know what a report says, nor the web.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, select

from kb.errors import InputError
from kb.reports.ledger import chain, listing, taking
from kb.reports.ledger.database import Database
from kb.reports.ledger.migrating import migrate
from kb.reports.ledger.records import (
    Actor,
    Audited,
    Decision,
    Filters,
    Head,
    InForce,
    KeptAudit,
    Key,
    Page,
    Receipt,
    State,
    Submission,
    Verdict,
    Waiver,
    utc,
)
from kb.reports.ledger.schema import AUDITS, CONTENTS, SUBMISSIONS
from kb.reports.ledger.taking import plain, unknown_submission
from kb.reports.sheet import Upload
from kb.settings import Settings
from kb.text import Text

#: The name of its file, where none is set.
_FILE = "ledger.sqlite"


class Ledger:
    """An open ledger, for any number of threads; other processes may have it open too.

    Make one with :meth:`open` or :meth:`of`. It may be kept over a fork.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, place: str | Path, *, patience: float = 10.0) -> Self:
        """The ledger at a place; it is made there where there is none.

        Args:
            place: path of a SQLite file, or ``postgresql://…``.
            patience: seconds for which a writer waits for another.

        Raises:
            InputError: no ledger can be there, or it is one of a newer plankb.
            Overloaded: the database cannot be had now.
        """
        database = Database(place, patience)
        if database.is_sqlite:
            _make_folder(Path(database.url.database or ""))
        migrate(database)
        return cls(database)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The ledger that the settings name: by default ``ledger.sqlite`` in the data folder."""
        return cls.open(settings.ledger or settings.data_folder / _FILE)

    @staticmethod
    def exists(settings: Settings) -> bool:
        """Whether there may be a ledger already: a file, or a server that is named."""
        if "://" in settings.ledger:
            return True
        place = Path(settings.ledger) if settings.ledger else settings.data_folder / _FILE
        return place.expanduser().exists()

    def close(self) -> None:
        """Close the connections; the next use opens others."""
        self.database.close()

    # -- writing -------------------------------------------------------------------------

    def submit(
        self,
        upload: Upload,
        by: Actor,
        keys: Iterable[Key],
        *,
        media_type: str = "application/octet-stream",
        idempotency_key: str | None = None,
        audit: Audited | None = None,
    ) -> Receipt:
        """Take a file in; durable when this returns.

        The same file of the same sender is the same submission, and nothing is written then.

        Args:
            upload: name and bytes, exactly as received.
            by: who hands it in.
            keys: what it reports on.
            media_type: as the sender has it.
            idempotency_key: with which a sender that got no answer may ask again.
            audit: of this file, to be kept with it at once.

        Raises:
            InputError: ``not-allowed`` (a key that is not the sender's), ``idempotency-conflict``
                (the key came with another file before).
            Overloaded: not now (``ledger-busy``, ``ledger-full``, ``ledger-away``).
        """
        wanted = sorted(set(keys))
        for key in wanted:
            if not by.may_submit(key):
                raise not_allowed(
                    Text(
                        zh=f"不能为 {key.reporter} 填报",
                        en=f"this sender may not report for {key.reporter}",
                    )
                )
        with self.database.writing() as connection:
            known = taking.submission_known(connection, by, idempotency_key, upload.sha256)
            made = known or taking.add(connection, upload, by, wanted, media_type)
            if known is None and audit is not None:
                taking.add_audit(connection, made, audit)
            if idempotency_key is not None:
                taking.remember(connection, by, idempotency_key, made)
            return taking.receipt(connection, made, existing=known is not None)

    def record_audit(self, submission: str, audit: Audited) -> KeptAudit:
        """Keep an audit of a submission, beside those before it.

        Raises:
            UnknownName: there is no such submission.
            Overloaded: not now.
        """
        with self.database.writing() as connection:
            self._one(connection, submission)
            taking.add_audit(connection, submission, audit)
            return listing.audits(connection, submission)[0]

    def decide(
        self,
        submission: str,
        verdict: Verdict,
        by: Actor,
        reason: str = "",
        *,
        seen: State | None = None,
    ) -> Decision:
        """Accept, return or withdraw a submission; a later decision takes the place of this one.

        Args:
            submission: its id.
            verdict: what is decided.
            by: auditors decide; a sender may withdraw what it sent.
            reason: in words; needed to return.
            seen: the state that whoever decides has before them.

        Raises:
            UnknownName: there is no such submission.
            InputError: ``not-allowed``, ``reason-missing``, ``decision-conflict`` (the state is
                not the one that was seen).
            Overloaded: not now.
        """
        reason = plain(reason)
        if verdict == "returned" and not reason:
            raise InputError(
                "reason-missing",
                Text(zh="退回需要说明原因", en="to return a submission needs a reason"),
                Text(zh="写明需要改正什么", en="say what is to be corrected"),
            )
        with self.database.writing() as connection:
            held = self._one(connection, submission)
            own = bool(by.reporter) and {key.reporter for key in held.keys} == {by.reporter}
            if not (by.may_decide or (verdict == "withdrawn" and own)):
                raise not_allowed(
                    Text(
                        zh="接受或退回需要审核人的令牌；单位只能撤回自己的填报",
                        en="to accept or return takes an auditor's token; a body may withdraw "
                        "its own submissions only",
                    )
                )
            if seen is not None and seen != held.state:
                raise InputError(
                    "decision-conflict",
                    Text(
                        zh=f"状态已由他人改为 {held.state}",
                        en=f"somebody else has made it {held.state} meanwhile",
                    ),
                    Text(zh="重新查看后再决定", en="look at it again, then decide"),
                    state=held.state,
                )
            row = {
                "submission": submission,
                "verdict": verdict,
                "reason": reason,
                "person": plain(by.name),
                "token": by.token,
                "at": utc(),
            }
            chain.append(connection, "decision", row["at"], row)
            return listing.decisions(connection, submission)[0]

    def waive(
        self,
        submission: str,
        rule: str,
        cells: Iterable[str],
        reason: str,
        by: Actor,
        expires: date,
    ) -> Waiver:
        """Let a finding pass until a day; with a day that is past, no longer.

        Args:
            submission: its id.
            rule: name of the rule.
            cells: addresses of the finding's cells, as :class:`Waiver` has them.
            reason: why; needed.
            by: an auditor.
            expires: last day.

        Raises:
            UnknownName: there is no such submission.
            InputError: ``not-allowed``, ``reason-missing``.
            Overloaded: not now.
        """
        reason = plain(reason)
        if not by.may_decide:
            raise not_allowed(
                Text(zh="豁免需要审核人的令牌", en="to waive a finding takes an auditor's token")
            )
        if not reason:
            raise InputError(
                "reason-missing",
                Text(zh="豁免需要说明原因", en="to waive a finding needs a reason"),
            )
        with self.database.writing() as connection:
            self._one(connection, submission)
            row = {
                "submission": submission,
                "rule": plain(rule),
                "cells": chain.canonical([plain(cell) for cell in cells]).decode(),
                "reason": reason,
                "person": plain(by.name),
                "token": by.token,
                "expires": expires.isoformat(),
                "at": utc(),
            }
            chain.append(connection, "waiver", row["at"], row)
            return listing.waivers(connection, submission)[0]

    # -- reading -------------------------------------------------------------------------

    def list(
        self, filters: Filters | None = None, *, limit: int = 50, after: int | None = None
    ) -> Page:
        """A part of the list of submissions, newest first."""
        with self._reading() as connection:
            return listing.page(connection, filters or Filters(), limit, after)

    def get(self, submission: str) -> Submission:
        """A submission.

        Raises:
            UnknownName: there is none of that id.
        """
        with self._reading() as connection:
            return self._one(connection, submission)

    def file(self, submission: str) -> Upload:
        """The file of a submission, exactly as received.

        Raises:
            UnknownName: there is none of that id.
        """
        query = (
            select(SUBMISSIONS.c.name, CONTENTS.c.bytes)
            .join(CONTENTS, CONTENTS.c.sha256 == SUBMISSIONS.c.sha256)
            .where(SUBMISSIONS.c.id == submission)
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise unknown_submission(submission)
        return Upload(row.name, bytes(row.bytes))

    def receipt(self, submission: str) -> Receipt:
        """The receipt of a submission once more.

        Raises:
            UnknownName: there is none of that id.
        """
        with self._reading() as connection:
            return taking.receipt(connection, submission, existing=True)

    def history(self, key: Key) -> tuple[Submission, ...]:
        """The submissions with a report of this key, newest first."""
        with self._reading() as connection:
            return listing.several(connection, listing.of_key(connection, key))

    def histories(self, keys: Iterable[Key]) -> tuple[Submission, ...]:
        """The submissions with a report of any of these keys, newest first."""
        wanted = sorted(set(keys))
        with self._reading() as connection:
            return listing.several(
                connection, listing.of_keys(connection, wanted) if wanted else ()
            )

    def audit(self, submission: str, *, first: bool = False) -> dict[str, Any] | None:
        """The newest audit of a submission in the JSON form of the contract, if there is one.

        Args:
            submission: which.
            first: the oldest one instead, which is the same for ever.
        """
        query = select(AUDITS.c.result).where(AUDITS.c.submission == submission)
        order = AUDITS.c.entry.asc() if first else AUDITS.c.entry.desc()
        with self._reading() as connection:
            text = connection.execute(query.order_by(order).limit(1)).scalar()
        return None if text is None else dict(json.loads(text))

    def audits(self, submission: str) -> tuple[KeptAudit, ...]:
        """The audits of a submission, newest first."""
        with self._reading() as connection:
            return listing.audits(connection, submission)

    def decisions(self, submission: str) -> tuple[Decision, ...]:
        """The decisions about a submission, newest first."""
        with self._reading() as connection:
            return listing.decisions(connection, submission)

    def waivers(self, submission: str) -> tuple[Waiver, ...]:
        """The waivers of a submission, newest first; of each finding only the newest one."""
        with self._reading() as connection:
            return listing.waivers(connection, submission)

    def latest(self) -> dict[Key, tuple[str, State]]:
        """By key, the newest submission that was not withdrawn, and how it stands."""
        with self._reading() as connection:
            return listing.latest(connection)

    def in_force(
        self, *, until: int | None = None, keys: Iterable[Key] | None = None
    ) -> tuple[InForce, ...]:
        """By key, the report that the graph has: the newest submission that is accepted.

        Args:
            until: the number of an entry: how it was after that one.
            keys: of these only.
        """
        with self._reading() as connection:
            return listing.in_force(connection, until, keys)

    def decided(self, since: int) -> tuple[Key, ...]:
        """The reports that a decision after an entry is about."""
        with self._reading() as connection:
            return listing.decided(connection, since)

    def head(self) -> Head:
        """The newest entry: another one after whatever was written."""
        with self._reading() as connection:
            return chain.head(connection)

    def _reading(self) -> AbstractContextManager[Connection]:
        return self.database.reading()

    @staticmethod
    def _one(connection: Connection, submission: str) -> Submission:
        found = listing.several(connection, [submission])
        if not found:
            raise unknown_submission(submission)
        return found[0]


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(
            "ledger-folder",
            Text(
                zh=f"无法建立账册的目录 {file.parent}：{error.strerror}",
                en=f"the folder of the ledger, {file.parent}, cannot be made: {error.strerror}",
            ),
            Text(zh="用 PLANKB_DATA 另指目录", en="name another one with PLANKB_DATA"),
            file=str(file),
        ) from error


def not_allowed(message: Text) -> InputError:
    """The error where somebody may not do what they ask for."""
    return InputError(
        "not-allowed",
        message,
        Text(zh="换用有此权限的令牌", en="take a token that allows it"),
    )
