"""The ledger's database: how it is opened, read and written, and what its faults mean.

SQLite with a write-ahead log and full synchronisation, or PostgreSQL. One writer at a time: on
SQLite by its own lock, on PostgreSQL by an advisory one. What has been committed is durable.
Must not know what is in the tables.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kb.errors import InputError, Overloaded, PlankbError
from kb.reports.ledger.turns import Turns
from kb.text import Text

#: Number of the advisory lock that writers take; any number that nobody else takes.
_LOCK = 0x706C616E6B62
#: Connections that one process may have open at a time.
_CONNECTIONS = 8


class Database:
    """The database behind a ledger, for any number of threads and processes.

    Args:
        place: path of a SQLite file, or the address of a PostgreSQL database
            (``postgresql://user:password@host/name``).
        patience: seconds for which a writer waits for another.

    Raises:
        InputError: the address is none, or the driver for it is not installed.
    """

    def __init__(self, place: str | Path, patience: float = 10.0) -> None:
        self.url = url_of(place)
        self._patience = patience
        self._writer = Turns()
        self._owner = os.getpid()
        self._engine = self._open()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of its own."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def shown(self) -> str:
        """Where it is, without a password."""
        if self.is_sqlite:
            return self.url.database or ""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the ledger throughout.

        Raises:
            Overloaded: the database cannot be had now.
        """
        with self._translated(), self._here().connect() as opened:
            level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            connection = opened.execution_options(**level)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only transaction that writes now; durable when this has ended without an error.

        Raises:
            Overloaded: another writer takes too long, the disk is full, or the database is
                away. Nothing was written then, but where the connection broke while committing
                it may have been: to ask again shows.
        """
        engine = self._here()
        if not self._writer.acquire(self._patience):
            raise _busy()
        try:
            with self._translated(), engine.connect() as opened:
                connection = opened.execution_options(plankb_begin="BEGIN IMMEDIATE")
                with connection.begin():
                    if not self.is_sqlite:
                        wait = f"SET LOCAL lock_timeout = {int(self._patience * 1000)}"
                        connection.execute(text(wait))
                        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                    yield connection
        finally:
            self._writer.release()

    def close(self) -> None:
        """Close the connections; the next use opens others."""
        self._here().dispose()

    def _here(self) -> Engine:
        """The engine of this process: connections must not be used on both sides of a fork."""
        if self._owner != os.getpid():
            self._engine.dispose(close=False)
            self._writer = Turns()
            self._engine = self._open()
            self._owner = os.getpid()
        return self._engine

    def _open(self) -> Engine:
        options: dict[str, Any] = {
            "pool_size": _CONNECTIONS,
            "max_overflow": 0,
            "pool_timeout": self._patience,
        }
        if self.is_sqlite:
            engine = create_engine(self.url, connect_args={"timeout": self._patience}, **options)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        try:
            engine = create_engine(
                self.url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **options
            )
        except ImportError as error:
            raise InputError(
                "ledger-driver",
                Text(
                    zh="缺少 PostgreSQL 的驱动程序 psycopg",
                    en="the driver for PostgreSQL, psycopg, is not installed",
                ),
                Text(
                    zh="安装 plankb[postgres]，或用 SQLite 账册",
                    en="install plankb[postgres], or use a ledger in SQLite",
                ),
            ) from error
        event.listen(engine, "connect", _prepare_postgres)
        return engine

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise _busy() from error
        except DBAPIError as error:
            meant = self._meaning(error)
            if meant is None:
                raise
            raise meant from error

    def _meaning(self, error: DBAPIError) -> PlankbError | None:
        """What a fault of the database means to whoever asked; None where it is one of ours."""
        origin = error.orig
        if isinstance(origin, sqlite3.Error):
            return _meaning_of_sqlite(origin, self.shown)
        state = getattr(origin, "sqlstate", None)
        if state == "55P03":
            return _busy()
        if state in ("53100", "53200"):
            return _full(self.shown)
        # No state: the connection broke or never was. 57: it is shutting down; 53: out of places.
        if error.connection_invalidated or state is None or state[:2] in ("08", "53", "57"):
            return Overloaded(
                "ledger-away",
                Text(zh="账册的数据库没有应答", en="the database of the ledger does not answer"),
                Text(
                    zh="稍后重试；若仍如此，请运行方检查数据库",
                    en="try again later; if that does not help, whoever runs this should look at "
                    "the database",
                ),
                retry_after=2,
                reason=str(origin).strip(),
            )
        return None


def url_of(place: str | Path) -> URL:
    """The address as SQLAlchemy has it.

    Raises:
        InputError: it is none.
    """
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(Path(place).expanduser().absolute()))
    try:
        url = make_url(place)
        backend = url.get_backend_name()
    except ArgumentError:
        backend = ""
    if backend == "sqlite" and url.database:
        return url_of(Path(url.database))
    if backend not in ("postgresql", "postgres"):
        raise InputError(
            "ledger-address",
            Text(zh="账册的地址不可用", en="this is no address of a ledger"),
            Text(
                zh="给出 SQLite 文件的路径，或 postgresql://用户@主机/数据库",
                en="give the path of a SQLite file, or postgresql://user@host/database",
            ),
        )
    return url.set(drivername="postgresql+psycopg")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, and not sqlite3 when it sees fit
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("plankb_begin", "BEGIN")
    connection.exec_driver_sql(begin)


def _prepare_postgres(connection: Any, _record: object) -> None:
    """A server may have been told that a commit need not be durable; ours is."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone()[0] == "off":
            cursor.execute("SET synchronous_commit TO on")
    connection.commit()


def _meaning_of_sqlite(error: sqlite3.Error, shown: str) -> PlankbError | None:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _busy()
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return _full(shown)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return PlankbError(
            "ledger-closed",
            Text(zh=f"账册 {shown} 无法写入", en=f"the ledger {shown} cannot be written"),
            Text(
                zh="检查该文件及其目录的权限，以及 PLANKB_DATA、PLANKB_LEDGER",
                en="see who may write to it and its folder, and PLANKB_DATA and PLANKB_LEDGER",
            ),
            file=shown,
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return InputError(
            "ledger-damaged",
            Text(
                zh=f"{shown} 不是账册，或已损坏",
                en=f"{shown} is no ledger, or is damaged",
            ),
            Text(
                zh="从备份恢复：plankb ledger restore",
                en="restore it from a backup: plankb ledger restore",
            ),
            file=shown,
        )
    return None


def _busy() -> Overloaded:
    return Overloaded(
        "ledger-busy",
        Text(zh="账册正被他人写入", en="the ledger is being written to by others"),
        Text(zh="稍后重试，没有写入任何内容", en="try again in a moment; nothing was written"),
        retry_after=2,
    )


def _full(shown: str) -> Overloaded:
    return Overloaded(
        "ledger-full",
        Text(
            zh="账册所在的磁盘已满或不能写入",
            en="the disk of the ledger is full or cannot be written",
        ),
        Text(
            zh="没有写入任何内容；请运行方腾出空间后重试",
            en="nothing was written; try again when whoever runs this has made room",
        ),
        retry_after=60,
        file=shown,
    )
