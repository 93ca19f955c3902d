"""The first form of the ledger.

It stands here in full and not by the tables of ``schema``, which go on with later versions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "entries", "contents", "submissions", "reports", "requests", "audits", "decisions", "waivers",
    "tokens", "revocations",
)  # fmt: skip


def _entry() -> sa.Column[int]:
    return sa.Column(
        "entry", sa.Integer, sa.ForeignKey("entries.sequence"), primary_key=True,
        autoincrement=False,
    )  # fmt: skip


def _submission() -> sa.Column[str]:
    return sa.Column("submission", sa.String(16), sa.ForeignKey("submissions.id"), nullable=False)


def _text(name: str, size: int | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if size is None else sa.String(size), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Make the tables, and what keeps their rows as they are."""
    op.create_table(
        "entries",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        _text("kind", 16),
        _text("at", 27),
        _text("payload", 64),
        sa.Column("previous", sa.String(64), nullable=False, unique=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.CheckConstraint("sequence > 0", name="entries_count_from_one"),
    )
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        _number("size"),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "submissions",
        _entry(),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("contents.sha256"), nullable=False),
        _text("name"),
        _text("media_type"),
        _text("received_at", 27),
        _text("sender"),
        _text("person"),
        _text("token", 16),
        sa.UniqueConstraint("sender", "sha256", name="submissions_same_file_once"),
    )
    op.create_table(
        "reports",
        sa.Column("submission", sa.String(16), sa.ForeignKey("submissions.id"), primary_key=True),
        sa.Column("reporter", sa.String(100), primary_key=True),
        sa.Column("team", sa.String(100), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("supersedes", sa.String(16), sa.ForeignKey("submissions.id")),
    )
    op.create_index("reports_by_key", "reports", ["reporter", "team", "year"])
    op.create_table(
        "requests",
        _entry(),
        _text("sender"),
        _text("key", 255),
        _submission(),
        sa.UniqueConstraint("sender", "key", name="requests_once"),
    )
    op.create_table(
        "audits",
        _entry(),
        _submission(),
        _text("rules", 100),
        _text("plan", 100),
        _text("at", 27),
        _number("conforms"),
        _number("violations"),
        _number("warnings"),
        _number("infos"),
        _number("not_evaluable"),
        _text("result"),
    )
    op.create_table(
        "decisions",
        _entry(),
        _submission(),
        _text("verdict", 16),
        _text("reason"),
        _text("person"),
        _text("token", 16),
        _text("at", 27),
    )
    op.create_table(
        "waivers",
        _entry(),
        _submission(),
        _text("rule", 100),
        _text("cells"),
        _text("reason"),
        _text("person"),
        _text("token", 16),
        _text("expires", 10),
        _text("at", 27),
    )
    for table in ("audits", "decisions", "waivers"):
        op.create_index(f"{table}_by_submission", table, ["submission"])
    op.create_table(
        "tokens",
        _entry(),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        _text("scope", 16),
        _text("reporter", 100),
        _text("label"),
        _text("person"),
        _text("created_at", 27),
        _text("expires_at", 27, nullable=True),
    )
    op.create_table(
        "revocations",
        _entry(),
        sa.Column("token", sa.String(16), sa.ForeignKey("tokens.id"), nullable=False, unique=True),
        _text("person"),
        _text("at", 27),
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def _guards(dialect: str) -> list[str]:
    """Triggers that refuse whatever is no new row."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            for table in _TABLES
            for event in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE FUNCTION plankb_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION plankb_append_only()"
        for table in _TABLES
    ]
