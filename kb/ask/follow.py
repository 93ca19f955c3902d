"""Reads a question as one that follows on from another, and edits the form of that one.

Only where words mark it as one: 那教师呢, only those with a number, where does it say so. A
question that is whole is a new one, and a span that is not understood is never replaced by
what was asked before. Must not know words, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, cast

from kb.ask.clauses import Clauses
from kb.ask.context import Context
from kb.ask.failure import Failure, Parsed
from kb.ask.form import (
    About,
    Compare,
    Count,
    Describe,
    Difference,
    Extreme,
    Figure,
    Filter,
    Form,
    NotStated,
    Question,
    Related,
    Select,
    Set,
    members_of,
    with_members,
)
from kb.ask.lexicon import Lexicon, Sense
from kb.ask.mentions import Mention, Mentions
from kb.ask.parse import parse
from kb.ask.scan import Token
from kb.ask.sets import SetBuilder, Unfit

Mark = Literal["", "instead", "only", "those", "bare", "fact"]

_LARGER, _SMALLER = ("most", "largest", "more"), ("least", "smallest", "fewer")
#: What a question can be made of that names nothing.
_ASKING = (
    "which", "who", "quantity", "people", "cite", "compare", "differ", "common", "gap", "pair",
    "those",
    "descending", "ascending", *_LARGER, *_SMALLER,
)  # fmt: skip
#: Words that ask by themselves.
_QUESTIONS = ("which", "who", "quantity", "people", "share", "exists", "define", "cite", "compare")
_EMPTY = ("filler", "background", "and", "what-about", "those", "only", "both")


class FollowUp:
    """One question, as one that follows on.

    Args:
        tokens: of the question.
        parsed: what it means by itself.
        lexicon: of the graph.
        clauses: of the graph.
        members: finds the members of a set.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        parsed: Parsed,
        lexicon: Lexicon,
        clauses: Clauses,
        members: Callable[[Set], tuple[str, ...]],
    ) -> None:
        self.tokens = tuple(tokens)
        self.parsed = parsed
        self.lexicon = lexicon
        self.clauses = clauses
        named = Mentions.of(tokens, lexicon)
        # One that only stands for a thing is no number: the lower one.
        amounts = tuple(a for a in named.amounts if not _idle(self.tokens[a.place]))
        self.named = replace(named, amounts=amounts)
        self._members = members
        self._figures = lexicon.kind("QuantitativeTarget")
        self._team = lexicon.kind("TalentTeam")
        self.mark = self._mark()

    def read(self, context: Context) -> Parsed:
        """The question in its context; as it is by itself where nothing marks a follow-up."""
        if not self.mark:
            return self.parsed
        if self.named.unknown and not isinstance(self.parsed, Question):
            return self.parsed
        if isinstance(self.parsed, Failure) and self.parsed.trouble in (
            "no-such-entity",
            "no-report",
        ):
            return self.parsed
        if context.last is None:
            return self.parsed if self.mark == "fact" or self._whole else self._asked_back()
        edited = self._edited(context.last, context)
        if edited is not None:
            return Question(edited, "list") if not isinstance(edited, Question) else edited
        whole = isinstance(self.parsed, Question) and self.mark in ("instead", "fact")
        return self.parsed if whole else self._asked_back(context.last)

    # --- whether it follows on -------------------------------------------------------------

    def _mark(self) -> Mark:  # noqa: PLR0911 - one for each kind of mark
        named = self.named
        subject = bool(self._subjects or named.topics or named.scopes)
        asked = any(not item.loose for item in named.classes)
        words = [token for token in self.tokens if not _idle(token)]
        first = next((t for t in self.tokens if not _only_filler(t)), None)
        if first is None or (named.unknown and not named.anything and not named.amounts):
            return ""
        if named.has("judgement", "progress", "year", "help", "agree"):
            return ""
        if named.facts:
            lone = not (subject or named.classes or named.amounts)
            return "fact" if lone else ""
        if first.role("only", "except"):
            return "" if asked and subject else "only"
        demonstrative = self._demonstrated() is not None
        codes = bool(named.entities) and not (subject or named.classes)
        if codes and self._says("cite"):
            return "those"  # where the percentage comes from
        pointing = demonstrative or any(self._points(place) for place in range(len(self.tokens)))
        if pointing and (demonstrative or named.has("pair") or not subject):
            return "those"
        if words and all(_says(token, *_ASKING) for token in words):
            return "bare"
        opens = first.role("what-about", "and") and not first.role("which")
        if opens or self.tokens[-1].role("what-about"):
            return "" if self._says(*_QUESTIONS) and subject else "instead"
        return ""

    @property
    def _whole(self) -> bool:
        """Whether it asks for members of a class by itself."""
        asked = any(not item.loose for item in self.named.classes)
        return asked and isinstance(self.parsed, Question) and self._says(*_QUESTIONS)

    @property
    def _subjects(self) -> list[Mention]:
        """Entities named, codes such as units aside."""
        return [item for item in self.named.entities if not self.lexicon.is_code(item.values[0])]

    def _points(self, place: int) -> bool:
        """Whether a word stands for what was spoken of; not in *teams that grow*."""
        token = self.tokens[place]
        relative = token.role("filler") and place > 0 and self.tokens[place - 1].content
        return token.role("those", "pair") and not relative

    def _demonstrated(self) -> Mention | None:
        """A class that is pointed at: 这支队伍."""
        for item in self.named.classes:
            before = self.tokens[: item.place][-2:]
            named = any(
                self.lexicon.is_a(value, item.values[0])
                for entity in self.named.entities
                for value in entity.values
            )
            pointed = any(token.role("those", "pair") for token in before)
            if pointed and not named and not self.named.asked(item.place):
                return item
        return None

    # --- editing ---------------------------------------------------------------------------

    def _edited(self, last: Question, context: Context) -> Question | Form | None:
        try:
            if self.mark == "fact":
                return self._fact(context)
            if self.mark == "only":
                return self._narrowed(last)
            if self.named.has("pair"):
                return self._of_two(context)
            if self.mark in ("those", "bare"):
                return self._about_those(last, context)
            return self._instead(last)
        except Unfit:
            return None

    def _fact(self, context: Context) -> Form | None:
        about = self._focus(context, self._team) or self._focus(context, "")
        kinds = tuple(sorted({value for fact in self.named.facts for value in fact.values}))
        return NotStated(kinds, about) if len(about) == 1 else None

    def _narrowed(self, last: Question) -> Question | Form | None:
        """Only those: the same set with further conditions."""
        found = members_of(last.form)
        if found is None:
            return None
        classes = [item for item in self.named.classes if item.values[0] != found.kind]
        asked = Mention(-1, (found.kind,), "")
        more = SetBuilder(self.named, self.lexicon, self.clauses).build(asked, classes)
        if more == Set(found.kind):
            return None
        narrow = self.lexicon.schema.is_a(more.kind, found.kind)
        kind = more.kind if narrow else found.kind
        if not narrow and more.kind != found.kind:
            return None
        against = {f.topics for f in more.filters if isinstance(f, About) and f.negated}
        kept = [f for f in found.filters if not (isinstance(f, About) and f.topics in against)]
        members = Set.of(kind, [*kept, *more.filters])
        return Question(with_members(last.form, members), _kept(last))

    def _about_those(  # noqa: PLR0911 - one for each thing that can be asked
        self, last: Question, context: Context
    ) -> Question | Form | None:
        """About what was found: where it stands, how many, which is the largest."""
        named, found = self.named, members_of(last.form)
        pointed = self._demonstrated()
        if pointed is not None:
            return self._of_pointed(pointed, context)
        if named.classes:
            return self._linked(last)
        if named.amounts:
            return self._narrowed(last)
        if self._says("cite"):
            return self._cited(last)
        if found is None:
            return None
        if self._says("gap", "differ", "compare"):
            return self._of_two(context)
        if self._says("descending", "ascending") and self._has_figures(found.kind):
            order = "descending" if self._says("descending") else "ascending"
            return Select(Set.of(self._figures, list(found.filters)), cast(Any, order))
        if self._says(*_LARGER, *_SMALLER):
            return self._extreme(found)
        if self._says("quantity", "people"):
            return Count(found)
        if self._says("which") and found.kind not in self.lexicon.provisions:
            whose = self._members(found)
            return Select(Set.of(self.lexicon.provision, [Related(whose)])) if whose else None
        return None

    def _cited(self, last: Question) -> Question | None:
        """Where it stands; of what was found only the percentages, where those are named."""
        if not self.named.entities:
            return Question(last.form, "cite")
        found = members_of(last.form)
        if isinstance(last.form, NotStated) and last.form.about:
            found = Set(self._figures, (Related(last.form.about),))
        if found is None or not self._has_figures(found.kind):
            return None
        asked = Mention(-1, (self._figures,), "")
        more = SetBuilder(self.named, self.lexicon, self.clauses).build(asked, ())
        return Question(Select(Set.of(self._figures, [*found.filters, *more.filters])), "cite")

    def _of_pointed(self, pointed: Mention, context: Context) -> Form | None:
        """The question about the one thing of a class that was spoken of."""
        rest = tuple(item for item in self.named.classes if item is not pointed)
        focus = self._focus(context, pointed.values[0])
        if not focus:
            return None
        if not rest:
            return Describe(focus[0]) if len(focus) == 1 else None
        members = SetBuilder(self.named, self.lexicon, self.clauses).build(rest[-1], rest[:-1])
        wanted = members.having(Related(focus))
        return Count(wanted) if self._says("quantity", "people") else Select(wanted)

    def _linked(self, last: Question) -> Form | None:
        """What of another class is linked to what was found."""
        kind = self.named.asked_class()[0].values[0]
        found = members_of(last.form)
        if isinstance(last.form, Describe):
            if not self.lexicon.linked(kind, last.form.entity):
                return None
            members = Set(kind, (Related((last.form.entity,)),))
        elif found is None or found.kind == kind:
            return Count(found) if found is not None and self._says("quantity", "people") else None
        else:
            members = Set(kind, (Related(within=found),))
            provisions = {found.kind} & {self.lexicon.provision, *self.lexicon.provisions}
            if not provisions and not self.lexicon.relates(kind, found.kind):
                return None
        return Count(members) if self._says("quantity", "people") else Select(members)

    def _extreme(self, found: Set) -> Form | None:
        side = cast(Any, "least" if self._says(*_SMALLER) else "most")
        if self._has_figures(found.kind):
            return Extreme(Set.of(self._figures, list(found.filters)), side)
        within = next(
            (f.within for f in found.filters if isinstance(f, Related) and f.within), None
        )
        figures = within is not None and self._has_figures(within.kind)
        return Extreme(found, side, within) if figures else None

    # --- two questions together ------------------------------------------------------------

    def _of_two(self, context: Context) -> Form | None:
        """Which of the two is larger, by how much, and what they have side by side."""
        last, earlier = context.last, context.earlier
        if last is None or earlier is None:
            return None
        one, other = members_of(earlier.form), members_of(last.form)
        if one is None or other is None or not self._nothing_new((one, other)):
            return None
        things, rest = self._apart(one, other)
        if self._says(*_LARGER, *_SMALLER) and not self._says("gap", "quantity"):
            if not things:
                return None
            side = cast(Any, "least" if self._says(*_SMALLER) else "most")
            kind = next(
                (k for k in sorted(self.lexicon.things[things[0]].kinds)
                 if all(self.lexicon.is_a(t, k) for t in things)
                 and self.lexicon.relates(self._figures, k)), "",
            )  # fmt: skip
            by = Set.of(self._figures, list(rest.filters))
            return Extreme(Set.of(kind, [Related(things)]), side, by) if kind else None
        figures = self._has_figures(one.kind) and self._has_figures(other.kind)
        if self._says("gap", "differ", "quantity") and figures:
            return Difference.of(one, other)
        manner = (
            "common" if self._says("common") else "differ" if self._says("differ") else "beside"
        )
        return Compare(things, rest, cast(Any, manner)) if things else None

    def _apart(self, one: Set, other: Set) -> tuple[tuple[str, ...], Set]:
        """Two things of one class in which two sets differ, and the rest of the sets."""
        mine = [item for item in one.filters if item not in other.filters]
        yours = [item for item in other.filters if item not in one.filters]
        if one.kind == other.kind and len(mine) == len(yours) == 1:
            a, b = mine[0], yours[0]
            if isinstance(a, Related) and isinstance(b, Related):
                both = (*a.entities, *b.entities)
                if len(both) == 2 and self._alike(*both):
                    rest = [item for item in one.filters if item != a]
                    return tuple(sorted(both)), Set.of(one.kind, rest)
        return (), one

    def _nothing_new(self, sets: tuple[Set, ...]) -> bool:
        """Whether all that is named was named before."""
        known = {iri for one in sets for iri in _entities(one)}
        return all(set(item.values) & known for item in self._subjects)

    # --- in place of what was asked --------------------------------------------------------

    def _instead(self, last: Question) -> Question | Form | None:
        """The same of another thing, class or number."""
        named, form = self.named, last.form
        things, classes = named.entities, [c for c in named.classes if not c.loose]
        if named.amounts and not (things or classes or named.topics):
            return self._other_number(last)
        if isinstance(form, Describe):
            return self._other_thing(form) if len(things) == 1 and not classes else None
        if len(things) == 1 and not named.topics and not named.amounts and len(classes) < 2:
            edited = self._swapped(form, self._one_of(form, things[0]), classes)
            if edited is not None:
                return Question(edited, _kept(last))
        elif len(classes) == 1 and not (things or named.topics or named.amounts):
            other = self._of_kind(form, classes[0])
            if other is not None:
                return Question(other, _kept(last))
        return self._asked_again(last)

    def _other_number(self, last: Question) -> Question | None:
        figures = [amount.figure for amount in self.named.amounts]

        def change(item: Filter) -> Filter:
            if not isinstance(item, Figure):
                return item
            return replace(figures[0], unit=figures[0].unit or item.unit)

        if len(figures) != 1 or self._says("which", "who"):
            return None
        edited = _rewritten(last.form, change)
        return None if edited == last.form else Question(edited, _kept(last))

    def _other_thing(self, form: Describe) -> Form | None:
        item = self.named.entities[0]
        options = [v for v in item.values if self._alike(v, form.entity)] or list(item.values)
        clauses = self.tokens[item.place].of("clause")
        options = [v for v in options if v not in clauses] or options
        return Describe(options[0]) if len(options) == 1 else None

    def _one_of(self, form: Form, item: Mention) -> tuple[str, ...]:
        """Which thing is meant: of the class of what stands in the form."""
        there = list(_entities(form))
        options = [v for v in item.values if any(self._alike(v, iri) for iri in there)]
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
            if not all(self._alike(iri, things[0]) for iri in item.entities):
                return item
            replaced.extend(item.entities)
            return Related(things)

        if isinstance(form, NotStated):
            edited: Form = replace(form, about=things)
        elif isinstance(form, Compare):
            return None
        else:
            edited = _rewritten(form, change)
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
        rest = [t for t in self.tokens if not _idle(t) and (t.content or not t.role(*empty))]
        kept = [f for f in found.filters if isinstance(f, Related) and f.entities and not f.negated]
        teams = [iri for f in kept for iri in f.entities if self.lexicon.is_a(iri, self._team)]
        amount = last.manner == "value" or isinstance(last.form, Count)
        asked = [_word("quantity" if amount else "which", self.tokens[0])]
        if not (amount and self._has_figures(found.kind)):
            asked.append(_name("class", found.kind, self.tokens[-1]))
        team = [t for t in self._subjects if self.lexicon.is_a(t.values[0], self._team)]
        whose = [_name("entity", iri, self.tokens[-1]) for iri in teams[:1] if not team]
        read = parse([*asked, *rest, *whose], self.lexicon, self.clauses)
        if not isinstance(read, Question) or isinstance(read.form, Describe):
            return None
        return read

    # --- small parts -----------------------------------------------------------------------

    def _says(self, *roles: str) -> bool:
        return any(_says(token, *roles) for token in self.tokens)

    def _has_figures(self, kind: str) -> bool:
        return self.lexicon.schema.is_a(kind, self.lexicon.kind("Target"))

    def _focus(self, context: Context, kind: str) -> tuple[str, ...]:
        """What was spoken of last, of a class."""
        for question in (context.last, context.earlier):
            found = sorted(
                {
                    iri
                    for iri in _entities(question)
                    if not self.lexicon.is_code(iri) and (not kind or self.lexicon.is_a(iri, kind))
                }
            )
            if found:
                return tuple(found)
        return ()

    def _alike(self, one: str, other: str) -> bool:
        """Whether two things are of one class of the vocabulary, or of one scheme."""
        base = self.lexicon.schema.ns.removesuffix("ns#")
        both = self.lexicon.things[one].kinds & self.lexicon.things[other].kinds
        return any(kind.startswith(base) for kind in both)

    def _asked_back(self, last: Question | None = None) -> Failure:
        own = self.parsed
        choices = own.choices if isinstance(own, Failure) else (own.form,)
        if last is None:
            return Failure("no-previous", (), choices)
        return Failure("ambiguous", (), choices)


