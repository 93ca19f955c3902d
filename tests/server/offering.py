"""The service with an asker that completes, divides and lists: what a page does with them.

A stand-in for as long as the asker has no such methods of its own; where it has one, that is
served. Must not know any test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.ask.answer import Suggestion
from kb.ask.asker import Asker
from kb.text import Language, Text

#: Patterns over the teams, as questions that the asker does answer.
_PATTERNS = {
    "measures": Text("{team}有哪些举措？", "Which measures are there for {team}?"),
    "targets": Text("{team}有哪些目标？", "Which targets are there for {team}?"),
    "mechanisms": Text("{team}有哪些机制？", "Which mechanisms are there for {team}?"),
}


@dataclass(frozen=True)
class Chip:
    label: Text
    without: str | None
    instead: tuple[tuple[Text, str], ...]


@dataclass(frozen=True)
class Template:
    name: str
    pattern: Text
    slots: tuple[tuple[str, Text, tuple[tuple[str, Text], ...]], ...]
    form: str
    sparql: str
    example: Text


def teams(asker: Asker) -> tuple[tuple[str, Text], ...]:
    members = asker.lexicon.members(asker.lexicon.kind("TalentTeam"))
    return tuple((one.notation, one.label) for one in members)


def complete(self: Asker, text: str, lang: Language, limit: int) -> tuple[Suggestion, ...]:
    questions = [
        pattern.in_(lang).replace("{team}", team.in_(lang))
        for _, team in teams(self)
        for pattern in _PATTERNS.values()
    ]
    found = [one for one in questions if text.lower() in one.lower()]
    return tuple(Suggestion(one, lang) for one in found[:limit])


def chips(self: Asker, question: str, lang: Language, context: str | None) -> tuple[Chip, ...]:
    reading = self.ask(question, lang, context).reading
    if reading is None:
        return ()
    first = Chip(Text(reading.zh.split(" → ")[0], reading.en.split(" → ")[0]), None, ())
    for _, team in teams(self):
        if team.in_(lang) in question:
            others = tuple(
                (other, question.replace(team.in_(lang), other.in_(lang)))
                for _, other in teams(self)
                if other != team
            )
            without = question.replace(team.in_(lang), Text("规划", "the plan").in_(lang))
            return (first, Chip(team, without, others))
    return (first,)


def templates(self: Asker) -> tuple[Template, ...]:
    values = teams(self)
    slot = ("team", Text("队伍", "team"), values)
    return tuple(
        Template(
            name,
            pattern,
            (slot,),
            f"Select({name}, team)",
            self.ask(pattern.zh.replace("{team}", values[0][1].zh), "zh").sparql,
            Text(
                pattern.zh.replace("{team}", values[0][1].zh),
                pattern.en.replace("{team}", values[0][1].en),
            ),
        )
        for name, pattern in _PATTERNS.items()
    )


def fill(self: Asker, name: str, values: Mapping[str, str], lang: Language) -> str:
    return _PATTERNS[name].in_(lang).replace("{team}", dict(teams(self))[values["team"]].in_(lang))


def install() -> None:
    """Give the asker what it lacks."""
    for method in (complete, chips, templates, fill):
        if not hasattr(Asker, method.__name__):
            setattr(Asker, method.__name__, method)
