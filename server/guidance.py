"""What helps to ask: completions, the parts of a reading, templates, examples.

The one place where the pages touch these of the asker; what it does not offer is left out here,
and the pages work without. Must not know HTTP, nor how any of it is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb.ask.answer import Answer
from kb.ask.asker import Asker
from kb.errors import InputError, UnknownName
from kb.text import Language, Text

#: Where the app has what is told of questions with words that were not understood, if anything:
#: a ``Callable[[Answer], None]`` under this name in ``app.extensions``.
MISSES = "plankb.misses"

_ARROW = re.compile(r"\s*→\s*")


@dataclass(frozen=True, slots=True)
class Offered:
    """A question that has an answer, and its language."""

    question: str
    lang: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of how a question was read.

    Args:
        label: the part in words.
        without: the question without it; None where it cannot be left out.
        instead: the same question with another value, by the value's name.
    """

    label: Text
    without: str | None = None
    instead: tuple[tuple[Text, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """What a template leaves open: its name, what it is, the values it takes by code."""

    name: str
    label: Text
    values: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of question.

    Args:
        name: in addresses.
        pattern: with ``{slot}`` for each slot.
        slots: in the order of the pattern.
        form: the logical form.
        sparql: the query that it compiles to.
        example: filled in.
    """

    name: str
    pattern: Text
    slots: tuple[Slot, ...]
    form: str
    sparql: str
    example: Text


def complete(asker: Asker, text: str, lang: Language, limit: int) -> list[Offered]:
    """Questions that begin as, or are about, what is typed; each has an answer."""
    method = getattr(asker, "complete", None)
    found = method(text, lang, limit) if method else ()
    return [Offered(one.question, one.lang) for one in found][:limit]


def examples(asker: Asker, lang: Language, limit: int) -> list[Offered]:
    """Questions for someone who does not know what can be asked."""
    found = complete(asker, "", lang, limit)
    if not found:
        known = templates(asker)
        # Of many kinds, some from each part of the list.
        apart = known[:: max(1, len(known) // limit)][:limit]
        found = [Offered(one.example.in_(lang), lang) for one in apart]
    return found or [
        Offered(one.question, one.lang) for one in asker.ask("", lang).suggestions[:limit]
    ]


def chips(asker: Asker, answer: Answer, context: str | None) -> tuple[Chip, ...]:
    """The reading of an answer in its parts."""
    if answer.reading is None:
        return ()
    method = getattr(asker, "chips", None)
    if method:
        return tuple(
            Chip(one.label, one.without, tuple((label, other) for label, other in one.instead))
            for one in method(answer.question, answer.lang, context)
        )
    parts = zip(_ARROW.split(answer.reading.zh), _ARROW.split(answer.reading.en), strict=False)
    return tuple(Chip(Text(zh, en)) for zh, en in parts)


def templates(asker: Asker) -> tuple[Template, ...]:
    """Every kind of question that can be asked."""
    method = getattr(asker, "templates", None)
    return tuple(
        Template(
            one.name, one.pattern, tuple(map(_slot, one.slots)), one.form, one.sparql, one.example
        )
        for one in (method() if method else ())
    )


def fill(asker: Asker, name: str, values: Mapping[str, str], lang: Language) -> str:
    """The question that a template asks with these values.

    Args:
        asker: knows the templates.
        name: of the template.
        values: a code for each slot.
        lang: of the question.

    Raises:
        UnknownName: there is no such template, or a slot takes no such value.
        InputError: a value is missing, or a name is no slot.
    """
    found = next((one for one in templates(asker) if one.name == name), None)
    if found is None:
        raise UnknownName(
            "resource",
            Text(f"没有名为“{name[:80]}”的问题模板", f"there is no template “{name[:80]}”"),
            Text("/api/templates 列出全部模板", "/api/templates lists them all"),
        )
    names = [slot.name for slot in found.slots]
    for given in values:
        if given not in names:
            raise _slot_problem(found, given, "没有空位", "has no slot")
    for slot in found.slots:
        if slot.name not in values:
            raise _slot_problem(found, slot.name, "缺少空位的值", "needs a value for the slot")
        code = values[slot.name]
        if code not in [known for known, _ in slot.values]:
            raise UnknownName(
                "template-value",
                Text(
                    f"空位 {slot.name} 没有值“{code[:80]}”",
                    f"the slot {slot.name} takes no value “{code[:80]}”",
                ),
                Text("/api/templates 列出每个空位的值", "/api/templates lists the values"),
            )
    method: Callable[[str, Mapping[str, str], Language], str] = asker.fill
    return method(name, dict(values), lang)


def _slot(given: object) -> Slot:
    """A slot, whether it comes as an object or as a tuple."""
    name, label, values = (
        given if isinstance(given, tuple) else (given.name, given.label, given.values)  # type: ignore[attr-defined]
    )
    return Slot(name, label, tuple((code, text) for code, text in values))


def _slot_problem(template: Template, slot: str, zh: str, en: str) -> InputError:
    known = [one.name for one in template.slots]
    return InputError(
        "template-slot",
        Text(f"模板 {template.name} {zh} {slot[:80]}", f"{template.name} {en} {slot[:80]}"),
        Text(f"空位有：{'、'.join(known)}", f"its slots: {', '.join(known) or 'none'}"),
    )
