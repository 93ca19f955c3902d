"""Reads a question as one that follows on from another, and edits the form of that one.

Only where it bears the marks of one (:mod:`kb.ask.marks`). A question that is whole is a new
one, and a span that is not understood is never replaced by what was asked before. Must not
know words, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

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
    Form,
    NotStated,
    Question,
    Related,
    Select,
    Set,
    members_of,
    with_members,
)
from kb.ask.instead import Instead, kept_manner
from kb.ask.lexicon import Lexicon
from kb.ask.marks import LARGER, SMALLER, Marks
from kb.ask.mentions import Mention
from kb.ask.rewriting import entities_of
from kb.ask.scan import Token
from kb.ask.sets import SetBuilder, Unfit


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
        self.marks = Marks(tokens, parsed, lexicon)
        self.named, self.mark = self.marks.named, self.marks.mark
        self._members = members
        self._figures = lexicon.kind("QuantitativeTarget")
        self._team = lexicon.kind("TalentTeam")

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
            whole = self.marks.whole or self._about_something()
            return self.parsed if self.mark == "fact" or whole else self._asked_back()
        edited = self._edited(context.last, context)
        if edited is not None:
            return Question(edited, "list") if not isinstance(edited, Question) else edited
        whole = isinstance(self.parsed, Question) and self.mark in ("instead", "fact")
        return self.parsed if whole else self._asked_back(context.last)

    def _about_something(self) -> bool:
        """Whether it is understood by itself, and names more than a thing to put in place."""
        others = [
            item
            for item in self.named.entities
            if not any(self.lexicon.is_a(value, self._team) for value in item.values)
        ]
        more = self.named.topics or self.named.amounts or others
        return isinstance(self.parsed, Question) and bool(more)

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
            return Instead(self.marks, self.clauses, self._members).of(last)
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
        return Question(with_members(last.form, members), kept_manner(last))

    def _about_those(  # noqa: PLR0911 - one for each thing that can be asked
        self, last: Question, context: Context
    ) -> Question | Form | None:
        """About what was found: where it stands, how many, which is the largest."""
        named, found = self.named, members_of(last.form)
        pointed = self.marks.demonstrated()
        if pointed is not None:
            return self._of_pointed(pointed, context)
        if named.classes:
            return self._linked(last)
        if named.amounts:
            return self._narrowed(last)
        if self.marks.says("cite"):
            return self._cited(last)
        if found is None:
            return None
        if self.marks.says("gap", "differ", "compare"):
            return self._of_two(context)
        if self.marks.says("descending", "ascending") and self.lexicon.has_figures(found.kind):
            order = "descending" if self.marks.says("descending") else "ascending"
            return Select(Set.of(self._figures, list(found.filters)), cast(Any, order))
        if self.marks.says(*LARGER, *SMALLER):
            return self._extreme(found)
        if self.marks.says("quantity", "people"):
            return Count(found)
        if self.marks.says("which") and found.kind not in self.lexicon.provisions:
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
        if found is None or not self.lexicon.has_figures(found.kind):
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
        return Count(wanted) if self.marks.says("quantity", "people") else Select(wanted)

    def _linked(self, last: Question) -> Form | None:
        """What of another class is linked to what was found."""
        kind = self.named.asked_class()[0].values[0]
        found = members_of(last.form)
        if isinstance(last.form, Describe):
            if not self.lexicon.linked(kind, last.form.entity):
                return None
            members = Set(kind, (Related((last.form.entity,)),))
        elif found is None or found.kind == kind:
            return (
                Count(found)
                if found is not None and self.marks.says("quantity", "people")
                else None
            )
        else:
            members = Set(kind, (Related(within=found),))
            provisions = {found.kind} & {self.lexicon.provision, *self.lexicon.provisions}
            if not provisions and not self.lexicon.relates(kind, found.kind):
                return None
        return Count(members) if self.marks.says("quantity", "people") else Select(members)

    def _extreme(self, found: Set) -> Form | None:
        side = cast(Any, "least" if self.marks.says(*SMALLER) else "most")
        if self.lexicon.has_figures(found.kind):
            return Extreme(Set.of(self._figures, list(found.filters)), side)
        within = next(
            (f.within for f in found.filters if isinstance(f, Related) and f.within), None
        )
        figures = within is not None and self.lexicon.has_figures(within.kind)
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
        if self.marks.says(*LARGER, *SMALLER) and not self.marks.says("gap", "quantity"):
            if not things:
                return None
            side = cast(Any, "least" if self.marks.says(*SMALLER) else "most")
            kind = next(
                (k for k in sorted(self.lexicon.things[things[0]].kinds)
                 if all(self.lexicon.is_a(t, k) for t in things)
                 and self.lexicon.relates(self._figures, k)), "",
            )  # fmt: skip
            by = Set.of(self._figures, list(rest.filters))
            return Extreme(Set.of(kind, [Related(things)]), side, by) if kind else None
        figures = self.lexicon.has_figures(one.kind) and self.lexicon.has_figures(other.kind)
        if self.marks.says("gap", "differ", "quantity") and figures:
            return Difference.of(one, other)
        manner = (
            "common"
            if self.marks.says("common")
            else "differ"
            if self.marks.says("differ")
            else "beside"
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
                if len(both) == 2 and self.lexicon.alike(*both):
                    rest = [item for item in one.filters if item != a]
                    return tuple(sorted(both)), Set.of(one.kind, rest)
        return (), one

    def _nothing_new(self, sets: tuple[Set, ...]) -> bool:
        """Whether all that is named was named before."""
        known = {iri for one in sets for iri in entities_of(one)}
        return all(set(item.values) & known for item in self.marks.subjects)

    # --- small parts -----------------------------------------------------------------------

    def _focus(self, context: Context, kind: str) -> tuple[str, ...]:
        """What was spoken of last, of a class."""
        for question in (context.last, context.earlier):
            found = sorted(
                {
                    iri
                    for iri in entities_of(question)
                    if not self.lexicon.is_code(iri) and (not kind or self.lexicon.is_a(iri, kind))
                }
            )
            if found:
                return tuple(found)
        return ()

    def _asked_back(self, last: Question | None = None) -> Failure:
        own = self.parsed
        choices = own.choices if isinstance(own, Failure) else (own.form,)
        if last is None:
            return Failure("no-previous", (), choices)
        return Failure("ambiguous", (), choices)
