"""Brings the tables of a ledger to the form that this version of plankb works with.

The steps are Alembic's revisions in ``migrations/versions``, run in one transaction: a ledger has
the old form or the new one. Must not know what is in the tables.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from kb.errors import InputError
from kb.reports.ledger.database import Database
from kb.reports.ledger.schema import NEWEST
from kb.text import Text

FOLDER = Path(__file__).with_name("migrations")


def migrate(database: Database) -> None:
    """Make the tables, or change them where they are of an earlier version.

    Raises:
        InputError: they are of a later version.
        Overloaded: the database cannot be had now.
    """
    with database.reading() as connection:
        if form_of(connection) == NEWEST:
            return
    with database.writing() as connection:
        _upgrade(connection)


def form_of(connection: Connection) -> str | None:
    """The newest migration that was run; None where there is no ledger yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    # Only here: the two take longer to import than a ledger to open.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(FOLDER))
    context = MigrationContext.configure(connection)
    current = context.get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise InputError(
            "ledger-newer",
            Text(
                zh=f"账册由更新版本的 plankb 写成（格式 {current}，此处最新为 {NEWEST}）",
                en=f"the ledger was written by a newer plankb (form {current}; the newest here "
                f"is {NEWEST})",
            ),
            Text(zh="升级 plankb", en="use that version of plankb"),
        )
    for script in reversed(list(scripts.iterate_revisions("head", current or "base"))):
        with Operations.context(context):
            script.module.upgrade()
        context.stamp(scripts, script.revision)
