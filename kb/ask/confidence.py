"""How likely a clause is what a free question asks, and so whether it is answered.

Two ways to find a clause are weighed against each other: the topics that the question names
(:mod:`kb.ask.search`), and all of its words (:mod:`kb.ask.likeness`). Where both find the same, a
word that neither knows may stand; where they differ, the question goes back. What the signs count
is data (``queries/phrasings/confidence.yaml``), a logistic regression over the recorded phrasings,
written by ``python -m tests.bench.fit_confidence``.
Must not know how a question is put together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from typing import Any

from kb.ask import phrasings
from kb.ask.clauses import Clause, Clauses
from kb.ask.failure import Failure, Parsed
from kb.ask.form import Describe, Question, Related, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.likeness import Likeness, senses, words
from kb.ask.mentions import Mentions
from kb.ask.satisfying import satisfies
from kb.ask.scan import Token
from kb.ask.search import Search
from kb.errors import FileProblem
from kb.text import Text

#: What the part of a question that a clause accounts for by its topics counts beside its likeness.
_BY_TOPICS = 0.3
#: The part of a question, and the lead, from which on an answer that both ways find stays.
_NEARLY_ALL, _FAR_AHEAD = 0.9, 0.5
#: More rows than these are no answer about a clause.
_ROWS = 8
#: More unknown words than these are as bad.
_STRANGE = 4
#: Failures that stand in the way of an answer, but need not.
_OPEN = ("unknown-word", "ambiguous", "not-found")
#: What has to be worked out is no clause.
_WORKED_OUT = (
    "sum", "mean", "agree", "except", "most", "least", "largest", "smallest",
    "compare", "differ", "common", "each", "judgement", "only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against the likeliest clause; each from 0 to about 1.

    Args:
        best: its likeness and what it accounts for by topics.
        lead: how far the next clause is behind.
        part: the part of the question that it accounts for by topics.
        behind: how much more of it another accounts for.
        nothing: how alike the question is to those that the plan does not answer.
        heard: the part of its words that is said of the clause.
        unheard: the part that is said of none.
        agreed: whether the search finds it, and little else.
        among: whether it finds it among many.
        other: whether it finds others.
        unknown: whether a word is not understood.
        several: whether several clauses may be meant, or none accounts for enough.
        strange: how many words are not understood.
        figure: whether a number is asked for.
        wanted: whether a word that is not understood is what is asked for.
        who: whether somebody is asked for.
    """

    best: float
    lead: float
    part: float
    behind: float
    nothing: float
    heard: float
    unheard: float
    agreed: float
    among: float
    other: float
    unknown: float
    several: float
    strange: float
    figure: float
    wanted: float
    who: float


@dataclass(frozen=True, slots=True)
class Rule:
    """What the signs count in one decision.

    Args:
        at: how likely it has to be.
        bias: where all signs are 0.
        terms: of the signs and of the products of two of them, by places; the second is -1
            where there is one only.
    """

    at: float
    bias: float
    terms: Mapping[tuple[int, int], float]

    def confidence(self, signs: Signs) -> float:
        """How likely it is: 0 to 1."""
        by = astuple(signs)
        whole = self.bias + sum(
            weight * by[one] * (by[other] if other >= 0 else 1.0)
            for (one, other), weight in self.terms.items()
        )
        return 1 / (1 + math.exp(-whole))

    def holds(self, signs: Signs) -> bool:
        """Whether it is likely enough."""
        return self.confidence(signs) >= self.at


@dataclass(frozen=True, slots=True)
class Rules:
    """The two decisions.

    Args:
        keep: whether what was searched for stays an answer.
        take: whether a clause becomes one that the search did not find.
    """

    keep: Rule
    take: Rule


#: The names of the signs, in order.
SIGNS = tuple(each.name for each in fields(Signs))


