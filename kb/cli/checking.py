"""``plankb check`` and ``plankb spans``: the plan against its checks, and its quotes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import click

from kb import settings
from kb.cli.output import either, language, progress, say

_EXISTING = click.Path(path_type=Path)


@click.command()
@click.option("--source", type=_EXISTING, help="Check every quote against this text. / 核对原文。")
@click.option("--reason", is_flag=True, help="Also check OWL consistency (HermiT). / 检查一致性。")
def check(source: Path | None, *, reason: bool) -> None:
    """Check the plan: shapes, hygiene, evidence, figures, competency questions. / 检查规划。"""
    from kb.plan import checks, graph

    chosen = settings.load()
    if source is not None:
        chosen = replace(chosen, source=source)
    progress(either("载入…", "loading…"))
    built = graph.build(chosen)
    report = checks.run(built, chosen, lambda name: progress(f"{name}…"))
    faults = list(report.faults)
    if reason:
        from kb.plan import reasoning

        progress("HermiT…")
        verdict = reasoning.check_consistency(built)
        progress("")
        click.echo(verdict.text.in_(language()))
        faults += verdict.faults
    progress("")
    for fault in faults:
        click.echo(fault.render(language()))
    if not report.source_checked:
        say(
            either(
                "未给出原文（--source 或 PLANKB_SOURCE），引文未与原文核对",
                "no text of the source was given (--source or PLANKB_SOURCE): "
                "quotes were not checked against it",
            )
        )
    if faults:
        say(either(f"{len(faults)} 处不足", f"{len(faults)} things fall short"))
        raise click.exceptions.Exit(1)
    click.echo(
        either(
            f"通过：{report.statements} 条陈述均有依据；检查项：{'、'.join(report.ran)}",
            f"passed: {report.statements} statements, each with what it stands on; "
            f"checks: {', '.join(report.ran)}",
        )
    )


@click.command()
@click.option("--source", type=_EXISTING, help="File with the text of the source. / 原文文件。")
def spans(source: Path | None) -> None:
    """Write spans.ttl and source-counts.ttl anew from the text of the source. / 重写引文。

    For authors: mention span:START-END in a Turtle file, then run this.
    """
    from kb.errors import InputError
    from kb.plan import checks, evidence, gaps, graph, knowledge
    from kb.text import Text

    chosen = settings.load()
    path = source or chosen.source
    if path is None:
        raise InputError(
            "source-missing",
            Text(zh="需要原文", en="the text of the source is needed"),
            Text(zh="用 --source 给出文件", en="name the file with --source"),
        )
    built = graph.build(replace(chosen, overlay=None))
    described, text = checks.read_source(built, path)
    plan = described.iri.removeprefix(f"{built.base}id/").split("/", maxsplit=1)[0]
    folder = knowledge.root() / "ontology" / "plans" / plan
    generated = ("spans.ttl", "source-counts.ttl")
    mentioned = {
        (int(start), int(end))
        for file in sorted(folder.glob("*.ttl"))
        if file.name not in generated
        for start, end in re.findall(r"\bspan:(\d+)-(\d+)", knowledge.read_text(file, built.base))
    }
    written = {
        "spans.ttl": evidence.write_spans(
            mentioned, text, described.iri, f"{built.base}id/{plan}/", f"{built.base}ns#"
        ),
        "source-counts.ttl": gaps.write_counts(built, text, described),
    }
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")
        say(f"{folder / name}")
