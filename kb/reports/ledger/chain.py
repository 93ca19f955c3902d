"""The hash chain: each entry covers a row of the ledger and, by its hash, all entries before it.

An entry's payload is the row as canonical JSON (RFC 8785 in what occurs here: sorted names, no
spaces, text and whole numbers only), with long texts replaced by their SHA-256. So a row that was
changed, removed or slipped in does not fit its entry, and an entry that was changed does not fit
the next one. Must not know where a row comes from, nor what it is for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from kb.reports.ledger.records import Head, Report
from kb.reports.ledger.schema import ENTRIES, KINDS

#: What the first entry follows.
GENESIS: Final = "0" * 64

#: Columns too long for a payload; their SHA-256 stands for them.
_LONG: Final = frozenset({"result"})


def canonical(value: object) -> bytes:
    """A value as JSON, always in the same bytes.

    >>> canonical({"b": 1, "a": "县"}).decode()
    '{"a":"县","b":1}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def sha256(data: bytes) -> str:
    """Fingerprint in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def payload_of(row: Mapping[str, Any], reports: Iterable[Report] | None = None) -> str:
    """Hash of what an entry covers: its row, and for a submission the reports in it."""
    covered: dict[str, object] = {
        name: sha256(value.encode()) if name in _LONG else value
        for name, value in row.items()
        if name != "entry"
    }
    if reports is not None:
        covered["reports"] = [
            [one.key.reporter, one.key.team, one.key.year, one.supersedes]
            for one in sorted(reports, key=lambda one: one.key)
        ]
    return sha256(canonical(covered))


def hash_of(sequence: int, kind: str, at: str, payload: str, previous: str) -> str:
    """The hash of an entry."""
    return sha256(canonical([sequence, kind, at, payload, previous]))


def head(connection: Connection) -> Head:
    """The newest entry."""
    newest = select(ENTRIES.c.sequence, ENTRIES.c.hash).order_by(ENTRIES.c.sequence.desc())
    row = connection.execute(newest.limit(1)).first()
    return Head(0, GENESIS) if row is None else Head(row.sequence, row.hash)


def append(
    connection: Connection,
    kind: str,
    at: str,
    row: Mapping[str, Any],
    reports: Iterable[Report] | None = None,
) -> Head:
    """Add a row with its entry; the caller is the only writer and commits both together.

    Args:
        connection: in a transaction of :meth:`kb.reports.ledger.database.Database.writing`.
        kind: of :data:`kb.reports.ledger.schema.KINDS`.
        at: when, as the ledger writes it.
        row: all its columns but ``entry``, also those that are None.
        reports: of a submission.
    """
    before = head(connection)
    payload = payload_of(row, reports)
    sequence = before.sequence + 1
    own = hash_of(sequence, kind, at, payload, before.hash)
    connection.execute(
        insert(ENTRIES).values(
            sequence=sequence, kind=kind, at=at, payload=payload, previous=before.hash, hash=own
        )
    )
    connection.execute(insert(KINDS[kind]).values(entry=sequence, **row))
    return Head(sequence, own)
