"""The sentence of an answer, in both languages: it says what was found, not that something was.

Must not know how it was found, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.ask.form import Count, Describe, Question, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.rows import Row
from kb.ask.verbalise import plural
from kb.text import Text

#: How many labels a sentence lists before it refers to the rows.
_LISTED = 6


def found(question: Question, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    """What a selection, count or description found."""
    form = question.form
    if isinstance(form, Describe):
        text = _description(rows[0], cite=question.manner == "cite")
        if question.manner == "exists":
            return Text("有。" + text.zh, "Yes. " + text.en)
        return text
    assert isinstance(form, Select | Count)
    if not rows:
        return nothing(form, lexicon)
    kind, names = lexicon.label(form.members.kind), of(form.members, lexicon)
    if isinstance(form, Count):
        count = rows[0].value
        return Text(
            f"{names.zh}共有 {count} 个{kind.zh}。",
            f"There {'is' if count == 1 else 'are'} {count} "
            f"{kind.en if count == 1 else plural(kind.en)} ({names.en}).",
        )
    zh, en = _listed(rows)
    opening = Text("有。", "Yes. ") if question.manner == "exists" else Text("", "")
    if question.manner == "value" and len(rows) == 1:
        return Text(f"{zh}。", f"{en}.")
    return Text(
        f"{opening.zh}{names.zh}的{kind.zh}有 {len(rows)} 项：{zh}。",
        f"{opening.en}{len(rows)} {kind.en if len(rows) == 1 else plural(kind.en)} "
        f"({names.en}): {en}.",
    )


def nothing(form: Select | Count, lexicon: Lexicon) -> Text:
    """That a selection found nothing, which is a finding."""
    kind, names = lexicon.label(form.members.kind), of(form.members, lexicon)
    return Text(
        f"原文中没有属于{names.zh}的{kind.zh}。",
        f"The source gives no {kind.en} for this: {names.en}.",
    )


def of(members: Set, lexicon: Lexicon) -> Text:
    """What the filters of a set name; the whole plan where there are none."""
    zh: list[str] = []
    en: list[str] = []
    for item in members.filters:
        if item.within is not None:
            kind = lexicon.label(item.within.kind)
            zh.append("各" + kind.zh)
            en.append("any " + kind.en)
        else:
            labels = [lexicon.label(iri) for iri in item.entities]
            zh.append("、".join(label.zh for label in labels))
            en.append(" and ".join(label.en for label in labels))
    return Text("·".join(zh) or "整个规划", ", ".join(en) or "the whole plan")


def _listed(rows: Sequence[Row]) -> tuple[str, str]:
    zh = "；".join(row.label.zh for row in rows[:_LISTED])
    en = "; ".join(row.label.en for row in rows[:_LISTED])
    more = len(rows) - _LISTED
    if more > 0:
        return f"{zh}；等（另有 {more} 项）", f"{en}; and {more} more"
    return zh, en


def _description(row: Row, *, cite: bool) -> Text:
    spans = row.evidence
    quotes = "".join(f"“{span.quote}”" for span in spans[:_LISTED])
    places = ", ".join(f"{span.start}–{span.end}" for span in spans[:_LISTED])
    if not spans:
        return Text(f"{row.label.zh}。", f"{row.label.en}.")
    if cite:
        return Text(
            f"“{row.label.zh}”见原文第 {places} 字：{quotes}。",
            f"“{row.label.en}” stands at characters {places} of the source: {quotes}.",
        )
    return Text(
        f"“{row.label.zh}”：原文写作{quotes}。",
        f"“{row.label.en}”: the source has {quotes}.",
    )
