"""A logical form in words: the reading that an answer shows, and a question that asks it.

The question, parsed again, gives the same form: so it can serve as a suggestion. Must not
know SPARQL.
"""

from __future__ import annotations

from kb.ask.form import Count, Describe, Filter, Form, NotStated, Select, Set
from kb.ask.lexicon import Lexicon
from kb.text import Language, Text


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


def reading(form: Form, lexicon: Lexicon) -> Text:
    """How a form was understood, in both languages."""
    if isinstance(form, Select):
        return _set(form.members, lexicon)
    if isinstance(form, Count):
        counted = _set(form.members, lexicon)
        return Text(f"{counted.zh} 的数量", f"number of {counted.en}")
    if isinstance(form, Describe):
        label = lexicon.label(form.entity)
        return Text(f"说明 = {label.zh}", f"description = {label.en}")
    kinds = [lexicon.label(kind) for kind in form.kinds]
    zh, en = "、".join(k.zh for k in kinds), " and ".join(k.en for k in kinds)
    if not form.about:
        return Text(f"规划 → {zh}", f"plan → {en}")
    about = _names(form.about, lexicon)
    return Text(f"{about.zh} → {zh}", f"{about.en} → {en}")


def _set(members: Set, lexicon: Lexicon) -> Text:
    kind = lexicon.label(members.kind)
    zh, en = kind.zh, plural(kind.en)
    for item in members.filters:
        what, value = _filter(item, lexicon)
        zh += f" → {what.zh} = {value.zh}"
        en += f" → {what.en} = {value.en}"
    return Text(zh, en)


def _filter(item: Filter, lexicon: Lexicon) -> tuple[Text, Text]:
    if item.within is not None:
        kind = lexicon.label(item.within.kind)
        return kind, Text("任一", "any")
    thing = lexicon.things[item.entities[0]]
    own = sorted(k for k in thing.kinds if k.startswith(lexicon.schema.ns))
    kind = lexicon.label(own[0]) if own else Text("类别", "code")
    if lexicon.schema.is_a(own[0] if own else "", lexicon.kind("TalentTeam")):
        kind = Text("队伍", "team")
    return kind, _names(item.entities, lexicon)


def _names(iris: tuple[str, ...], lexicon: Lexicon) -> Text:
    labels = [lexicon.label(iri) for iri in iris]
    return Text("、".join(label.zh for label in labels), " and ".join(label.en for label in labels))


def question(form: Form, lexicon: Lexicon, language: Language) -> str:
    """A question that asks the form."""
    if isinstance(form, Select):
        return _selection(form.members, lexicon, language)
    if isinstance(form, Count):
        kind = lexicon.label(form.members.kind)
        names = _entities(form.members, lexicon)
        if language == "zh":
            return f"{names.zh or '规划'}一共有多少个{kind.zh}？"
        ending = f" for {names.en}" if names.en else " in the plan"
        return f"How many {plural(kind.en)} are there{ending}?"
    if isinstance(form, Describe):
        label = lexicon.label(form.entity)
        return f"什么是“{label.zh}”？" if language == "zh" else f"What is “{label.en}”?"
    return _missing(form, lexicon, language)


def _selection(members: Set, lexicon: Lexicon, language: Language) -> str:
    kind = lexicon.label(members.kind)
    names = _entities(members, lexicon)
    if language == "zh":
        return f"{names.zh or '规划'}有哪些{kind.zh}？"
    ending = f" for {names.en}" if names.en else " in the plan"
    return f"Which {plural(kind.en)} are there{ending}?"


def _entities(members: Set, lexicon: Lexicon) -> Text:
    zh: list[str] = []
    en: list[str] = []
    for item in members.filters:
        if item.within is not None:
            kind = lexicon.label(item.within.kind)
            zh.append(kind.zh)
            en.append(plural(kind.en))
        else:
            names = [lexicon.label(iri) for iri in item.entities]
            zh.append("和".join(name.zh for name in names))
            en.append(" and ".join(name.en for name in names))
    return Text("".join(zh), " ".join(en))


def _missing(form: NotStated, lexicon: Lexicon, language: Language) -> str:
    kinds = [lexicon.label(kind) for kind in form.kinds]
    about = [lexicon.label(iri) for iri in form.about]
    if language == "zh":
        whom = "和".join(label.zh for label in about) or "规划"
        return f"{whom}的{'和'.join(kind.zh for kind in kinds)}是什么？"
    what = " and ".join(kind.en for kind in kinds)
    ending = f" for {' and '.join(label.en for label in about)}" if about else " of the plan"
    return f"What is the {what}{ending}?"
