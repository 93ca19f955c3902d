"""``plankb why``, ``review`` and ``codes``: what the plan graph says of itself."""

from __future__ import annotations

import json

import click

from kb import settings
from kb.cli.output import either, language, say
from kb.text import Text


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@click.command()
@click.argument("subject")
@click.argument("predicate", required=False)
@click.argument("object_", metavar="OBJECT", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON. / 输出 JSON。")
def why(subject: str, predicate: str | None, object_: str | None, *, as_json: bool) -> None:
    """Status and evidence of statements. / 陈述的状态与证据。

    SUBJECT is an IRI, a name below the plan's (rural/target/headcount) or a label.
    """
    from kb.plan import graph
    from kb.plan.why import Explainer

    built = graph.build(settings.load())
    found = Explainer(built).explain(subject, predicate, object_)
    if as_json:
        _print_json(
            {
                "notice": graph.SOURCE_NOTICE.as_dict(),
                "statements": [one.as_dict() for one in found],
            }
        )
        return
    for one in found:
        short = one.object.removeprefix(built.base)
        click.echo(f"{_local(one.predicate)}  {short}  [{one.status}]")
        for span in one.spans:
            click.echo(
                f"    {span.source.rsplit('/', 1)[-1]} {span.start}–{span.end} “{span.quote}”"
            )
        if one.rule:
            used = ", ".join(iri.removeprefix(built.base) for iri in one.inputs)
            click.echo(either(f"    规则 {one.rule}：{used}", f"    rule {one.rule}: {used}"))
        if one.reason:
            click.echo(f"    {one.reason.in_(language())}")
        if one.source:
            click.echo(f"    {one.source}")
    say(graph.SOURCE_NOTICE.in_(language()))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON. / 输出 JSON。")
def review(*, as_json: bool) -> None:
    """The plan's self-audit and gap analysis. / 规划的自查与缺口分析。"""
    from kb.plan import graph
    from kb.plan import review as reviewing

    built = graph.build(settings.load())
    reviews = list(reviewing.review(built))
    if as_json:
        _print_json(
            {
                "notice": graph.SOURCE_NOTICE.as_dict(),
                "reviews": [one.as_dict() for one in reviews],
            }
        )
        return
    for one in reviews:
        click.echo(f"\n{one.label.in_(language())}  ({one.name})")
        click.echo(f"  {one.explanation.in_(language())}")
        for finding in one.findings:
            click.echo(f"  - {finding.text.in_(language())}")
            quotes = "".join(
                f" [{span.start}–{span.end} {span.quote}]" for span in finding.spans[:6]
            )
            more = len(finding.spans) - 6
            if quotes:
                click.echo(f"    {quotes.strip()}{f' (+{more})' if more > 0 else ''}")
    say(graph.SOURCE_NOTICE.in_(language()))


@click.command()
@click.argument("name", metavar="[LIST]", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON. / 输出 JSON。")
def codes(name: str | None, *, as_json: bool) -> None:
    """What may be written in a report, and what it means. / 报表可用的代码及其含义。

    LIST is one of teams, indicators, units, comparators, reporters, bases, rules.
    """
    from kb.plan import codes as coding
    from kb.plan import graph

    built = graph.build(settings.load())
    names = [name] if name else coding.lists()
    found = {one: coding.codes(built, one) for one in names}
    if as_json:
        _print_json(found[name] if name else found)
        return
    for one, entries in found.items():
        if len(found) > 1:
            click.echo(f"\n{one}")
        for entry in entries:
            code, label = entry.pop("code"), entry.pop("label")
            entry.pop("iri", None)
            rest = "; ".join(
                f"{key} {_shown(value)}" if key != "definition" else _shown(value)
                for key, value in entry.items()
            )
            click.echo(f"{code}\t{_shown(label)}\t{rest}".rstrip())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return Text(zh=value["zh"], en=value["en"]).in_(language())
    return str(value)


def _local(iri: str) -> str:
    return iri.replace("#", "/").rsplit("/", 1)[-1]
