"""``plankb ask``: a question in words, its answer with the clauses that it stands on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import settings, terms
from kb.cli import given, stocked
from kb.cli.output import either, say
from kb.errors import InputError
from kb.settings import Settings
from kb.text import Text

if TYPE_CHECKING:
    from kb.ask.answer import Answer
    from kb.ask.asker import Asked, Asker


@click.command()
@click.option(
    "--lang",
    type=click.Choice(["auto", "zh", "en"]),
    default="auto",
    help="Language of the answer. / 回答的语言。",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a line. / 输出 JSON。")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Ask each line of a file. / 逐行提问。",
)
@click.option(
    "--misses",
    is_flag=True,
    help="What was asked and not answered, by word. / 没有答上来的问题，按词汇总。",
)
@click.argument("question", required=False)
@stocked.with_data
def ask(
    lang: Asked,
    question: str | None,
    file: Path | None,
    data: Path | None,
    *,
    as_json: bool,
    misses: bool,
) -> None:
    """Ask a question in Chinese or English. / 用中文或英文提问。

    Exit status 0: answered, nothing found, or not stated by the plan; 1: a question back
    or a refusal. With --data, PLANKB_DATA or PLANKB_LEDGER the reports that were accepted count.
    """
    if misses and question is None and file is None:
        _show_misses(as_json=as_json)
        return
    if misses or (question is None) == (file is None):
        raise InputError(
            "question-missing",
            Text(
                zh="需要一个问题，或一个问题文件", en="one question is needed, or one file of them"
            ),
            Text(
                zh='例如：plankb ask "农村实用人才队伍有哪些举措？"',
                en='for example: plankb ask "which measures support rural talent?"',
            ),
        )
    questions = [question or ""] if file is None else _lines(file)
    from kb.ask.misses import Misses

    chosen = stocked.chosen(settings.load(), data)
    worst, kept = 0, Misses.of(chosen)
    with _asker(chosen) as asker:
        for number, one in enumerate(questions):
            answer = asker.ask(one, lang)
            worst = max(worst, answer.exit_status)
            kept.record(answer)
            if as_json:
                click.echo(json.dumps(answer.as_dict(), ensure_ascii=False))
            else:
                if number:
                    click.echo("")
                _show(answer, asked=file is not None)
    raise click.exceptions.Exit(worst)


@contextlib.contextmanager
def _asker(chosen: Settings) -> Iterator[Asker]:
    from kb.ask.asker import Asker, rows_of

    if chosen.store:
        from kb.store.remote import RemoteStore

        with RemoteStore.of(chosen) as remote:
            yield Asker(rows_of(remote), chosen.base, remote.revision)
        return
    from kb.ask import stock
    from kb.store.embedded import EmbeddedStore
    from kb.store.guard import GuardedStore
    from kb.store.interface import Limits

    held = stocked.Stocked.of(chosen)
    store = EmbeddedStore(terms.prefixes(chosen.base))
    store.load(held.data, held.revision)
    with GuardedStore(store, Limits.of(chosen)) as guarded:
        # The vocabulary comes from the trusted store in this process: no query of the user's.
        vocabulary = stock.vocabulary(chosen, held.plan.revision, lambda: rows_of(store))
        yield Asker(rows_of(guarded), chosen.base, held.revision, vocabulary)


def _lines(file: Path) -> list[str]:
    found = [line.strip() for line in given.read(file).splitlines()]
    return [line for line in found if line]


def _show_misses(*, as_json: bool) -> None:
    from kb.ask.misses import Misses

    for one in Misses.of(settings.load()).words():
        if as_json:
            click.echo(json.dumps(one.as_dict(), ensure_ascii=False))
            continue
        word = one.word or either("（词都认得）", "(every word known)")
        kinds = ", ".join(f"{kind} {count}" for kind, count in one.kinds)
        click.echo(f"{one.count:>5}  {word}  [{kinds}]  {one.last}")
        for question in one.questions:
            click.echo(f"       {question}")


def _show(answer: Answer, *, asked: bool) -> None:
    language = answer.lang
    if asked:
        click.echo(f"? {answer.question}")
    for repair in answer.repairs:
        say(f"{repair.written} → {repair.read}")
    if answer.reading:
        say(either("理解为：", "read as: ") + answer.reading.in_(language))
    click.echo(answer.text.in_(language))
    for number, row in enumerate(answer.rows, 1):
        parts = [row.label.in_(language)]
        if row.status != "stated":
            parts.append(f"[{row.status}]")
        click.echo(f"{number:>3}. {'  '.join(parts)}")
        for span in row.evidence:
            name = span.source.rsplit("/", 1)[-1]
            click.echo(f"     {name} {span.start}–{span.end} “{span.quote}”")
    if answer.unknown:
        click.echo(either("没有理解：", "not understood: ") + ", ".join(answer.unknown))
    for suggestion in answer.suggestions:
        say(either("可以问：", "you can ask: ") + suggestion.question)
    say(answer.notice.in_(language))
