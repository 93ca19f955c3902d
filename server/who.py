"""Who hands in or decides: the holder of a token, by header, by cookie or by a form's field.

The API takes ``Authorization: Bearer`` (RFC 6750) and, for reading, the cookie of the pages. Pages
take the cookie or the field ``token``, from forms of this service only. Must not know what a
holder wants.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Response, current_app, request

from kb.errors import InputError
from kb.reports.ledger.records import Actor, Submission
from kb.reports.ledger.tokens import Tokens
from kb.settings import Settings
from kb.text import Text
from server import origin
from server.desks import ledger

COOKIE = "plankb-token"
#: Where the browser sends the cookie: nowhere else, so that other pages stay in the cache.
_PATHS = ("/reports", "/api/reports")
#: Seconds that a browser keeps it: a working day.
_FOR = 12 * 3600


def sender() -> Actor:
    """Who asks the API to keep or decide something.

    Raises:
        InputError: ``token-missing``, or as :meth:`Tokens.check`.
    """
    text = _bearer()
    if text is None:
        raise missing()
    return _holder(text)


def of_form() -> Actor:
    """Who sends a form of a page.

    Raises:
        InputError: ``cross-site``, ``token-missing``, or as :meth:`Tokens.check`.
    """
    from_own_page()
    text = request.form.get("token", "").strip() or request.cookies.get(COOKIE)
    if not text:
        raise missing()
    return _holder(text)


def signed_in() -> Actor | None:
    """Who the browser is signed in as; a token that ended meanwhile is none."""
    text = request.cookies.get(COOKIE)
    if not text:
        return None
    try:
        return _holder(text)
    except InputError:
        return None


def from_own_page() -> None:
    """Refuse a form that a page of another site sends.

    Raises:
        InputError: ``cross-site``.
    """
    if not origin.says_own():
        raise InputError(
            "cross-site",
            Text("表单只接受来自本服务的页面", "forms are taken from pages of this service only"),
            Text("程序请用 /api/reports", "programs use /api/reports"),
        )


def reader() -> Actor | None:
    """Who reads; None for anyone, where reading is open.

    Raises:
        InputError: reading takes a token here (setting ``reading``) and there is none.
    """
    bearer = _bearer()
    if bearer is not None:
        return _holder(bearer)
    actor = signed_in()
    if actor is None and is_closed():
        raise missing()
    return actor


def may_read(submission: Submission, actor: Actor | None) -> bool:
    """Where reading is closed, a body reads what it handed in and no other's."""
    if not is_closed() or (actor is not None and actor.scope != "reporter"):
        return True
    return actor is not None and actor.reporter in {key.reporter for key in submission.keys}


def sees() -> Callable[[Submission], bool]:
    """What may be read by whoever asks to have a file checked, which takes no token."""
    if not is_closed():
        return lambda _: True
    bearer = _bearer()
    actor = _holder(bearer) if bearer is not None else signed_in()
    return lambda submission: may_read(submission, actor)


def is_closed() -> bool:
    """Whether reading reports takes a token."""
    settings = cast(Settings, current_app.extensions["plankb.settings"])
    return settings.reading == "token"


def sign_in(response: Response, text: str) -> None:
    """Have the browser send the token from now on.

    Raises:
        InputError: as :meth:`Tokens.check`.
    """
    _holder(text)
    for path in _PATHS:
        response.set_cookie(
            COOKIE,
            text,
            max_age=_FOR,
            path=path,
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )


def sign_out(response: Response) -> None:
    """Have the browser forget the token."""
    for path in _PATHS:
        response.delete_cookie(
            COOKIE, path=path, secure=request.is_secure, httponly=True, samesite="Strict"
        )


def missing() -> InputError:
    """No token came with what needs one."""
    return InputError(
        "token-missing",
        Text("需要令牌", "this takes a token"),
        Text(
            "程序用 Authorization: Bearer …；网页请先登录。令牌向运行方索取",
            "programs send Authorization: Bearer …; on the pages, sign in. Whoever runs this "
            "gives out tokens",
        ),
    )


def _holder(text: str) -> Actor:
    return Tokens(ledger()).check(text).actor


def _bearer() -> str | None:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" and text.strip() else None