def parse_rules(content: Mapping[str, Any]) -> Rules:
    """The rules as they stand in ``confidence.yaml``.

    >>> signs = {"best": 2.0, "best*lead": -1.0}
    >>> rule = {"at": 0.5, "bias": 0.0, "signs": signs}
    >>> parse_rules({"keep": rule, "take": rule}).take.terms
    {(0, -1): 2.0, (0, 1): -1.0}

    Raises:
        ValueError, KeyError, TypeError: they are no rules.
    """

    def rule(said: Mapping[str, Any]) -> Rule:
        terms = {}
        for name, weight in said["signs"].items():
            one, _, other = name.partition("*")
            terms[SIGNS.index(one), SIGNS.index(other) if other else -1] = float(weight)
        return Rule(float(said["at"]), float(said["bias"]), terms)

    return Rules(rule(content["keep"]), rule(content["take"]))


@cache
def rules() -> Rules:
    """Those of ``queries/phrasings/confidence.yaml``.

    Raises:
        FileProblem: it cannot be read, or has no rules.
    """
    import yaml  # most commands weigh nothing

    path = phrasings.folder() / "confidence.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return parse_rules(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506 - safe
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise FileProblem(
            "language-file",
            Text(zh=f"{path.name} 无法读取：{error}", en=f"{path.name} cannot be read: {error}"),
            Text(
                zh="运行 python -m tests.bench.fit_confidence 重新生成",
                en="write it anew by python -m tests.bench.fit_confidence",
            ),
        ) from error


