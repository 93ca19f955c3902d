"""``plankb token``: what holders of tokens may do, given and taken away."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import click

from kb import settings
from kb.cli.ledgering import opened, operator
from kb.cli.output import either, say

if TYPE_CHECKING:
    from kb.reports.ledger.records import Scope, Token

_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON. / 输出 JSON。")


@click.group()
def token() -> None:
    """Make, list and revoke tokens. / 令牌的发放、查看与撤销。"""


@token.command()
@click.option(
    "--scope",
    type=click.Choice(["reporter", "auditor", "admin"]),
    required=True,
    help="What its holder may do. / 权限。",
)
@click.option("--reporter", default="", help="Body, by code, for a reporter. / 填报单位代码。")
@click.option("--label", default="", help="What or whom it is for; shown. / 用途或持有人。")
@click.option("--days", type=click.IntRange(1, 36500), help="Days until it ends. / 有效天数。")
@_JSON
def create(scope: str, reporter: str, label: str, days: int | None, *, as_json: bool) -> None:
    """Make a token and show it, once. / 发放令牌；令牌只显示这一次。

    A reporter's token hands in for one body, named by its code of `plankb codes reporters`. An
    auditor's also accepts, returns and waives.
    """
    from kb.reports.ledger.tokens import Tokens

    if reporter:
        _must_be_known(reporter)
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with opened() as book:
        made, text = Tokens(book).create(
            cast("Scope", scope), label or reporter, operator(), reporter=reporter, expires=expires
        )
    if as_json:
        click.echo(json.dumps({**_as_dict(made), "token": text}, ensure_ascii=False, indent=2))
        return
    click.echo(text)
    say(
        either(
            f"编号 {made.id}；令牌不再显示，账册只存其哈希",
            f"its id is {made.id}; the token is not shown again, the ledger has only its hash",
        )
    )


@token.command("list")
@_JSON
def list_(*, as_json: bool) -> None:
    """All tokens, with their state. / 全部令牌及其状态。"""
    from kb.reports.ledger.tokens import Tokens

    with opened() as book:
        found = Tokens(book).list()
    if as_json:
        click.echo(json.dumps([_as_dict(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        shown = _as_dict(one)
        names = ("id", "state", "scope", "reporter", "label", "created_at", "expires_at")
        click.echo("\t".join(str(shown[name] or "-") for name in names))


@token.command()
@click.argument("id_", metavar="ID")
def revoke(id_: str) -> None:
    """End a token, from now on and for good. / 撤销令牌，立即且永久。"""
    from kb.reports.ledger.tokens import Tokens

    with opened() as book:
        ended = Tokens(book).revoke(id_, operator())
    say(either(f"{ended.id} 已撤销", f"{ended.id} is revoked"))


def _as_dict(one: Token) -> dict[str, object]:
    from kb.reports.ledger.records import utc

    return {
        "id": one.id,
        "state": one.state(utc()),
        "scope": one.scope,
        "reporter": one.reporter,
        "label": one.label,
        "by": one.by,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "revoked_at": one.revoked_at,
    }


def _must_be_known(reporter: str) -> None:
    """A token for a body that does not exist would never be good for anything."""
    from kb.errors import UnknownName
    from kb.plan import codes, graph
    from kb.text import Text

    known = sorted(
        {str(one["code"]) for one in codes.codes(graph.build(settings.load()), "reporters")}
    )
    if reporter not in known:
        raise UnknownName(
            "unknown-reporter",
            Text(
                zh=f"没有代码为 {reporter} 的填报单位", en=f"there is no reporting body {reporter}"
            ),
            Text(zh=f"可用：{'、'.join(known)}", en=f"those there are: {', '.join(known)}"),
        )
