"""Tokens: shown once, good for what they were made for, until they end or are revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from kb.errors import InputError, UnknownName
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Key
from kb.reports.ledger.tokens import Tokens
from kb.reports.ledger.verifying import verify


def test_a_token_says_who_its_holder_is(ledger: Ledger) -> None:
    tokens = Tokens(ledger)
    made, text = tokens.create("reporter", "Office, Ms Wu", "root", reporter="agriculture")
    found = tokens.check(f" {text}\n")
    assert found == made
    assert found.actor.name == "Office, Ms Wu"
    assert found.actor.may_submit(Key("agriculture", "rural", 2023))
    assert not found.actor.may_submit(Key("education", "rural", 2023))
    assert not found.actor.may_decide
    auditor = tokens.check(tokens.create("auditor", "Li", "root")[1])
    assert auditor.actor.may_decide
    assert [token.label for token in tokens.list()] == ["Office, Ms Wu", "Li"]
    assert verify(ledger) == ()


def test_the_ledger_does_not_hold_the_token(book: Ledger) -> None:
    _, text = Tokens(book).create("admin", "x", "root")
    assert len(text) == len("plankb_") + 43
    with book.database.reading() as connection:
        rows = connection.execute(sa.text("SELECT * FROM tokens")).all()
    assert text not in str(rows)
    assert text.removeprefix("plankb_") not in str(rows)


@pytest.mark.parametrize(
    "change",
    [lambda text: "", lambda text: text[:-1], lambda text: text[7:], lambda text: text + "A",
     lambda text: "plankb_" + "A" * 43, lambda text: "plankb_ümlaut", lambda text: text.upper()],
)  # fmt: skip
def test_what_is_no_token_is_not_known(book: Ledger, change: object) -> None:
    tokens = Tokens(book)
    _, text = tokens.create("admin", "x", "root")
    assert callable(change)
    with pytest.raises(InputError) as caught:
        tokens.check(change(text))
    assert caught.value.code == "token-unknown"


def test_a_token_ends(book: Ledger) -> None:
    tokens = Tokens(book)
    ended, text = tokens.create(
        "auditor", "x", "root", expires=datetime.now(UTC) - timedelta(seconds=1)
    )
    with pytest.raises(InputError) as caught:
        tokens.check(text)
    assert caught.value.code == "token-expired"
    assert ended.expires_at
    _, text = tokens.create("auditor", "x", "root", expires=datetime.now(UTC) + timedelta(hours=1))
    assert tokens.check(text).label == "x"


def test_a_token_can_be_revoked(ledger: Ledger) -> None:
    tokens = Tokens(ledger)
    made, text = tokens.create("auditor", "x", "root")
    other, other_text = tokens.create("auditor", "y", "root")
    assert tokens.revoke(made.id, "root").revoked_at
    assert tokens.revoke(made.id, "root") == tokens.list()[0]  # once more changes nothing
    with pytest.raises(InputError) as caught:
        tokens.check(text)
    assert caught.value.code == "token-revoked"
    assert tokens.check(other_text) == other
    with pytest.raises(UnknownName):
        tokens.revoke("nosuch", "root")
    assert verify(ledger) == ()


@pytest.mark.parametrize(
    ("scope", "reporter"), [("reporter", ""), ("auditor", "agriculture"), ("king", "")]
)
def test_scope_and_body_have_to_fit(book: Ledger, scope: str, reporter: str) -> None:
    with pytest.raises(InputError) as caught:
        Tokens(book).create(scope, "x", "root", reporter=reporter)  # type: ignore[arg-type]
    assert caught.value.code == "token-scope"
    assert book.head().sequence == 0
