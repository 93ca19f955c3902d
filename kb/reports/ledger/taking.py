"""How a file gets into the ledger: known by its sender and hash, or added with its reports.

Each function works in the transaction of the only writer. Must not know who may do what.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select

from kb.errors import InputError, UnknownName
from kb.reports.ledger import chain, listing
from kb.reports.ledger.records import Actor, Audited, Key, Receipt, Report, utc
from kb.reports.ledger.schema import CONTENTS, ENTRIES, REPORTS, REQUESTS, SUBMISSIONS
from kb.reports.sheet import Upload
from kb.text import Text

#: Characters of a name or a reason; what is longer is cut.
_LONGEST = 2000
#: Characters of a submission's id: 50 bits.
_ID = 10


def plain(text: str, longest: int = _LONGEST) -> str:
    """A text that every database can hold: no NUL, no half characters, not too long."""
    readable = text.encode("utf-8", "replace").decode().replace("\0", "")
    return readable.strip()[:longest]


def submission_known(
    connection: Connection, by: Actor, idempotency_key: str | None, sha256: str
) -> str | None:
    """The submission that this file already is.

    Raises:
        InputError: the idempotency key came with another file before.
    """
    if idempotency_key is not None:
        query = (
            select(SUBMISSIONS.c.id, SUBMISSIONS.c.sha256)
            .join(REQUESTS, REQUESTS.c.submission == SUBMISSIONS.c.id)
            .where(REQUESTS.c.sender == by.sender, REQUESTS.c.key == idempotency_key)
        )
        row = connection.execute(query).first()
        if row is not None and row.sha256 != sha256:
            raise InputError(
                "idempotency-conflict",
                Text(
                    zh="此 Idempotency-Key 先前用于另一个文件",
                    en="this Idempotency-Key came with another file before",
                ),
                Text(
                    zh="新的文件用新的键；重试时发送同一个文件",
                    en="take a new key for a new file; to try again, send the same file",
                ),
                submission=row.id,
            )
    same = select(SUBMISSIONS.c.id).where(
        SUBMISSIONS.c.sender == by.sender, SUBMISSIONS.c.sha256 == sha256
    )
    found: str | None = connection.execute(same).scalar()
    return found


def add(
    connection: Connection, upload: Upload, by: Actor, keys: Sequence[Key], media_type: str
) -> str:
    """Add a submission; its id.

    Args:
        connection: of the only writer.
        upload: name and bytes.
        by: who hands it in.
        keys: of its reports, each once.
        media_type: as the sender has it.
    """
    sha256 = upload.sha256
    if (
        connection.execute(select(CONTENTS.c.size).where(CONTENTS.c.sha256 == sha256)).first()
        is None
    ):
        connection.execute(
            insert(CONTENTS).values(sha256=sha256, size=len(upload.data), bytes=upload.data)
        )
    made = _free_id(connection, by.sender, sha256)
    reports = [Report(key, _before(connection, key)) for key in keys]
    row: dict[str, str] = {
        "id": made,
        "sha256": sha256,
        "name": plain(upload.name, 255),
        "media_type": plain(media_type, 255),
        "received_at": utc(),
        "sender": by.sender,
        "person": plain(by.name),
        "token": by.token,
    }
    chain.append(connection, "submission", row["received_at"], row, reports)
    for report in reports:
        connection.execute(
            insert(REPORTS).values(
                submission=made,
                reporter=report.key.reporter,
                team=report.key.team,
                year=report.key.year,
                supersedes=report.supersedes,
            )
        )
    return made


def remember(connection: Connection, by: Actor, idempotency_key: str, submission: str) -> None:
    """Keep which submission an idempotency key came with."""
    query = select(REQUESTS.c.entry).where(
        REQUESTS.c.sender == by.sender, REQUESTS.c.key == idempotency_key
    )
    if connection.execute(query).first() is None:
        row = {"sender": by.sender, "key": idempotency_key, "submission": submission}
        chain.append(connection, "request", utc(), row)


def add_audit(connection: Connection, submission: str, audit: Audited) -> None:
    """Add an audit of a submission."""
    counts = audit.result.get("counts")
    counted: Mapping[str, int] = counts if isinstance(counts, Mapping) else {}
    row = {
        "submission": submission,
        "rules": plain(audit.rules, 100),
        "plan": plain(audit.plan, 100),
        "at": utc(),
        "conforms": int(bool(audit.result.get("conforms"))),
        "violations": int(counted.get("violation", 0)),
        "warnings": int(counted.get("warning", 0)),
        "infos": int(counted.get("info", 0)),
        "not_evaluable": int(counted.get("not_evaluable", 0)),
        # ASCII only: whatever was in a cell, also what no database would take, is escaped.
        "result": json.dumps(audit.result, separators=(",", ":")),
    }
    chain.append(connection, "audit", str(row["at"]), row)


def receipt(connection: Connection, submission: str, *, existing: bool) -> Receipt:
    """The receipt of a submission."""
    query = (
        select(SUBMISSIONS, ENTRIES.c.hash)
        .join(ENTRIES, ENTRIES.c.sequence == SUBMISSIONS.c.entry)
        .where(SUBMISSIONS.c.id == submission)
    )
    row = connection.execute(query).first()
    if row is None:
        raise unknown_submission(submission)
    return Receipt(row.id, row.sha256, row.received_at, row.entry, row.hash, existing)


def unknown_submission(submission: str) -> UnknownName:
    """The error where there is no submission of an id."""
    return UnknownName(
        "unknown-submission",
        Text(zh=f"没有编号为 {submission} 的填报", en=f"there is no submission {submission}"),
        Text(zh="用 plankb reports list 查看", en="plankb reports list shows those there are"),
        submission=submission,
    )


def _free_id(connection: Connection, sender: str, sha256: str) -> str:
    """A short id made from file and sender; longer where another submission has it."""
    whole = base64.b32encode(bytes.fromhex(chain.sha256(f"{sender}\n{sha256}".encode())))
    text = whole.decode().lower()
    for size in range(_ID, 17):
        short = text[:size]
        taken = select(SUBMISSIONS.c.entry).where(SUBMISSIONS.c.id == short)
        if connection.execute(taken).first() is None:
            return short
    raise AssertionError("80 bits of a hash are the same for two submissions")


def _before(connection: Connection, key: Key) -> str | None:
    known = listing.of_key(connection, key)
    return known[0] if known else None
