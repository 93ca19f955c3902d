"""Backup and restore: a whole ledger as one SQLite file, whichever database it is in.

So a backup of PostgreSQL can be looked into anywhere, and restored into SQLite or the other way
round. Must not know what a row is for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from kb.errors import CheckFailed, FileProblem, InputError
from kb.reports.ledger import chain
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Head
from kb.reports.ledger.schema import CONTENTS, TABLES
from kb.reports.ledger.verifying import verify
from kb.text import Text

#: Rows, and files, that are in memory at a time.
_ROWS, _FILES = 500, 4


def backup(ledger: Ledger, file: Path) -> Head:
    """Write the ledger as it is now into a new file; the newest entry in it.

    Others may go on writing. The file is there whole, or not at all.

    Raises:
        FileProblem: it is there already, or cannot be written.
        Overloaded: the database cannot be had now.
    """
    if file.exists():
        raise FileProblem(
            "backup-exists",
            Text(zh=f"{file} 已存在", en=f"{file} is there already"),
            Text(zh="另取文件名", en="take another name"),
            file=str(file),
        )
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
            fresh = Path(folder) / "ledger.sqlite"
            copy = Ledger.open(fresh)
            with ledger.database.reading() as source, copy.database.writing() as target:
                head = chain.head(source)
                _copy(source, target)
            copy.close()  # what SQLite has beside the file goes into it
            with fresh.open("rb") as written:
                os.fsync(written.fileno())
            fresh.replace(file)
    except OSError as error:
        raise FileProblem(
            "backup-unwritable",
            Text(
                zh=f"无法写入 {file}：{error.strerror}",
                en=f"{file} cannot be written: {error.strerror}",
            ),
            Text(zh="检查目录和磁盘空间", en="see whether the folder exists and has room"),
            file=str(file),
        ) from error
    return head


def restore(ledger: Ledger, file: Path) -> Head:
    """Bring a backup into an empty ledger; the newest entry in it.

    Raises:
        FileProblem: the file cannot be read.
        InputError: it is no backup, or the ledger is not empty.
        CheckFailed: the backup is not as it was written.
        Overloaded: the database cannot be had now.
    """
    if ledger.head().sequence:
        raise InputError(
            "ledger-not-empty",
            Text(
                zh=f"账册 {ledger.database.shown} 不是空的，不予覆盖",
                en=f"the ledger {ledger.database.shown} is not empty and is not written over",
            ),
            Text(
                zh="恢复到新的账册（PLANKB_LEDGER），或先移走旧文件",
                en="restore into a new ledger (PLANKB_LEDGER), or move the old file away first",
            ),
        )
    with tempfile.TemporaryDirectory() as folder:
        # A copy: an older form is changed to ours, and a backup stays as it is.
        own = Path(folder) / "ledger.sqlite"
        try:
            shutil.copyfile(file, own)
        except OSError as error:
            raise FileProblem(
                "file-unreadable",
                Text(
                    zh=f"无法读取 {file}：{error.strerror}",
                    en=f"{file} cannot be read: {error.strerror}",
                ),
                Text(zh="检查文件名和权限", en="see that it exists and may be read"),
                file=str(file),
            ) from error
        kept = Ledger.open(own)
        try:
            problems = verify(kept)
            if problems:
                raise CheckFailed(
                    "backup-damaged",
                    Text(
                        zh=f"备份 {file} 未通过核对：{problems[0].message.zh}",
                        en=f"the backup {file} does not verify: {problems[0].message.en}",
                    ),
                    Text(zh="换用另一份备份", en="take another backup"),
                    file=str(file),
                )
            with kept.database.reading() as source, ledger.database.writing() as target:
                _copy(source, target)
                return chain.head(target)
        finally:
            kept.close()


def _copy(source: Connection, target: Connection) -> None:
    for table in TABLES:
        _copy_table(source, target, table)


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    size = _FILES if table is CONTENTS else _ROWS
    query = select(table).execution_options(yield_per=size)
    for part in source.execute(query).mappings().partitions():
        rows: list[dict[str, Any]] = [dict(row) for row in part]
        target.execute(insert(table), rows)
