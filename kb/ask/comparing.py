"""Compares what a question names: side by side, what is shared, which is larger, by how much.

Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

from itertools import pairwise

from kb.ask.form import (
    Compare,
    CompareManner,
    Difference,
    End,
    Extreme,
    Form,
    Related,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions
from kb.ask.sets import SetBuilder, Unfit


class Comparison:
    """The comparison that one question asks, if any.

    Args:
        named: what the question names.
        lexicon: of the graph.
        sets: builds sets of the same mentions.
    """

    def __init__(self, named: Mentions, lexicon: Lexicon, sets: SetBuilder) -> None:
        self.named = named
        self.lexicon = lexicon
        self.sets = sets
        self.quantity = named.has("quantity", "people", "share")

    def form(self) -> Form | None:
        """The comparison; none where nothing is compared."""
        named, lexicon = self.named, self.lexicon
        roles = [role for role in ("compare", "differ", "common") if named.has(role)]
        things = [item for item in named.entities if not item.negated]
        things.sort(key=lambda item: lexicon.is_code(item.values[0]))  # codes are not compared
        kinds = [lexicon.things[item.values[0]].kinds for item in things]
        alike = [t.values[0] for t, k in zip(things, kinds, strict=True) if k & kinds[0]]
        apart = self._apart(things)
        if apart is not None:
            return apart
        # Which of the two: with “or” between them, or a list and a word for which of them.
        asked = named.has("or") or (named.has("who", "which") and self._named_apart(things))
        one_of = asked and named.has("more", "fewer") and not named.amounts
        most = named.has("most", "least", "largest", "smallest")
        if not roles and most and self._which_of() and self._named_apart(things):
            return self._larger(alike)
        if not (roles or one_of) or len(set(alike)) < 2:
            return None
        if named.has("more", "fewer", "most", "largest", "least", "smallest"):
            return self._larger(alike)
        manner: CompareManner = (
            "common" if "common" in roles else "differ" if "differ" in roles else "beside"
        )
        rest = [item for item in things if item.values[0] not in alike]
        classes = [c for c in named.classes if not lexicon.is_a(alike[0], c.values[0])]
        if classes:
            shown, others = classes[-1], tuple(classes[:-1])
        else:
            shown, others = Mention(-1, (lexicon.provision,), ""), ()
        members = self.sets.build(shown, others, entities=rest)
        return Compare(tuple(sorted(set(alike))), members, manner)

    def _which_of(self) -> bool:
        """Whether it is asked which of the things named, and not which of a class."""
        named = self.named
        for place, token in enumerate(named.tokens):
            if not token.role("which", "who"):
                continue
            before, after = named.tokens[max(0, place - 1) : place], named.tokens[place + 1 :]
            told = any(other.of("class") for other in before)
            if not told and not any(o.of("class", "entity", "topic") for o in after[:1]):
                return True
        return False

    def _named_apart(self, things: list[Mention]) -> bool:
        """Whether all that is named, other than codes, are things of one class in a list."""
        own = [item for item in things if not self.lexicon.is_code(item.values[0])]
        kinds = [self.lexicon.things[item.values[0]].kinds for item in own]
        tokens = self.named.tokens
        listed = all(
            tokens[other.place].parted
            or any(t.role("and", "or", "compare") for t in tokens[one.place + 1 : other.place])
            for one, other in pairwise(sorted(own, key=lambda item: item.place))
        )
        return len(own) > 1 and all(kind & kinds[0] for kind in kinds) and listed

    def _apart(self, things: list[Mention]) -> Form | None:
        """By how much the figures of two things differ."""
        named, lexicon = self.named, self.lexicon
        more = named.has("more", "fewer", "more-than", "less-than", "differ")
        if named.amounts or not (named.has("gap") or (self.quantity and more)):
            return None
        pairs = [
            (one, other)
            for one in things
            for other in things
            if one.place < other.place
            and one.values[0] != other.values[0]
            and not lexicon.is_code(one.values[0])
            and lexicon.things[one.values[0]].kinds & lexicon.things[other.values[0]].kinds
        ]
        if len(pairs) != 1:
            return None
        figures = Mention(-1, (lexicon.kind("QuantitativeTarget"),), "")
        rest = [item for item in things if item not in pairs[0]]
        classes = [
            c for c in named.classes if not self.lexicon.has_figures(c.values[0]) and not c.loose
        ]
        sides = [self.sets.build(figures, classes, entities=[one, *rest]) for one in pairs[0]]
        return Difference.of(*sides)

    def _larger(self, alike: list[str]) -> Form:
        """Which of several has the larger figure: of those that the question names."""
        figures = self.lexicon.kind("QuantitativeTarget")
        rest = [item for item in self.named.entities if item.values[0] not in alike]
        own = [
            item
            for item in self.named.classes
            if not any(self.lexicon.is_a(alike[0], kind) for kind in item.values)
        ]
        counted = bool(own) and self.named.has("most", "least", "more", "fewer")
        if counted and not (rest or self.named.topics):
            # Which of them has more of a class; figures are compared where they are told apart.
            inner = self.sets.build(own[0], (), entities=[])
        else:
            counted = False
            inner = self.sets.build(Mention(-1, (figures,), ""), (), entities=rest)
        if not inner.filters and not counted:
            raise Unfit(self.named.texts("more", "fewer", "largest", "smallest"))
        counted = counted and inner.kind == figures
        side: End = "least" if self.named.has("fewer", "least", "smallest") else "most"
        kind = next(
            k
            for k in sorted(self.lexicon.things[alike[0]].kinds)
            if self.lexicon.relates(figures, k) and all(self.lexicon.is_a(a, k) for a in alike)
        )
        return Extreme(Set.of(kind, [Related(tuple(sorted(set(alike))))]), side, inner, counted)
