"""How alike the words of a question and of each clause are, all of them taken together.

Clauses are told apart by all that is said of them: their quotes and labels, what they are about
and linked with, and how people asked for them (``queries/phrasings``). A question is like a clause
by the cosine of their words, weighted by how rare they are (Salton's tf-idf; Rocchio's centroid of
what is said of one clause). It ranks clauses, and says how much of a question was ever heard of
one; it knows no meaning, so whether that is an answer is for :mod:`kb.ask.confidence`.
Must not know how a question is understood.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.ask.clauses import Clauses
from kb.ask.lexicon import Lexicon
from kb.ask.phrasings import Phrasing
from kb.ask.schema import Rows
from kb.normalise import units
from kb.terms import OA

#: What a sense counts beside a word; and one of the surroundings of a clause.
_SENSE, _NEAR = 2.0, 1.0
#: What the plan's own words of a clause count beside all that people said of it.
_OWN = 1.0
#: The longest sequence of Chinese characters, and of other words, that is one term.
_CHARACTERS, _WORDS = 2, 2
#: Terms that stand in fewer texts tell nothing of any other text.
_FEWEST = 3
#: Weights are kept as whole numbers of this many parts: nobody needs more digits.
_PARTS = 1000

#: A text as terms and what each counts.
Bag = Mapping[str, float]


@dataclass(frozen=True)
class Likeness:
    """What is said of each clause.

    Args:
        names: IRIs of the clauses, in order; the last is empty: what the plan says nothing of.
        rarity: of each term that is known, in parts; see :attr:`unheard`.
        said: for each term the places in ``names`` where it is said, and how much it weighs there.
    """

    names: tuple[str, ...]
    rarity: Mapping[str, int]
    said: Mapping[str, Sequence[int]]

    @classmethod
    def read(
        cls, select: Rows, lexicon: Lexicon, clauses: Clauses, phrasings: Iterable[Phrasing]
    ) -> Likeness:
        """Read what the graph says of its clauses, and add how people asked for them.

        Args:
            select: runs a SELECT query over the graph.
            lexicon: of the graph.
            clauses: of the graph.
            phrasings: of any plans; those of other clauses do not count.
        """
        own: dict[str, list[Bag]] = {
            iri: [bag] for iri, bag in _described(select, lexicon, clauses).items()
        }
        asked: dict[str, list[Bag]] = defaultdict(list)
        for phrasing in phrasings:
            about = [iri for iri in phrasing.clauses if iri in own]
            if about or not phrasing.clauses:
                bag = words(phrasing.text) | senses(phrasing.senses)
                for iri in about or [""]:
                    asked[iri].append(bag)
        return cls.of(own, asked)

    @classmethod
    def of(cls, own: Mapping[str, Sequence[Bag]], asked: Mapping[str, Sequence[Bag]]) -> Likeness:
        """Put together what is said of each clause.

        Args:
            own: by IRI, what the plan itself says.
            asked: by IRI, how people ask; by the empty text, what no clause answers.
        """
        texts = [bag for said in (own, asked) for bags in said.values() for bag in bags]
        stands = Counter(term for bag in texts for term in bag)
        rarity = {
            term: round(_PARTS * (math.log((len(texts) + 1) / (count + 1)) + 1))
            for term, count in stands.items()
            if count >= _FEWEST or any(term in bag for bags in own.values() for bag in bags)
        }
        names = (*sorted(own), "")
        said: dict[str, list[int]] = defaultdict(list)
        for place, iri in enumerate(names):
            whole: dict[str, float] = defaultdict(float)
            for bags, share in ((own.get(iri, []), _OWN), (asked.get(iri, []), 1.0)):
                for bag in bags:
                    for term, weight in _unit(bag, rarity).items():
                        whole[term] += weight * share / len(bags)
            length = math.sqrt(sum(weight * weight for weight in whole.values())) or 1.0
            for term, weight in whole.items():
                parts = round(_PARTS * weight / length)
                if parts:
                    said[term] += (place, parts)
        return cls(names, rarity, dict(said))

    @classmethod
    def from_json(cls, text: bytes) -> Likeness:
        """What :meth:`to_json` wrote."""
        names, rarity, said = json.loads(text)
        return cls(tuple(names), rarity, said)

    def to_json(self) -> bytes:
        """All of it as JSON in UTF-8."""
        whole = [self.names, self.rarity, self.said]
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def unheard(self) -> int:
        """The rarity of a term that is not known."""
        return self._rarest

    @cached_property
    def _rarest(self) -> int:
        return max(self.rarity.values(), default=_PARTS)

    def of_question(self, bag: Bag) -> list[float]:
        """How alike a question and each clause are: 0 to 1, in the order of the names."""
        found = [0.0] * len(self.names)
        for term, weight in _unit(bag, self.rarity).items():
            said = self.said.get(term, ())
            for at in range(0, len(said), 2):
                found[said[at]] += weight * said[at + 1] / _PARTS
        return found

    def heard(self, bag: Bag, place: int) -> tuple[float, float]:
        """Which part of a question's words is said of a clause, and which was never heard at all.

        Args:
            bag: the question.
            place: of the clause among the names.
        """
        whole = here = never = 0.0
        for term, weight in bag.items():
            rarity = self.rarity.get(term)
            if rarity is None:
                never += weight * self.unheard
            elif place in self.said.get(term, ())[::2]:
                here += weight * rarity
            whole += weight * (self.unheard if rarity is None else rarity)
        return (here / whole, never / whole) if whole else (0.0, 0.0)


def words(text: str) -> dict[str, float]:
    """The words of a text as terms: stems, and short sequences of what stands together."""
    row = units(text)
    found: Counter[str] = Counter()
    for place, unit in enumerate(row):
        longest = _CHARACTERS if unit.ideograph else _WORDS
        run = [unit.stem]
        found[unit.stem] += 1
        for before, after in zip(row[place:], row[place + 1 : place + longest], strict=False):
            joined = before.end == after.start if unit.ideograph else True
            if after.ideograph != unit.ideograph or not joined:
                break
            run.append(after.stem)
            found[("" if unit.ideograph else " ").join(run)] += 1
    return {term: 1 + math.log(count) for term, count in found.items()}


def senses(iris: Iterable[str]) -> dict[str, float]:
    """What a question names as terms."""
    return dict.fromkeys(iris, _SENSE)


def _described(select: Rows, lexicon: Lexicon, clauses: Clauses) -> dict[str, dict[str, float]]:
    ns = lexicon.schema.ns
    texts: dict[str, list[str]] = defaultdict(list)
    for row in select(f"SELECT ?s ?q WHERE {{ ?s <{ns}evidence>/<{OA}exact> ?q }} ORDER BY ?s ?q"):
        texts[row["s"]].append(row["q"])
    found = {}
    for iri, clause in clauses.all.items():
        bag: dict[str, float] = {}
        label = lexicon.label(iri)
        for text in (*texts[iri], label.zh, label.en):
            bag |= dict.fromkeys(words(text), 1.0)
        bag |= dict.fromkeys((*clause.topics, *clause.linked, *clause.kinds), _NEAR)
        bag |= dict.fromkeys((*clause.own, *filter(None, (clause.team,))), _SENSE)
        found[iri] = bag
    return found


def _unit(bag: Bag, rarity: Mapping[str, int]) -> dict[str, float]:
    """The terms that are known, as a vector of length 1."""
    vector = {term: weight * rarity[term] for term, weight in bag.items() if term in rarity}
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / length for term, weight in vector.items()}
