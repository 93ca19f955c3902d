"""The same question of another thing, class or number: 那教师呢, what about ten thousand.

Must not know what marks a question as one that asks so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kb.ask.clauses import Clauses
from kb.ask.form import (
    Compare,
    Count,
    Describe,
    Extreme,
    Figure,
    Filter,
    Form,
    Manner,
    NotStated,
    Question,
    Related,
    Select,
    Set,
    members_of,
    with_members,
)
from kb.ask.lexicon import Sense
from kb.ask.marks import Marks, idle
from kb.ask.mentions import Mention
from kb.ask.parse import parse
from kb.ask.rewriting import entities_of, rewritten
from kb.ask.scan import Token


class Instead:
    """One question, as what stands in the place of something in the one before.

    Args:
        marks: of the question.
        clauses: of the graph.
        members: finds the members of a set.
    """

    def __init__(
        self, marks: Marks, clauses: Clauses, members: Callable[[Set], tuple[str, ...]]
    ) -> None:
        self.marks = marks
        self.named, self.tokens, self.parsed = marks.named, marks.tokens, marks.parsed
        self.lexicon = marks.lexicon
        self.clauses = clauses
        self._members = members
        self._team = self.lexicon.kind("TalentTeam")

    def of(self, last: Question) -> Question | Form | None:
        """The form of the question before, with what this one names in the place of its like.

        Args:
            last: the question before.

        Returns:
            None where there is no place for it, or more than one.
        """
        named, form = self.named, last.form
        things, classes = named.entities, [c for c in named.classes if not c.loose]
        if named.amounts and not (things or classes or named.topics):
            return self._other_number(last)
        if isinstance(form, Describe):
            return self._other_thing(form) if len(things) == 1 and not classes else None
        if len(things) == 1 and not named.topics and not named.amounts and len(classes) < 2:
            edited = self._swapped(form, self._one_of(form, things[0]), classes)
            if edited is not None:
                return Question(edited, kept_manner(last))
        elif len(classes) == 1 and not (things or named.topics or named.amounts):
            other = self._of_kind(form, classes[0])
            if other is not None:
                return Question(other, kept_manner(last))
        return self._asked_again(last)

    def _other_number(self, last: Question) -> Question | None:
        figures = [amount.figure for amount in self.named.amounts]

        def change(item: Filter) -> Filter:
            if not isinstance(item, Figure):
                return item
            return replace(figures[0], unit=figures[0].unit or item.unit)

        if len(figures) != 1 or self.marks.says("which", "who"):
            return None
        edited = rewritten(last.form, change)
        return None if edited == last.form else Question(edited, kept_manner(last))

    def _other_thing(self, form: Describe) -> Form | None:
        item = self.named.entities[0]
        options = [v for v in item.values if self.lexicon.alike(v, form.entity)] or list(
            item.values
        )
        clauses = self.tokens[item.place].of("clause")
        options = [v for v in options if v not in clauses] or options
        return Describe(options[0]) if len(options) == 1 else None

    def _one_of(self, form: Form, item: Mention) -> tuple[str, ...]:
        """Which thing is meant: of the class of what stands in the form."""
        there = list(entities_of(form))
        options = [v for v in item.values if any(self.lexicon.alike(v, iri) for iri in there)]
        if options:
            return tuple(options[:1]) if len(options) == 1 else ()
        whole = self.parsed.form if isinstance(self.parsed, Question) else None
        if isinstance(whole, Select) and any(
            self.lexicon.is_a(e, whole.members.kind) for e in there
        ):
            return self._members(whole.members)  # 物流的队伍: which team that is
        return item.values if len(item.values) == 1 else ()

    def _swapped(self, form: Form, things: tuple[str, ...], classes: list[Mention]) -> Form | None:
        """The form about another thing in the place of the one of its class."""
        if not things:
            return None
        replaced: list[str] = []

        def change(item: Filter) -> Filter:
            if not isinstance(item, Related) or not item.entities or item.negated:
                return item
            if not all(self.lexicon.alike(iri, things[0]) for iri in item.entities):
                return item
            replaced.extend(item.entities)
            return Related(things)

        if isinstance(form, NotStated):
            edited: Form = replace(form, about=things)
        elif isinstance(form, Compare):
            return None
        else:
            edited = rewritten(form, change)
            found = members_of(edited)
            if not replaced:
                if found is None or not self._fits_team(found, things):
                    return None
                edited = with_members(edited, found.having(Related(things)))
        if len(set(replaced)) > 1:
            return None
        for item in classes:
            if not self.lexicon.is_a(things[0], item.values[0]):
                other = self._of_kind(edited, item)
                if other is None:
                    return None
                edited = other
        return edited

    def _fits_team(self, found: Set, things: tuple[str, ...]) -> bool:
        """Whether a set without a team may be narrowed to one."""
        return (
            all(self.lexicon.is_a(iri, self._team) for iri in things)
            and not self.lexicon.schema.is_a(found.kind, self._team)
            and (found.kind == self.lexicon.provision or self.lexicon.linked(found.kind, things[0]))
        )

    def _of_kind(self, form: Form, item: Mention) -> Form | None:
        """The form over another class, with the conditions that it had."""
        found = members_of(form)
        if isinstance(form, Describe | NotStated):
            about = (form.entity,) if isinstance(form, Describe) else form.about
            found, form = (Set("", (Related(about),)), Select(Set("")))
        if found is None:
            return None
        for kind in item.values:
            if isinstance(form, Extreme) and form.by is not None:
                if self.lexicon.relates(form.members.kind, kind):
                    return replace(form, by=Set(kind, form.by.filters))
                continue
            related = [f for f in found.filters if isinstance(f, Related) and f.entities]
            if len(related) == len(found.filters) and all(
                self.lexicon.linked(kind, iri) for f in related for iri in f.entities
            ):
                return with_members(form, Set(kind, found.filters))
        return None

    def _asked_again(self, last: Question) -> Question | None:
        """The words before with those of this question in place of what they were about."""
        found = members_of(last.form)
        if found is None or isinstance(last.form, Compare | Extreme):
            return None
        empty = ("what-about", "and", "filler")
        rest = [t for t in self.tokens if not idle(t) and (t.content or not t.role(*empty))]
        kept = [f for f in found.filters if isinstance(f, Related) and f.entities and not f.negated]
        teams = [iri for f in kept for iri in f.entities if self.lexicon.is_a(iri, self._team)]
        amount = last.manner == "value" or isinstance(last.form, Count)
        asked = [_word("quantity" if amount else "which", self.tokens[0])]
        if not (amount and self.lexicon.has_figures(found.kind)):
            asked.append(_name("class", found.kind, self.tokens[-1]))
        team = [t for t in self.marks.subjects if self.lexicon.is_a(t.values[0], self._team)]
        whose = [_name("entity", iri, self.tokens[-1]) for iri in teams[:1] if not team]
        read = parse([*asked, *rest, *whose], self.lexicon, self.clauses)
        if not isinstance(read, Question) or isinstance(read.form, Describe):
            return None
        return read


def kept_manner(last: Question) -> Manner:
    """The manner in which something else is asked for; a citation is asked for once."""
    return "list" if last.manner == "cite" else last.manner


def _word(role: str, like: Token) -> Token:
    return replace(like, senses=(Sense("word", role),), parted=False)


def _name(kind: Any, iri: str, like: Token) -> Token:
    return replace(like, senses=(Sense(kind, iri),), parted=False)
