"""``plankb ledger``: what whoever runs the service does with the ledger."""

from __future__ import annotations

import getpass
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from kb import settings
from kb.cli.output import either, language, progress, say

if TYPE_CHECKING:
    from kb.reports.again import Again
    from kb.reports.ledger.ledger import Ledger
    from kb.reports.ledger.records import Head, State
    from kb.settings import Settings
    from kb.store.interface import Store

_OUT = click.Path(path_type=Path, dir_okay=False)
_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON. / 输出 JSON。")


@contextmanager
def opened() -> Iterator[Ledger]:
    """The ledger that the settings name."""
    from kb.reports.ledger.ledger import Ledger

    found = Ledger.of(settings.load())
    try:
        yield found
    finally:
        found.close()


def operator() -> str:
    """The person at the command line, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


@click.group()
def ledger() -> None:
    """Verify, back up, restore and rebuild from the ledger. / 账册的核对、备份、恢复与重建。"""


@ledger.command()
@_JSON
def info(*, as_json: bool) -> None:
    """Where the ledger is, and what it has. / 账册位置与内容概况。"""
    from kb.reports.ledger.records import STATES, Filters
    from kb.reports.ledger.schema import NEWEST

    with opened() as book:
        head = book.head()
        counts = {state: book.list(Filters(state=state), limit=1).total for state in STATES}
        found = {
            "ledger": book.database.shown,
            "form": NEWEST,
            "entries": head.sequence,
            "head": head.hash,
            "submissions": counts,
            "in_force": len(book.in_force()),
        }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    click.echo(found["ledger"])
    click.echo(
        either(
            f"{head.sequence} 条记录，最后一条 {head.hash}",
            f"{head.sequence} entries, the last one {head.hash}",
        )
    )
    for state, count in counts.items():
        click.echo(f"{state}\t{count}")
    click.echo(
        either(f"图中的报表\t{found['in_force']}", f"reports in the graph\t{found['in_force']}")
    )


@ledger.command()
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="NUMBER:HASH",
    help="An entry that must be there, as a receipt has it. / 回执所载的记录。",
)
@_JSON
def verify(heads: tuple[str, ...], *, as_json: bool) -> None:
    """Look whether every row, byte and link is what was written. / 核对账册是否被改动。

    Exit status 1: something was changed or is missing. What was cut off at the end shows only
    against a receipt, or against the head that ``plankb ledger info`` said earlier: --head.
    """
    from kb.reports.ledger import verifying

    known = [_head(one) for one in heads]
    with opened() as book:
        progress(either("核对…", "verifying…"))
        problems = verifying.verify(book, known)
        progress("")
        head = book.head()
    if as_json:
        listed = [{"entry": one.entry, "message": one.message.as_dict()} for one in problems]
        said = {"verified": not problems, "entries": head.sequence, "head": head.hash}
        click.echo(json.dumps({**said, "problems": listed}, ensure_ascii=False, indent=2))
    else:
        for one in problems:
            click.echo(one.message.in_(language()))
        if not problems:
            click.echo(
                either(
                    f"通过：{head.sequence} 条记录，最后一条 {head.hash}",
                    f"verified: {head.sequence} entries, the last one {head.hash}",
                )
            )
    if problems:
        say(either(f"{len(problems)} 处不符", f"{len(problems)} things are not as written"))
        raise click.exceptions.Exit(1)


@ledger.command()
@click.argument("file", type=_OUT)
def backup(file: Path) -> None:
    """Write the whole ledger into one new FILE, while it is in use. / 备份到新文件。"""
    from kb.reports.ledger import copying

    with opened() as book:
        progress(either("备份…", "backing up…"))
        head = copying.backup(book, file)
        progress("")
    say(
        either(
            f"{file}：{head.sequence} 条记录，最后一条 {head.hash}",
            f"{file}: {head.sequence} entries, the last one {head.hash}",
        )
    )


@ledger.command()
@click.argument("file", type=_OUT)
def restore(file: Path) -> None:
    """Bring a backup into an empty ledger. / 把备份恢复到空账册。

    It is verified first. The ledger is that of PLANKB_LEDGER and PLANKB_DATA; it may be another
    kind of database than the backup was made from.
    """
    from kb.reports.ledger import copying

    with opened() as book:
        progress(either("恢复…", "restoring…"))
        head = copying.restore(book, file)
        progress("")
        place = book.database.shown
    say(
        either(
            f"{place}：已恢复 {head.sequence} 条记录，最后一条 {head.hash}",
            f"{place}: {head.sequence} entries restored, the last one {head.hash}",
        )
    )


@ledger.command()
@_JSON
def rebuild(*, as_json: bool) -> None:
    """Make the graphs of all accepted reports anew from the kept files. / 由账册重建报表图。

    Exit status 1: what was cached was not the same, or a file cannot be read any more. A service
    that runs takes the new content at its next revision.
    """
    from kb.plan import graph
    from kb.reports.drawing import Drawer
    from kb.reports.following import Follower

    chosen = settings.load()
    progress(either("重建…", "rebuilding…"))
    built = graph.build(chosen)
    with opened() as book:
        follower = Follower(book, Drawer(built), chosen)
        found = follower.rebuild()
        revision = follower.revision(built.revision, book.in_force())
    progress("")
    if as_json:
        said = {
            "revision": revision,
            "reports": found.reports,
            "quads": found.quads,
            "sha256": found.sha256,
            "same": found.same,
            "unread": [
                {
                    "submission": one.submission,
                    "report": str(one.key),
                    "reason": one.reason.as_dict(),
                }
                for one in found.unread
            ],
        }
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        click.echo(
            either(
                f"{found.reports} 份报表，{found.quads} 条四元组，sha256 {found.sha256}，"
                f"版本 {revision}",
                f"{found.reports} reports, {found.quads} quads, sha256 {found.sha256}, "
                f"revision {revision}",
            )
        )
        for one in found.unread:
            click.echo(f"{one.submission} {one.key}: {one.reason.in_(language())}")
    if not found.same:
        say(either("缓存的内容与重建的不同", "what was cached was not the same"))
    if found.unread or not found.same:
        raise click.exceptions.Exit(1)


@ledger.command()
@_JSON
def audit(*, as_json: bool) -> None:
    """Audit all accepted reports by today's rules, side by side. / 按现行规则复核全部已采纳报表。

    With PLANKB_STORE the rules run on that endpoint, on what it has. Exit status 1 when a
    violation was found.
    """
    from kb.plan import graph
    from kb.reports.auditing import Auditor
    from kb.reports.output.json import finding_as_dict
    from kb.reports.stored import audit_stored

    chosen = settings.load()
    progress(either("载入…", "loading…"))
    built = graph.build(chosen)
    auditor = Auditor(built)
    with _all_reports(chosen) as store:
        findings = audit_stored(auditor, store, lambda rule: progress(f"{rule}…"))
    progress("")
    if as_json:
        said = {
            "rules": auditor.rules.version,
            "findings": [finding_as_dict(one) for one in findings],
        }
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        for one in findings:
            first = one.cells[0]
            click.echo(
                "\t".join(
                    (
                        one.severity if one.outcome == "violated" else one.outcome,
                        one.rule,
                        f"{first.file}:{first.row}:{first.column}",
                        one.message.in_(language()),
                    )
                )
            )
        say(either(f"{len(findings)} 条发现", f"{len(findings)} findings"))
    if any(one.severity == "violation" and one.outcome == "violated" for one in findings):
        raise click.exceptions.Exit(1)


@ledger.command()
@click.argument("ids", metavar="[ID]…", nargs=-1)
@click.option("--state", type=click.Choice(["submitted", "accepted", "returned", "withdrawn"]))
@click.option("--reporter", help="Body, by code. / 填报单位代码。")
@click.option("--team", help="Team, by code. / 队伍代码。")
@click.option("--year", type=int, help="Year. / 年份。")
@click.option("--record", is_flag=True, help="Keep the audits in the ledger. / 记入账册。")
@_JSON
def reaudit(
    ids: tuple[str, ...],
    state: str | None,
    reporter: str | None,
    team: str | None,
    year: int | None,
    *,
    record: bool,
    as_json: bool,
) -> None:
    """What would change under today's rules, submission by submission. / 按现行规则会有何变化。

    Each of them, or those named or filtered, is audited beside the earlier reports that stood when
    it came in, and held against its newest audit on record, which says the version of its rules.
    Exit status 1: some would have a violation that is not on record, or cannot be read any more.
    """
    from kb.plan import graph
    from kb.reports.again import again
    from kb.reports.desk import Desk
    from kb.reports.ledger.records import Filters

    chosen = settings.load()
    with opened() as book:
        desk = Desk(graph.build(chosen), lambda: book, chosen)
        if ids:
            wanted = [book.get(one) for one in ids]
        else:
            filters = Filters(cast("State | None", state), reporter, team, year)
            wanted = list(book.list(filters, limit=10**9).items)
        found = []
        for number, one in enumerate(wanted, 1):
            progress(f"{number}/{len(wanted)} {one.id}")
            found.append(again(desk, one))
            kept = found[-1].to_keep(desk)
            if record and kept is not None:
                book.record_audit(one.id, kept)
        progress("")
    if as_json:
        said = {
            "rules": desk.rules,
            "plan_revision": desk.plan.revision,
            "submissions": [each.as_dict() for each in found],
        }
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        for each in found:
            _show_again(each)
        others = sum(each.is_other for each in found)
        say(
            either(
                f"现行规则 {desk.rules}：{len(found)} 份中 {others} 份会有变化",
                f"today's rules {desk.rules}: {others} of {len(found)} would be different",
            )
        )
    if any(each.is_worse or each.audit is None for each in found):
        raise click.exceptions.Exit(1)


def _show_again(one: Again) -> None:
    rules = one.recorded.rules if one.recorded else "-"
    counts = f"-{len(one.fixed)} +{len(one.new)}"
    keys = " ".join(map(str, one.submission.keys))
    click.echo(f"{one.submission.id}\t{rules}\t{counts}\t{keys}\t{one.submission.name}")
    if one.unreadable is not None:
        click.echo(f"  ! {one.unreadable.in_(language())}")
    for sign, findings in (("-", one.fixed), ("+", one.new)):
        for finding in findings:
            cell = finding.cells[0].cell if finding.cells else ""
            kind = finding.severity if finding.outcome == "violated" else finding.outcome
            click.echo(f"  {sign} {cell} [{kind}] {finding.rule} {finding.message.in_(language())}")


@contextmanager
def _all_reports(chosen: Settings) -> Iterator[Store]:
    """A store with the plan and all reports in force, whose limits are none or an hour."""
    from kb import terms
    from kb.plan import graph
    from kb.store.embedded import EmbeddedStore

    if chosen.store:
        from kb.store.remote import RemoteStore

        patient = replace(chosen, query_seconds=3600.0, result_mb=1024)
        with RemoteStore.of(patient) as remote:
            yield remote
        return
    import pyoxigraph as ox

    from kb.reports.drawing import Drawer
    from kb.reports.following import Follower

    store = EmbeddedStore(terms.prefixes(chosen.base))
    built = graph.build(chosen)
    with opened() as book:
        follower = Follower(book, Drawer(built), chosen)
        in_force = book.in_force()
        # One by one: all reports at once are some gigabytes of text.
        parts = itertools.chain([built.data], follower.nquads(in_force))
        quads = (quad for part in parts for quad in ox.parse(part, ox.RdfFormat.N_QUADS))
        store.load(quads, follower.revision(built.revision, in_force))
    for one in follower.unread:
        say(f"{one.submission} {one.key}: {one.reason.in_(language())}")
    yield store


def _head(text: str) -> Head:
    from kb.errors import InputError
    from kb.reports.ledger.records import Head
    from kb.text import Text

    number, _, hashed = text.partition(":")
    if not number.isdigit() or len(hashed) != 64:
        raise InputError(
            "head",
            Text(zh=f"“{text}”不是记录", en=f"“{text}” is no entry"),
            Text(
                zh="写作 序号:哈希，与回执的 entry 和 entry_hash 一致",
                en="write NUMBER:HASH, as entry and entry_hash of a receipt",
            ),
        )
    return Head(int(number), hashed)
