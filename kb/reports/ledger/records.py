"""What the ledger holds, as plain records: submissions, audits, decisions, waivers, tokens.

Times are UTC, written ``2026-11-22T18:05:00.123456Z``, so that they sort as text and hash alike
on every database. Must not know SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

#: What a submission may be; ``submitted`` until somebody decides.
State = Literal["submitted", "accepted", "returned", "withdrawn"]
STATES: tuple[State, ...] = ("submitted", "accepted", "returned", "withdrawn")
#: What somebody may decide.
Verdict = Literal["accepted", "returned", "withdrawn"]
VERDICTS: tuple[Verdict, ...] = ("accepted", "returned", "withdrawn")
#: What the holder of a token may do: hand in for one body; decide as well; everything.
Scope = Literal["reporter", "auditor", "admin"]
SCOPES: tuple[Scope, ...] = ("reporter", "auditor", "admin")


def utc(moment: datetime | None = None) -> str:
    """A moment, by default now, as the ledger writes it."""
    moment = moment or datetime.now(UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a report is of; a later report with the same key revises the earlier one.

    Args:
        reporter: code of the body, as in ``plankb codes reporters``.
        team: code of the team, or ``plan``.
        year: calendar year.
    """

    reporter: str
    team: str
    year: int

    def __str__(self) -> str:
        return f"{self.reporter}/{self.team}/{self.year}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to the ledger.

    Args:
        name: a person or the label of a token; shown.
        scope: what they may do.
        reporter: code of the body that they hand in for; only for the scope ``reporter``.
        token: its id; empty where no token was needed, as on the command line.
    """

    name: str
    scope: Scope
    reporter: str = ""
    token: str = ""

    @property
    def sender(self) -> str:
        """Whom two submissions have to come from to be the same: the body, else the person."""
        return f"body:{self.reporter}" if self.scope == "reporter" else f"person:{self.name}"

    def may_submit(self, key: Key) -> bool:
        """Whether they may hand in a report with this key."""
        return self.scope != "reporter" or self.reporter == key.reporter

    @property
    def may_decide(self) -> bool:
        """Whether they may accept, return and waive."""
        return self.scope in ("auditor", "admin")


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit, as it is handed to the ledger.

    Args:
        rules: version of the rule set.
        plan: revision of the plan graph.
        result: the whole audit in the JSON form of the contract.
    """

    rules: str
    plan: str
    result: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class KeptAudit:
    """An audit in the ledger; the newest is that of the submission. ``result``: JSON text."""

    entry: int
    submission: str
    rules: str
    plan: str
    at: str
    conforms: bool
    violations: int
    warnings: int
    infos: int
    not_evaluable: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a submission, and why; the newest holds."""

    entry: int
    submission: str
    verdict: Verdict
    reason: str
    by: str
    token: str
    at: str

    def as_dict(self) -> dict[str, object]:
        """The form in JSON."""
        return {"at": self.at, "verdict": self.verdict, "by": self.by, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is let pass, by whom, why and until when.

    The newest waiver of a finding holds; one that has expired ends it.

    Args:
        rule: name of the rule.
        cells: addresses of the finding's cells, with the sheet where there is one
            (``report!E7``); the one to mend first.
        expires: last day that it holds, ``2026-12-31``.
    """

    entry: int
    submission: str
    rule: str
    cells: tuple[str, ...]
    reason: str
    by: str
    token: str
    expires: str
    at: str

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return day <= self.expires

    def as_dict(self) -> dict[str, object]:
        """The form in JSON."""
        return {
            "rule": self.rule,
            "cells": list(self.cells),
            "until": self.expires,
            "by": self.by,
            "reason": self.reason,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a submission, and the submission whose report of that key it revises."""

    key: Key
    supersedes: str | None


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that was handed in, and how it stands.

    Args:
        id: short and stable: made from the file's hash and its sender.
        entry: number of its entry in the ledger; a later submission has a higher one.
        sha256: of the bytes.
        size: of the bytes.
        name, media_type: as the sender gave them.
        received_at: when it became durable.
        by: who handed it in; token: with which token.
        reports: what it reports on.
        state: after the newest decision.
        audit: the newest audit, without its text.
        superseded_by: by key, the newest later submission that revises it, whatever its state.
    """

    id: str
    entry: int
    sha256: str
    size: int
    name: str
    media_type: str
    received_at: str
    by: str
    token: str
    reports: tuple[Report, ...]
    state: State = "submitted"
    audit: KeptAudit | None = None
    superseded_by: Mapping[Key, str] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[Key, ...]:
        """What it reports on."""
        return tuple(report.key for report in self.reports)

    @property
    def superseded(self) -> bool:
        """Whether a later submission revises every report in it."""
        return bool(self.reports) and all(key in self.superseded_by for key in self.keys)

    def as_dict(self) -> dict[str, object]:
        """The form in JSON: everything but the file, the text of the audit, and decisions."""
        audit = self.audit
        return {
            "id": self.id,
            "state": self.state,
            "received_at": self.received_at,
            "by": self.by,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "entry": self.entry,
            "superseded": self.superseded,
            "reports": [
                {
                    "reporter": each.key.reporter,
                    "team": each.key.team,
                    "year": each.key.year,
                    "supersedes": each.supersedes,
                    "superseded_by": self.superseded_by.get(each.key),
                }
                for each in self.reports
            ],
            "audit": None
            if audit is None
            else {
                "at": audit.at,
                "rules": audit.rules,
                "plan": audit.plan,
                "conforms": audit.conforms,
                "counts": {
                    "violation": audit.violations,
                    "warning": audit.warnings,
                    "info": audit.infos,
                    "not_evaluable": audit.not_evaluable,
                },
            },
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender gets once the submission is durable.

    Args:
        id, sha256, received_at: of the submission.
        entry: its number in the ledger; hash: of that entry, which covers all before it.
        existing: it was there already: the same file of the same sender.
    """

    id: str
    sha256: str
    received_at: str
    entry: int
    hash: str
    existing: bool

    def as_dict(self) -> dict[str, object]:
        """The form in JSON."""
        return {
            "id": self.id,
            "sha256": self.sha256,
            "received_at": self.received_at,
            "entry": self.entry,
            "entry_hash": self.hash,
            "existing": self.existing,
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """Which submissions a list has; None leaves a question open.

    Args:
        state: after the newest decision.
        reporter, team, year: of one of its reports, all of the same.
        conforms: of the newest audit.
        superseded: whether a later submission revises every report in it.
        sender: as :attr:`Actor.sender`.
    """

    state: State | None = None
    reporter: str | None = None
    team: str | None = None
    year: int | None = None
    conforms: bool | None = None
    superseded: bool | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, newest first.

    Args:
        items: the submissions.
        total: how many the whole list has.
        after: give it back for the next part; None where this is the last.
    """

    items: tuple[Submission, ...]
    total: int
    after: int | None


@dataclass(frozen=True, slots=True)
class InForce:
    """The report that the graph has of one key: the newest submission that is accepted."""

    key: Key
    submission: str
    entry: int
    sha256: str
    received_at: str


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; the token itself is not.

    Args:
        id: names it; not secret.
        scope, reporter: as of :class:`Actor`.
        label: what or whom it is for.
        by: who made it.
        created_at, expires_at, revoked_at: times; None for never.
    """

    id: str
    scope: Scope
    reporter: str
    label: str
    by: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None

    @property
    def actor(self) -> Actor:
        """Who its holder is."""
        return Actor(self.label, self.scope, self.reporter, self.id)

    def state(self, now: str) -> Literal["valid", "expired", "revoked"]:
        """How it stands at a time."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: its number (0 in an empty ledger) and its hash."""

    sequence: int
    hash: str