def _rewritten(part: Any, change: Callable[[Filter], Filter]) -> Any:
    """A form with its conditions changed, in normal form."""
    if isinstance(part, Figure | About | Related):
        other = change(part)
        if other is not part:
            return other
    if isinstance(part, tuple):
        return tuple(_rewritten(item, change) for item in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    made = replace(
        part, **{f.name: _rewritten(getattr(part, f.name), change) for f in fields(part)}
    )
    return Set.of(made.kind, list(made.filters)) if isinstance(made, Set) else made


def _entities(part: object) -> tuple[str, ...]:
    """The things named in a form, in order."""
    if isinstance(part, Question):
        return _entities(part.form)
    if isinstance(part, Describe):
        return (part.entity,)
    if isinstance(part, NotStated):
        return part.about
    if isinstance(part, tuple):
        return tuple(iri for item in part for iri in _entities(item))
    own: tuple[str, ...] = ()
    if isinstance(part, Related | Compare):
        own = part.entities
    if is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            value = getattr(part, field.name)
            own += _entities(value) if not isinstance(value, str) else ()
    return own


def _says(token: Token, *roles: str) -> bool:
    """Whether a token has a word's sense of some roles; it may also stand for a topic."""
    if token.of("class", "entity", "clause", "fact", "number"):
        return False
    return any(sense.kind == "word" and sense.value in roles for sense in token.senses)


def _idle(token: Token) -> bool:
    kinds = {sense.kind for sense in token.senses}
    if kinds == {"word", "number"} and token.of("word").count("filler"):
        return True  # the lower one
    return not token.content and not _says(token, *_ASKING) and token.role(*_EMPTY, "define")


def _only_filler(token: Token) -> bool:
    words = {sense.value for sense in token.senses if sense.kind == "word"}
    return not token.content and bool(words) and words <= {"filler", "general", "background"}


def _kept(last: Question) -> Any:
    """The manner in which something else is asked for; a citation is asked for once."""
    return "list" if last.manner == "cite" else last.manner


def _word(role: str, like: Token) -> Token:
    return replace(like, senses=(Sense("word", role),), parted=False)


def _name(kind: Any, iri: str, like: Token) -> Token:
    return replace(like, senses=(Sense(kind, iri),), parted=False)
