"""Tokens: made, shown once, checked, revoked. The ledger has their hashes only.

A token is ``plankb_`` and 32 random bytes; with so much chance in it a hash needs no salt. Must
not know what a token is shown for.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from kb.errors import InputError, UnknownName
from kb.reports.ledger import chain
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import SCOPES, Scope, Token, utc
from kb.reports.ledger.schema import REVOCATIONS, TOKENS
from kb.reports.ledger.taking import plain
from kb.text import Text

_MARK = "plankb_"
_BYTES = 32


class Tokens:
    """The tokens of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    def create(
        self,
        scope: Scope,
        label: str,
        by: str,
        *,
        reporter: str = "",
        expires: datetime | None = None,
    ) -> tuple[Token, str]:
        """Make a token; it and the text of it, which nobody can find out later.

        Args:
            scope: what its holder may do.
            label: what or whom it is for.
            by: who makes it.
            reporter: code of the body, for the scope ``reporter`` and for that only.
            expires: when it ends; None for never.

        Raises:
            InputError: ``token-scope``: scope and body do not fit.
            Overloaded: not now.
        """
        if scope not in SCOPES or (scope == "reporter") != bool(reporter):
            raise InputError(
                "token-scope",
                Text(
                    zh="填报令牌须指明填报单位，其他令牌不须",
                    en="a reporter's token names a body, and no other does",
                ),
                Text(zh="单位代码见 plankb codes reporters", en="see plankb codes reporters"),
            )
        secret = secrets.token_bytes(_BYTES)
        hashed = chain.sha256(secret)
        row = {
            "id": hashed[:8],
            "hash": hashed,
            "scope": scope,
            "reporter": plain(reporter, 100),
            "label": plain(label) or hashed[:8],
            "person": plain(by),
            "created_at": utc(),
            "expires_at": None if expires is None else utc(expires),
        }
        with self._database.writing() as connection:
            if _one(connection, TOKENS.c.id == row["id"]) is not None:
                row["id"] = hashed[:16]
            chain.append(connection, "token", str(row["created_at"]), row)
            made = _one(connection, TOKENS.c.hash == hashed)
        assert made is not None
        return made, _MARK + base64.urlsafe_b64encode(secret).decode().rstrip("=")

    def list(self) -> tuple[Token, ...]:
        """All tokens that ever were, oldest first."""
        with self._database.reading() as connection:
            return tuple(_token(row) for row in connection.execute(_all()))

    def revoke(self, token: str, by: str) -> Token:
        """End a token, from now on and for good.

        Raises:
            UnknownName: there is none of that id.
            Overloaded: not now.
        """
        with self._database.writing() as connection:
            found = _one(connection, TOKENS.c.id == token)
            if found is None:
                raise UnknownName(
                    "unknown-token",
                    Text(zh=f"没有编号为 {token} 的令牌", en=f"there is no token {token}"),
                    Text(
                        zh="用 plankb token list 查看", en="plankb token list shows those there are"
                    ),
                    token=token,
                )
            if found.revoked_at is None:
                row = {"token": token, "person": plain(by), "at": utc()}
                chain.append(connection, "revocation", row["at"], row)
                found = _one(connection, TOKENS.c.id == token)
                assert found is not None
        return found

    def check(self, text: str) -> Token:
        """The token of which this is the text, if it is valid now.

        Raises:
            InputError: ``token-unknown``, ``token-expired`` or ``token-revoked``.
            Overloaded: not now.
        """
        secret = _secret(text)
        found = None
        if secret is not None:
            with self._database.reading() as connection:
                found = _one(connection, TOKENS.c.hash == chain.sha256(secret))
        if found is None:
            raise InputError(
                "token-unknown",
                Text(zh="令牌无效", en="this token is not known"),
                Text(
                    zh="核对是否完整，或请管理员另发", en="see that it is whole, or ask for another"
                ),
            )
        state = found.state(utc())
        if state == "expired":
            raise InputError(
                "token-expired",
                Text(
                    zh=f"令牌已于 {found.expires_at} 过期",
                    en=f"this token ended {found.expires_at}",
                ),
                Text(zh="请管理员另发", en="ask for another"),
            )
        if state == "revoked":
            raise InputError(
                "token-revoked",
                Text(zh="令牌已撤销", en="this token was revoked"),
                Text(zh="请管理员另发", en="ask for another"),
            )
        return found


def _secret(text: str) -> bytes | None:
    """The random bytes of a token; None where it cannot be one."""
    text = text.strip()
    if not text.startswith(_MARK):
        return None
    try:
        secret = base64.b64decode(text[len(_MARK) :] + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == _BYTES else None


def _all() -> Select[Any]:
    return (
        select(TOKENS, REVOCATIONS.c.at.label("revoked_at"))
        .outerjoin(REVOCATIONS, REVOCATIONS.c.token == TOKENS.c.id)
        .order_by(TOKENS.c.entry)
    )


def _one(connection: Connection, condition: Any) -> Token | None:
    row = connection.execute(_all().where(condition)).first()
    return None if row is None else _token(row)


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        scope=row.scope,
        reporter=row.reporter,
        label=row.label,
        by=row.person,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
