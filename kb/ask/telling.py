"""The sentence of an answer, in both languages: it says what was found, not that something was.

Must not know how it was found, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.ask import phrases
from kb.ask.form import (
    Aggregate,
    Compare,
    Count,
    CountEach,
    Describe,
    Difference,
    Extreme,
    Question,
    Select,
    members_of,
)
from kb.ask.lexicon import Lexicon
from kb.ask.rows import Row
from kb.text import Text

#: How many labels a sentence lists before it refers to the rows.
_LISTED = 6


def found(question: Question, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    """What a form found."""
    form = question.form
    if isinstance(form, Describe):
        text = _description(rows[0], cite=question.manner == "cite")
        return _yes(text) if question.manner == "exists" else text
    if not rows:
        return nothing(question, lexicon)
    if isinstance(form, Count):
        text = _count(form, rows[0], lexicon)
    elif isinstance(form, CountEach):
        text = _counts(form, rows, lexicon)
    elif isinstance(form, Extreme):
        text = _extreme(form, rows, lexicon)
    elif isinstance(form, Aggregate):
        text = _aggregate(form, rows, lexicon)
    elif isinstance(form, Difference):
        text = _difference(rows[0])
    elif isinstance(form, Compare):
        text = _compare(form, rows, lexicon)
    else:
        assert isinstance(form, Select)
        text = _selection(question, form, rows, lexicon)
    if question.manner == "cite":
        text = _cited(text, rows)
    if question.aside:
        zh = "、".join(f"“{word}”" for word in question.aside)
        en = ", ".join(f"“{word}”" for word in question.aside)
        text = Text(
            f"{text.zh}（问题中的{zh}，这些条文没有谈到。）",
            f"{text.en} (These clauses say nothing about: {en}.)",
        )
    return text


def nothing(question: Question, lexicon: Lexicon) -> Text:
    """That nothing was found, which is a finding."""
    members = members_of(question.form)
    what = phrases.of(members, lexicon) if members else Text("内容", "provisions")
    return Text(f"原文中没有这样的内容：{what.zh}。", f"The source has none of these: {what.en}.")


def _yes(text: Text) -> Text:
    return Text("有。" + text.zh, "Yes. " + text.en)


def _selection(question: Question, form: Select, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    zh, en = _listed(rows)
    if question.manner == "value" and len(rows) == 1:
        return Text(f"{zh}。", f"{en}.")
    what = phrases.of(form.members, lexicon)
    head = Text(f"{what.zh}有 {len(rows)} 项", f"{len(rows)} × {what.en}")
    if len(rows) == 1:
        head = Text(what.zh, what.en)
    if form.order:
        zh = "；".join(f"{row.label.zh}（{value(row)}）" for row in rows[:_LISTED])
        en = "; ".join(f"{row.label.en} ({value(row)})" for row in rows[:_LISTED])
    text = Text(f"{head.zh}：{zh}。", f"{head.en}: {en}.")
    return _yes(text) if question.manner == "exists" else text


def _count(form: Count, row: Row, lexicon: Lexicon) -> Text:
    what = phrases.of(form.members, lexicon)
    return Text(f"{what.zh}共有 {row.value} 个。", f"{what.en}: {row.value}.")


def _counts(form: CountEach, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    what = phrases.of(form.counted, lexicon)
    zh = "；".join(f"{row.label.zh} {row.value}" for row in rows)
    en = "; ".join(f"{row.label.en} {row.value}" for row in rows)
    return Text(f"{what.zh}的数量：{zh}。", f"Number of {what.en}: {en}.")


def _extreme(form: Extreme, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    most = form.end == "most"
    zh = "；".join(f"{row.label.zh}（{value(row)}）" for row in rows)
    en = "; ".join(f"{row.label.en} ({value(row)})" for row in rows)
    by = phrases.of(form.by, lexicon) if form.by else Text("数值", "value")
    tie = len({(row.value, row.unit) for row in rows}) < len(rows)
    note = Text("并列：", "a tie: ") if tie else Text("", "")
    return Text(
        f"{by.zh}最{'大' if most else '小'}的：{note.zh}{zh}。",
        f"The {'most' if most else 'least'} ({by.en}): {note.en}{en}.",
    )


def _aggregate(form: Aggregate, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    what = phrases.of(form.members, lexicon)
    if form.each is not None:
        each = lexicon.label(form.each.kind)
        number = rows[0].value
        return Text(
            f"平均每个{each.zh}有 {number} 个{what.zh}。",
            f"On average {number} {what.en} for each {each.en}.",
        )
    name = Text("总和", "sum") if form.function == "sum" else Text("平均值", "mean")
    zh = "；".join(f"{value(row)}（{len(row.origin)} 项：{row.formula}）" for row in rows)
    en = "; ".join(f"{value(row)} ({len(row.origin)} figures: {row.formula})" for row in rows)
    return Text(f"{what.zh}的{name.zh}：{zh}。", f"The {name.en} of {what.en}: {en}.")


def _difference(row: Row) -> Text:
    return Text(
        f"两者相差 {value(row)}：{row.formula}（{row.label.zh}）。",
        f"They differ by {value(row)}: {row.formula} ({row.label.en}).",
    )


def _compare(form: Compare, rows: Sequence[Row], lexicon: Lexicon) -> Text:
    what = phrases.of(form.members, lexicon)
    zh, en = [], []
    for iri in form.entities:
        thing = lexicon.things[iri]
        own = [row for row in rows if row.team == thing.notation] if thing.notation else []
        listed = _listed(own)
        zh.append(
            f"{thing.label.zh}（{len(own)}）：{listed[0]}" if own else f"{thing.label.zh}：无"
        )
        en.append(
            f"{thing.label.en} ({len(own)}): {listed[1]}" if own else f"{thing.label.en}: none"
        )
    if not any(row.team == lexicon.things[iri].notation for row in rows for iri in form.entities):
        listed = _listed(rows)
        zh, en = [listed[0]], [listed[1]]
    head = {
        "beside": Text(f"{what.zh}对照", f"{what.en} side by side"),
        "common": Text(f"共同的{what.zh}", f"{what.en} in common"),
        "differ": Text(f"不同的{what.zh}", f"{what.en} that differ"),
    }[form.manner]
    return Text(f"{head.zh}——{'。'.join(zh)}。", f"{head.en} – {'. '.join(en)}.")


def value(row: Row) -> str:
    """A row's number with its unit, short."""
    if row.value is None:
        return row.label.zh if not row.label.en else ""
    number = ":".join(map(str, row.value)) if isinstance(row.value, tuple) else str(row.value)
    return number + ("%" if row.unit == "percent" else "")


def _listed(rows: Sequence[Row]) -> tuple[str, str]:
    zh = "；".join(f"{row.label.zh}（{row.formula}）".replace("（）", "") for row in rows[:_LISTED])
    en = "; ".join(f"{row.label.en} ({row.formula})".replace(" ()", "") for row in rows[:_LISTED])
    more = len(rows) - _LISTED
    if more > 0:
        return f"{zh}；等（另有 {more} 项）", f"{en}; and {more} more"
    return zh, en


def _cited(text: Text, rows: Sequence[Row]) -> Text:
    """A sentence with the places of what it rests on."""
    spans = sorted({span for row in rows for span in row.evidence})
    if not spans:
        return text
    quotes = "".join(f"“{span.quote}”" for span in spans[:_LISTED])
    places = ", ".join(f"{span.start}–{span.end}" for span in spans[:_LISTED])
    more = Text("等", " and more") if len(spans) > _LISTED else Text("", "")
    return Text(
        f"{text.zh}见原文第 {places}{more.zh} 字：{quotes}。",
        f"{text.en} It stands at characters {places}{more.en} of the source: {quotes}.",
    )


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
