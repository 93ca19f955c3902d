"""``plankb reports``: the submissions in the ledger, and decisions about them."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from kb.cli.ledgering import opened, operator
from kb.cli.output import either, say

if TYPE_CHECKING:
    from kb.reports.ledger.ledger import Ledger
    from kb.reports.ledger.records import Actor, State, Submission, Verdict

_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON. / 输出 JSON。")
_BY = click.option("--by", default="", help="Who decides; by default the user. / 决定人。")
_REASON = click.option("--reason", default="", help="Why. / 原因。")


@click.group()
def reports() -> None:
    """Submissions: list, show, accept, return, withdraw, waive. / 填报的查看与审核。"""


@reports.command("list")
@click.option("--state", type=click.Choice(["submitted", "accepted", "returned", "withdrawn"]))
@click.option("--reporter", help="Body, by code. / 填报单位代码。")
@click.option("--team", help="Team, by code. / 队伍代码。")
@click.option("--year", type=int, help="Year. / 年份。")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@_JSON
def list_(
    state: str | None,
    reporter: str | None,
    team: str | None,
    year: int | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Submissions, newest first. / 填报列表，新的在前。"""
    from kb.reports.ledger.records import Filters

    wanted = Filters(cast("State | None", state), reporter, team, year)
    with opened() as book:
        page = book.list(wanted, limit=limit)
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in page.items], ensure_ascii=False, indent=2))
    else:
        for one in page.items:
            keys = " ".join(map(str, one.keys)) or "-"
            shown = one.state + (either("（已被修订）", " (superseded)") if one.superseded else "")
            click.echo(
                f"{one.id}\t{one.received_at[:19]}\t{shown}\t{keys}\t{_audited(one)}\t{one.name}"
            )
    left = page.total - len(page.items)
    if left:
        say(either(f"另有 {left} 份未列出（--limit）", f"{left} more are not shown (--limit)"))


@reports.command()
@click.argument("id_", metavar="ID")
@click.option("--file", "file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
              help="Write the file as received; - for standard output. / 写出原文件。")  # fmt: skip
@click.option("--audit", is_flag=True, help="The newest audit, as JSON. / 最近一次审核。")
@_JSON
def show(id_: str, file: Path | None, *, audit: bool, as_json: bool) -> None:
    """A submission with its decisions and waivers. / 一份填报及其决定与豁免。"""
    with opened() as book:
        one = book.get(id_)
        if file is not None:
            _write(file, book.file(id_).data)
            return
        if audit:
            click.echo(json.dumps(book.audit(id_), ensure_ascii=False, indent=2))
            return
        shown = _whole(book, one)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for name, value in shown.items():
        if isinstance(value, list):
            for each in value:
                parts = " ".join(_shown(part) for part in each.values() if part)
                click.echo(f"{name}\t{parts}")
        elif value not in (None, ""):
            click.echo(f"{name}\t{value}")


@reports.command()
@click.argument("id_", metavar="ID")
@_REASON
@_BY
def accept(id_: str, reason: str, by: str) -> None:
    """Accept a submission: its figures go into the graph. / 接受：数据进入图谱。"""
    _decide(id_, "accepted", reason, by)


@reports.command("return")
@click.argument("id_", metavar="ID")
@_REASON
@_BY
def return_(id_: str, reason: str, by: str) -> None:
    """Return a submission to be corrected; a reason is needed. / 退回修改；须说明原因。"""
    _decide(id_, "returned", reason, by)


@reports.command()
@click.argument("id_", metavar="ID")
@_REASON
@_BY
def withdraw(id_: str, reason: str, by: str) -> None:
    """Withdraw a submission; it stays in the ledger. / 撤回；记录仍保留在账册中。"""
    _decide(id_, "withdrawn", reason, by)


@reports.command()
@click.argument("id_", metavar="ID")
@click.argument("rule")
@click.argument("cells", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why. / 原因。")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Last day that it holds; a past day ends a waiver. / 有效期至；过去的日期即终止豁免。",
)
@_BY
def waive(
    id_: str, rule: str, cells: tuple[str, ...], reason: str, until: datetime, by: str
) -> None:
    """Let the finding of RULE at CELLS (E7, or report!E7) pass for a time. / 豁免一项发现。"""
    from kb.reports.recorded import audit_of
    from kb.reports.waiving import meant

    last: date = until.date()
    with opened() as book:
        book.get(id_)
        kept = book.audit(id_)
        cells = meant(None if kept is None else audit_of(kept), rule, cells)
        waiver = book.waive(id_, rule, cells, reason, _operator(by), last)
    say(
        either(
            f"{rule}（{' '.join(cells)}）豁免至 {waiver.expires}",
            f"{rule} at {' '.join(cells)} is waived until {waiver.expires}",
        )
    )


def _decide(submission: str, verdict: Verdict, reason: str, by: str) -> None:
    with opened() as book:
        book.decide(submission, verdict, _operator(by), reason)
    say(f"{submission}: {verdict}")


def _operator(name: str) -> Actor:
    """Whoever has the ledger's file in hand needs no token."""
    from kb.reports.ledger.records import Actor

    return Actor(name or operator(), "admin")


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _audited(one: Submission) -> str:
    if one.audit is None:
        return "-"
    return f"{one.audit.violations}V {one.audit.warnings}W {one.audit.infos}I"


def _whole(book: Ledger, one: Submission) -> dict[str, object]:
    return {
        **one.as_dict(),
        "decisions": [each.as_dict() for each in book.decisions(one.id)],
        "waivers": [each.as_dict() for each in book.waivers(one.id)],
    }


def _write(file: Path, data: bytes) -> None:
    if str(file) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        from kb.export import dataset

        dataset.write_file(file, data)
