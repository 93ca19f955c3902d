"""Puts what a question names together into a logical form, and accounts for every content word.

Works by types alone: which classes and entities were named, and what links them in the
graph. A form comes out only if every piece of the question is part of it; else what comes
out says which piece is not. Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kb.ask.choices import choices
from kb.ask.form import Count, Describe, Filter, Form, Manner, NotStated, Question, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions
from kb.ask.scan import Token

Trouble: TypeAlias = Literal[
    "unknown-word", "ambiguous", "no-such-entity", "out-of-scope", "unsupported", "no-report"
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no form comes out.

    Args:
        trouble: what kind of.
        spans: the pieces of the question that it is about.
        choices: forms of what was understood, for suggestions.
        kind: class of the entity that does not exist.
    """

    trouble: Trouble
    spans: tuple[str, ...] = ()
    choices: tuple[Form, ...] = ()
    kind: str = ""


Parsed: TypeAlias = Question | Failure


def parse(tokens: Sequence[Token], lexicon: Lexicon) -> Parsed:
    """The question that the tokens ask, or why they ask none."""
    named = Mentions.of(tokens, lexicon)
    return _gate(named, lexicon) or _Composer(named.without_appositions(lexicon), lexicon).compose()


# --- accounting for every word ----------------------------------------------------------------


def _gate(named: Mentions, lexicon: Lexicon) -> Failure | None:
    """Why the question cannot be put together, where a word stands in the way."""
    nearest = choices(named, lexicon)
    if named.has("judgement"):
        return Failure("out-of-scope", named.texts("judgement"), nearest)
    if named.unknown:
        return _not_understood(named, lexicon, nearest)
    if named.has("progress") and (named.anything or named.scopes):
        return Failure("no-report", named.texts("progress", "year"), nearest)
    odd = named.texts("unsupported", "year", "progress")
    if not (named.anything or named.scopes or named.has("who")):
        return Failure("out-of-scope", odd or tuple(token.text for token in named.tokens))
    return Failure("unsupported", odd, nearest) if odd else None


def _not_understood(named: Mentions, lexicon: Lexicon, nearest: tuple[Form, ...]) -> Failure:
    spans = tuple(token.text for token in named.unknown)
    kind = _missing_kind(named, lexicon)
    if kind:
        return Failure("no-such-entity", spans, nearest, kind)
    if not named.anything:
        return Failure("out-of-scope", spans)
    return Failure("unknown-word", (*spans, *named.texts("unsupported")), nearest)


def _missing_kind(named: Mentions, lexicon: Lexicon) -> str:
    """The class of which an unknown name was said to be a member: 金融 + 人才队伍.

    Only where nothing else in the question is in doubt.
    """
    span = named.unknown[0]
    if len(named.unknown) > 1 or named.has("unsupported") or any(map(str.isdigit, span.text)):
        return ""
    place = named.tokens.index(span)
    asked = named.asked_class()[0] if named.classes else None
    for item in named.classes:
        if item.place != place + 1:
            continue
        if item is asked and (named.entities or len(named.classes) > 1):
            continue
        few = [kind for kind in item.values if len(lexicon.members(kind)) <= 20]
        if few:
            return few[0]
    teams = lexicon.kind("TalentTeam")
    other = any(lexicon.is_a(value, teams) for item in named.entities for value in item.values)
    return teams if not other and named.classes and _person(span.text, lexicon) else ""


def _person(word: str, lexicon: Lexicon) -> bool:
    """Whether an unknown word names a group of people, by how it ends."""
    word = word.strip().casefold()
    return " " not in word and any(
        len(word) > len(ending) and word.endswith(ending)
        for endings in lexicon.words.person_endings.values()
        for ending in endings
    )


# --- composing --------------------------------------------------------------------------------


