"""Sets of a logical form as phrases of both languages, which can be read back as the same sets.

Must not know SPARQL, nor what is asked of a set.
"""

from __future__ import annotations

from kb.ask.filling import MARK
from kb.ask.form import About, Either, Figure, Filter, Numbered, Operator, Related, Set
from kb.ask.lexicon import Lexicon
from kb.text import Text

_OPERATORS: dict[Operator, Text] = {
    "more-than": Text("超过", "more than"),
    "at-least": Text("至少", "at least"),
    "less-than": Text("少于", "less than"),
    "at-most": Text("至多", "at most"),
    "exactly": Text("等于", "exactly"),
    "about": Text("大约有", "around"),
}
#: The word for the members of an empty class of one kind, where no class is named.
_NUMBER = Text("个", "")


def plural(noun: str) -> str:
    """The plural of an English noun phrase.

    >>> plural("body"), plural("key-field talent team"), plural("anomaly of the source")
    ('bodies', 'key-field talent teams', 'anomalies of the source')
    """
    head, of, rest = noun.partition(" of ")
    if head.endswith("y") and head[-2:-1] not in "aeiou":
        head = head[:-1] + "ies"
    elif head.endswith(("s", "x", "ch", "sh")):
        head += "es"
    else:
        head += "s"
    return head + of + rest


def of(members: Set, lexicon: Lexicon) -> Text:
    """A set as a noun phrase, in the plural.

    Chinese puts conditions before the noun and English after it.
    """
    kind = lexicon.spoken(members.kind)
    conditions = [condition(item, lexicon) for item in sorted(members.filters, key=_turn)]
    zh = "".join(c.zh for c in conditions) + kind.zh
    en = plural(kind.en) + "".join(" " + c.en for c in conditions)
    return Text(zh, en)


def _turn(item: Filter) -> tuple[bool, bool]:
    """What takes away comes last, so that it takes nothing else away; before it, what is a set."""
    negated = isinstance(item, About | Related) and item.negated
    return (
        negated,
        isinstance(item, Numbered) or (isinstance(item, Related) and not item.entities),
    )


def condition(item: Filter, lexicon: Lexicon) -> Text:  # noqa: PLR0911 - one for each form
    """One condition: 没有量化目标的, without quantitative targets."""
    if isinstance(item, About):
        labels = [name(topic, lexicon) for topic in item.topics]
        zh = "或".join(f"关于“{label.zh}”" for label in labels)
        en = " or ".join(f"about “{label.en}”" for label in labels)
        return Text(f"除{zh}以外的", f"except {en}") if item.negated else Text(f"{zh}的", en)
    if isinstance(item, Figure):
        return figure(item, lexicon)
    if isinstance(item, Either):
        groups = [[condition(one, lexicon) for one in group] for group in item.groups]
        return Text(
            "或".join("".join(c.zh for c in group) for group in groups),
            " or ".join(" ".join(c.en for c in group) for group in groups),
        )
    if isinstance(item, Numbered):
        kind = lexicon.spoken(item.kind)
        if item.other:
            other = lexicon.spoken(item.other)
            return Text(
                f"{kind.zh}比{other.zh}多的",
                f"with more {plural(kind.en)} than {plural(other.en)}",
            )
        operator = _OPERATORS[item.operator]
        return Text(
            f"有{operator.zh}{item.number}个{kind.zh}的",
            f"with {operator.en} {item.number} {plural(kind.en)}",
        )
    if item.within is not None:
        inner = of(item.within, lexicon)
        if item.negated:
            return Text(f"没有{inner.zh}的", f"without {inner.en}")
        return Text(f"有{inner.zh}的", f"with {inner.en}")
    names = _names(item.entities, lexicon)
    if item.negated:
        return Text(f"除{names.zh}以外的", f"except {names.en}")
    return Text(f"{names.zh}的", f"of {names.en}")


def figure(item: Figure, lexicon: Lexicon) -> Text:
    """A condition on a number: 超过5000人的, more than 5000 person."""
    if item.unit.startswith(MARK):
        word = _OPERATORS[item.bounds[0][0]]
        amount = name(item.unit, lexicon)
        return Text(f"{word.zh}{amount.zh}的", f"{word.en} {amount.en}")
    unit = lexicon.spoken(item.unit) if item.unit else Text("", "")
    sign = "%" if item.unit.endswith("/percent") else ""
    ending = Text(sign or unit.zh, sign or (" " + unit.en if unit.en else ""))
    if len(item.bounds) == 2:
        low, high = (f"{number:.10g}" for _, number in sorted(item.bounds, key=lambda b: b[1]))
        return Text(f"介于{low}到{high}{ending.zh}之间的", f"between {low} and {high}{ending.en}")
    ((operator, number),) = item.bounds
    word = _OPERATORS[operator]
    return Text(f"{word.zh}{number:.10g}{ending.zh}的", f"{word.en} {number:.10g}{ending.en}")


def _names(iris: tuple[str, ...], lexicon: Lexicon) -> Text:
    names = [name(iri, lexicon) for iri in iris]
    return Text("和".join(one.zh for one in names), " and ".join(one.en for one in names))


def name(iri: str, lexicon: Lexicon) -> Text:
    """What a thing is called; a clause of the plan, a sentence, between quotation marks."""
    if iri.startswith(MARK):
        return Text(*[f"{{{iri.removeprefix(MARK)}}}"] * 2)
    spoken = lexicon.spoken(iri)
    if lexicon.is_clause(iri) or "“" in spoken.zh + spoken.en:
        return Text(_quoted(spoken.zh), _quoted(spoken.en))
    return spoken


def _quoted(text: str) -> str:
    return f"「{text}」" if "“" in text or '"' in text else f"“{text}”"