class Judge:
    """Decides whether free questions are answered.

    Args:
        lexicon: of the graph.
        clauses: of the graph.
        likeness: of the graph; asked for when first needed.
    """

    def __init__(
        self, lexicon: Lexicon, clauses: Clauses, likeness: Callable[[], Likeness]
    ) -> None:
        self._lexicon = lexicon
        self._clauses = clauses
        self._likeness = likeness

    def judge(self, question: str, tokens: Sequence[Token], parsed: Parsed) -> Parsed:
        """What was understood; or a clause instead, or that several may be meant.

        Args:
            question: as it was asked.
            tokens: of the question.
            parsed: how it was understood.
        """
        if not _can_change(parsed):
            return parsed
        named = Mentions.of(tokens, self._lexicon)
        if not self.is_open(named, parsed):
            return parsed
        found = self.signs(question, named, parsed)
        if found is None:
            return parsed
        signs, clause = found
        if isinstance(parsed, Question):
            if _sure(signs) or rules().keep.holds(signs):
                return parsed
            return Failure("ambiguous", (), (parsed.form, self._form(clause, named)))
        if not rules().take.holds(signs):
            return parsed
        manner = Search(named, self._lexicon, self._clauses).wanted.manner()
        aside = tuple(token.text for token in named.unknown)
        return Question(self._form(clause, named), manner, aside, searched=True)

    def is_open(self, named: Mentions, parsed: Parsed) -> bool:
        """Whether a question is about clauses as they stand, so that it can be decided here."""
        if not _can_change(parsed) or self._worked_out(named):
            return False
        return isinstance(parsed, Question) or not self._asked_for(named)

    def signs(self, question: str, named: Mentions, parsed: Parsed) -> tuple[Signs, Clause] | None:
        """The likeliest clause and what speaks for it; None where no clause can be.

        Args:
            question: as it was asked.
            named: what it names.
            parsed: how it was understood.
        """
        likeness = self._likeness()
        bag = bag_of(question, named)
        alike = likeness.of_question(bag)
        parts = Search(named, self._lexicon, self._clauses).parts()
        figure = named.has("quantity", "people", "share")
        score = {
            iri: like + _BY_TOPICS * parts.get(iri, 0.0)
            for iri, like in zip(likeness.names, alike, strict=True)
            if iri
            and (not figure or self._clauses.all[iri].values)
            and (iri in self._lexicon.things or iri in parts)
        }
        if not score:
            return None
        ranked = sorted(score, key=lambda iri: -score[iri])
        first = self._clauses.all[ranked[0]]
        next_best = next((score[iri] for iri in ranked[1:] if not self._kin(first, iri)), 0.0)
        heard, unheard = likeness.heard(bag, likeness.names.index(first.iri))
        part = parts.get(first.iri, 0.0)
        agreed, among, other = self._agree(parsed, first)
        trouble = parsed.trouble if isinstance(parsed, Failure) else ""
        signs = Signs(
            best=score[first.iri],
            lead=score[first.iri] - next_best,
            part=part,
            behind=max(parts.values(), default=0.0) - part,
            nothing=alike[-1],
            heard=heard,
            unheard=unheard,
            agreed=agreed,
            among=among,
            other=other,
            unknown=float(trouble == "unknown-word"),
            several=float(trouble in ("ambiguous", "not-found")),
            strange=min(len(named.unknown), _STRANGE) / _STRANGE,
            figure=float(figure),
            wanted=float(any(map(named.asked_for, named.unknown))),
            who=float(named.asks_who),
        )
        return signs, first

    def _kin(self, clause: Clause, iri: str) -> bool:
        """Whether another clause is a part of one, or it of that, or both say the same."""
        other = self._clauses.all[iri]
        return iri in clause.linked or clause.iri in other.linked

    def _agree(self, parsed: Parsed, clause: Clause) -> tuple[float, float, float]:
        """Whether a search finds the clause, finds it among many, or finds others."""
        if not isinstance(parsed, Question):
            return 0.0, 0.0, 0.0
        if isinstance(parsed.form, Describe):
            same = parsed.form.entity in {clause.iri, *clause.linked}
            return float(same), 0.0, float(not same)
        if not isinstance(parsed.form, Select):
            return 0.0, 0.0, 0.0
        members = parsed.form.members
        found = {
            each.iri
            for each in self._clauses.all.values()
            if satisfies(each, members, self._lexicon)
        }
        same = clause.iri in found or any(self._kin(clause, iri) for iri in found)
        few = len(found) <= _ROWS
        return float(same and few), float(same and not few), float(not same)

    def _worked_out(self, named: Mentions) -> bool:
        """Whether the answer would be no clause."""
        negated = any(item.negated for item in (*named.topics, *named.entities, *named.classes))
        asked = [
            kind
            for item in named.classes
            if named.asked(item.place) and not item.loose
            for kind in item.values
        ]
        others = bool(asked) and not any(kind in self._clauses.provisions for kind in asked)
        return negated or others or named.has(*_WORKED_OUT)

    def _asked_for(self, named: Mentions) -> bool:
        """Whether a word that is not understood is what is asked for, so that nothing answers.

        Beside a class that is named, every word says which members are meant: measures for
        teachers on unicycles.
        """
        told = any(not item.loose for item in named.classes)
        return bool(named.unknown) and (told or any(map(named.asked_for, named.unknown)))

    def _form(self, clause: Clause, named: Mentions) -> Select:
        search = Search(named, self._lexicon, self._clauses)
        kind = search.wanted.kind()
        if kind == self._lexicon.provision or kind not in clause.kinds:
            kind = min(clause.kinds, key=lambda each: (len(self._lexicon.members(each)), each))
        if clause.iri in self._lexicon.things:
            return Select(Set.of(kind, [Related((clause.iri,))]))
        return search.form_of(clause)  # nothing names it


def _sure(signs: Signs) -> bool:
    """Whether both ways find the same, which accounts for nearly all, with none near it.

    Of such answers 98 of 100 are right; too few are among what the weights were fitted to for
    these to be trusted.
    """
    return bool(signs.agreed) and signs.part >= _NEARLY_ALL and signs.lead >= _FAR_AHEAD


def bag_of(question: str, named: Mentions) -> dict[str, float]:
    """A question as terms: its words, and what it names."""
    return words(question) | senses(senses_of(named))


def senses_of(named: Mentions) -> tuple[str, ...]:
    """IRIs of all that a question names, sorted."""
    items = (*named.classes, *named.entities, *named.topics, *named.scopes, *named.facts)
    return tuple(sorted({iri for item in items for iri in (*item.values, *item.topics)}))


def _can_change(parsed: Parsed) -> bool:
    """Whether there may be another answer."""
    if isinstance(parsed, Failure):
        return parsed.trouble in _OPEN
    return parsed.searched