class _Composer:
    """Puts one question together, every word of which is known."""

    def __init__(self, named: Mentions, lexicon: Lexicon) -> None:
        self.named = named
        self.lexicon = lexicon
        self.quantity = named.has("quantity")

    def compose(self) -> Parsed:
        """The question, or where it can be read in more than one way."""
        named = self.named
        if named.facts:
            return self._missing_fact()
        if not named.classes:
            return self._without_class()
        if self._defined():
            return Question(Describe(named.classes[0].values[0]))
        asked, others = named.asked_class()
        if any(named.asked(item.place) for item in others):
            return self._ambiguous(*(item.text for item in (asked, *others)))
        return self._of_class(asked, others)

    def _of_class(self, asked: Mention, others: tuple[Mention, ...]) -> Parsed:
        for other in others:
            # Two classes side by side, or one that says what an entity is and it is not.
            if self.named.beside(asked, other) or self.named.glued(other):
                return self._ambiguous(other.text)
        found = self._filters(asked, others)
        if isinstance(found, Failure):
            return found
        kind, filters = found
        members = Set.of(kind, filters)
        counted = asked.place > 0 and self.named.tokens[asked.place - 1].role("quantity")
        if self.quantity and (counted or not self._has_figures(kind)):
            return Question(Count(members))
        return Question(Select(members), self._manner())

    def _manner(self) -> Manner:
        if self.quantity:
            return "value"
        if self.named.has("cite"):
            return "cite"
        return "exists" if self.named.has("exists") and not self.named.has("which") else "list"

    def _defined(self) -> bool:
        """Whether the meaning of a class is asked for: 什么是机制, what is a mechanism."""
        named = self.named
        if len(named.classes) > 1 or named.entities or named.scopes or not named.has("define"):
            return False
        before = [token for token in named.tokens[: named.classes[0].place] if token.text != "a"]
        return bool(before) and before[-1].role("define")

    def _without_class(self) -> Parsed:
        named = self.named
        implied = self._implied_class()
        if implied:
            return self._of_class(Mention(-1, (self.lexicon.kind(implied),), ""), ())
        mentioned = named.entities or named.scopes
        values = {item.values for item in mentioned}
        if len(values) > 1 or self.quantity:
            return self._ambiguous(*(item.text for item in mentioned))
        (options,) = values
        if len(options) > 1:
            each = tuple(Describe(value) for value in options)
            return Failure("ambiguous", (mentioned[0].text,), each)
        if named.entities and named.has("which") and not named.has("define"):
            return self._ambiguous(mentioned[0].text)
        return Question(Describe(options[0]), self._manner())

    def _implied_class(self) -> str:
        """The class that a question word asks for by itself: who, how many."""
        if self.named.has("who"):
            return "Body"
        # How many of a team there are is another question: a figure needs more than a team.
        team = self.lexicon.kind("TalentTeam")
        narrow = [
            item
            for item in self.named.entities
            if not all(self.lexicon.is_a(value, team) for value in item.values)
        ]
        return "QuantitativeTarget" if self.quantity and narrow else ""

    def _missing_fact(self) -> Parsed:
        named, lexicon = self.named, self.lexicon
        kinds = tuple(sorted({value for fact in named.facts for value in fact.values}))
        team, body = lexicon.kind("TalentTeam"), lexicon.kind("Body")
        # What is not said of a team or the plan is not said of its parts; bodies are asked for.
        left = [
            item
            for item in named.classes
            if not any(
                kind in (team, body) or lexicon.schema.relation(kind, (team,)).forward
                for kind in item.values
            )
        ]
        if left:
            apart: tuple[Form, ...] = tuple(NotStated((kind,)) for kind in kinds)
            apart += tuple(Select(Set(kind)) for item in left for kind in item.values)
            return Failure("ambiguous", tuple(item.text for item in left), apart)
        about = {item.values[0] for item in named.entities}
        return Question(NotStated(kinds, tuple(sorted(about))))

    # --- filters ---------------------------------------------------------------------------

    def _filters(
        self, asked: Mention, others: tuple[Mention, ...]
    ) -> tuple[str, list[Filter]] | Failure:
        """The class that fits everything else that was named, and the filters."""
        fitting: list[tuple[str, list[Filter]]] = []
        trouble: Failure | None = None
        for kind in asked.values:
            found = self._filters_of(kind, others)
            if isinstance(found, Failure):
                trouble = found
            elif (kind, found) not in fitting:
                fitting.append((kind, found))
        if len(fitting) > 1:
            fitting = [item for item in fitting if self._direct(*item)] or fitting
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            each = tuple(Select(Set.of(kind, found)) for kind, found in fitting)
            return Failure("ambiguous", (asked.text,), each)
        return trouble or self._ambiguous(asked.text)

    def _filters_of(self, kind: str, others: tuple[Mention, ...]) -> list[Filter] | Failure:
        chosen: list[str] = []
        for item in self.named.entities:
            options = [value for value in item.values if self.lexicon.linked(kind, value)]
            options = self._preferred(kind, item, options)
            if len(options) > 1:
                each = tuple(Select(Set.of(kind, [Filter((value,))])) for value in options)
                return Failure("ambiguous", (item.text,), each)
            if not options:
                return self._ambiguous(item.text)
            chosen += options
        grouped = self._grouped(list(dict.fromkeys(chosen)))
        if grouped is None:
            texts = (item.text for item in self.named.entities)
            return self._ambiguous(*texts)
        for other in others:
            inner = next((k for k in other.values if self.lexicon.relates(kind, k)), None)
            if inner is None:
                return self._ambiguous(other.text)
            grouped.append(Filter(within=Set(inner)))
        return grouped

    def _grouped(self, chosen: list[str]) -> list[Filter] | None:
        """Teams in a list are alternatives; of other things two of a kind may mean either.

        None where the words do not tell.
        """
        team = self.lexicon.kind("TalentTeam")
        teams = sorted(value for value in chosen if self.lexicon.is_a(value, team))
        rest = [value for value in chosen if value not in teams]
        kinds = [self.lexicon.things[value].kinds for value in rest]
        if len(set(kinds)) < len(kinds) or (len(teams) > 1 and not self.named.listed()):
            return None
        filters = [Filter((value,)) for value in rest]
        return [*filters, Filter(tuple(teams))] if teams else filters

    def _direct(self, kind: str, filters: list[Filter]) -> bool:
        return bool(filters) and all(
            not self.lexicon.relation(kind, iri).linked for item in filters for iri in item.entities
        )

    def _preferred(self, kind: str, item: Mention, options: list[str]) -> list[str]:
        """Of several things by one name: what is measured for figures, else what is no clause."""
        if len(options) < 2:
            return options
        indicator = self.lexicon.kind("Indicator")
        clauses = self.named.tokens[item.place].of("clause")
        measured = [iri for iri in options if self.lexicon.is_a(iri, indicator)]
        plain = [iri for iri in options if iri not in measured and iri not in clauses]
        return (measured if self._has_figures(kind) else plain) or plain or measured or options

    def _has_figures(self, kind: str) -> bool:
        return self.lexicon.schema.is_a(kind, self.lexicon.kind("Target"))

    def _ambiguous(self, *spans: str) -> Failure:
        return Failure("ambiguous", spans, choices(self.named, self.lexicon))
