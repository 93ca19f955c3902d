"""The tables of the ledger, for SQLite and PostgreSQL alike.

Every table but ``contents`` and ``reports`` has the number of its entry in the hash chain. Rows
are only ever added: triggers, which a migration makes, refuse anything else. Migrations make
the tables; a test holds them against this. Must not know what is written when.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

#: The newest migration in ``migrations/versions``.
NEWEST: Final = "0001"

METADATA: Final = MetaData()


def _entry() -> Column[int]:
    # SQLite would count by itself where an INTEGER PRIMARY KEY is left out.
    return Column(
        "entry", Integer, ForeignKey("entries.sequence"), primary_key=True, autoincrement=False
    )


def _submission() -> Column[str]:
    return Column("submission", String(16), ForeignKey("submissions.id"), nullable=False)


ENTRIES: Final = Table(
    "entries",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("at", String(27), nullable=False),
    Column("payload", String(64), nullable=False),
    Column("previous", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False, unique=True),
    CheckConstraint("sequence > 0", name="entries_count_from_one"),
)

CONTENTS: Final = Table(
    "contents",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)

SUBMISSIONS: Final = Table(
    "submissions",
    METADATA,
    _entry(),
    Column("id", String(16), nullable=False, unique=True),
    Column("sha256", String(64), ForeignKey("contents.sha256"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("received_at", String(27), nullable=False),
    Column("sender", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("token", String(16), nullable=False),
    UniqueConstraint("sender", "sha256", name="submissions_same_file_once"),
)

REPORTS: Final = Table(
    "reports",
    METADATA,
    Column("submission", String(16), ForeignKey("submissions.id"), primary_key=True),
    Column("reporter", String(100), primary_key=True),
    Column("team", String(100), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("supersedes", String(16), ForeignKey("submissions.id")),
    Index("reports_by_key", "reporter", "team", "year"),
)

REQUESTS: Final = Table(
    "requests",
    METADATA,
    _entry(),
    Column("sender", Text, nullable=False),
    Column("key", String(255), nullable=False),
    _submission(),
    UniqueConstraint("sender", "key", name="requests_once"),
)

AUDITS: Final = Table(
    "audits",
    METADATA,
    _entry(),
    _submission(),
    Column("rules", String(100), nullable=False),
    Column("plan", String(100), nullable=False),
    Column("at", String(27), nullable=False),
    Column("conforms", Integer, nullable=False),
    Column("violations", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("infos", Integer, nullable=False),
    Column("not_evaluable", Integer, nullable=False),
    Column("result", Text, nullable=False),
    Index("audits_by_submission", "submission"),
)

DECISIONS: Final = Table(
    "decisions",
    METADATA,
    _entry(),
    _submission(),
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("token", String(16), nullable=False),
    Column("at", String(27), nullable=False),
    Index("decisions_by_submission", "submission"),
)

WAIVERS: Final = Table(
    "waivers",
    METADATA,
    _entry(),
    _submission(),
    Column("rule", String(100), nullable=False),
    Column("cells", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("token", String(16), nullable=False),
    Column("expires", String(10), nullable=False),
    Column("at", String(27), nullable=False),
    Index("waivers_by_submission", "submission"),
)

TOKENS: Final = Table(
    "tokens",
    METADATA,
    _entry(),
    Column("id", String(16), nullable=False, unique=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scope", String(16), nullable=False),
    Column("reporter", String(100), nullable=False),
    Column("label", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("expires_at", String(27)),
)

REVOCATIONS: Final = Table(
    "revocations",
    METADATA,
    _entry(),
    Column("token", String(16), ForeignKey("tokens.id"), nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("at", String(27), nullable=False),
)

#: In an order in which rows can be added: what is referred to comes first.
TABLES: Final = (
    ENTRIES, CONTENTS, SUBMISSIONS, REPORTS, REQUESTS, AUDITS, DECISIONS, WAIVERS, TOKENS,
    REVOCATIONS,
)  # fmt: skip

#: Kind of an entry, and the table that has its row.
KINDS: Final = {
    "submission": SUBMISSIONS,
    "request": REQUESTS,
    "audit": AUDITS,
    "decision": DECISIONS,
    "waiver": WAIVERS,
    "token": TOKENS,
    "revocation": REVOCATIONS,
}
