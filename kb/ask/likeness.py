"""How alike the words of a question and of each clause are, all of them taken together.

Clauses are told apart by all that is said of them: their quotes and labels, what they are about
and linked with, and how people asked for them (``queries/phrasings``). A question is like a clause
by the cosine of their words, weighted by how rare they are (Salton's tf-idf), in two ways: with all
that is said of the clause together (Rocchio's centroid), and with the few questions for it that
are the most like this one (nearest neighbours). It ranks clauses, and says how much of a question
was ever heard of one; it knows no meaning, so whether that is an answer is for
:mod:`kb.ask.confidence`.
Must not know how a question is understood.
"""

from __future__ import annotations

import heapq
import json
import math
from array import array
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
#: So many of the nearest questions for a clause count, and the nearest of them this much more.
_NEIGHBOURS, _NEAREST = 3, 0.5
#: Only so many of the nearest questions, for whatever clause, are looked at.
_LOOKED_AT = 100
#: A term that stands in more than this part of all questions says little, and is in too many.
_COMMON = 0.1
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
        asked: the places in ``names`` that each question was for.
        terms: for each term the places in ``asked`` where it stands, and how much it weighs there.
    """

    names: tuple[str, ...]
    rarity: Mapping[str, int]
    said: Mapping[str, Sequence[int]]
    asked: Sequence[Sequence[int]]
    terms: Mapping[str, array[int]]

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
        asked = []
        for phrasing in phrasings:
            about = tuple(iri for iri in phrasing.clauses if iri in own)
            if about or not phrasing.clauses:
                asked.append((about or ("",), words(phrasing.text) | senses(phrasing.senses)))
        return cls.of(own, asked)

    @classmethod
    def of(
        cls, own: Mapping[str, Sequence[Bag]], asked: Sequence[tuple[Sequence[str], Bag]]
    ) -> Likeness:
        """Put together what is said of each clause.

        Args:
            own: by IRI, what the plan itself says.
            asked: questions, and the IRIs that each is for; the empty text is for what no clause
                answers.
        """
        texts = [bag for bags in own.values() for bag in bags] + [bag for _, bag in asked]
        stands = Counter(term for bag in texts for term in bag)
        rarity = {
            term: round(_PARTS * (math.log((len(texts) + 1) / (count + 1)) + 1))
            for term, count in stands.items()
            if count >= _FEWEST or any(term in bag for bags in own.values() for bag in bags)
        }
        names = (*sorted(own), "")
        places = {iri: place for place, iri in enumerate(names)}
        units = [_weighed(bag, rarity) for _, bag in asked]
        of_clause: dict[str, list[Bag]] = defaultdict(list)
        for (iris, _), unit in zip(asked, units, strict=True):
            for iri in iris:
                of_clause[iri].append(unit)
        said: dict[str, list[int]] = defaultdict(list)
        for place, iri in enumerate(names):
            whole: dict[str, float] = defaultdict(float)
            described = [_weighed(bag, rarity) for bag in own.get(iri, ())]
            for bags, share in ((described, _OWN), (of_clause.get(iri, []), 1.0)):
                for bag in bags:
                    for term, weight in bag.items():
                        whole[term] += weight * share / len(bags)
            _add(said, place, _unit(whole))
        terms: dict[str, list[int]] = defaultdict(list)
        common = max(_FEWEST, _COMMON * len(asked))
        for place, unit in enumerate(units):
            _add(terms, place, {t: w for t, w in unit.items() if stands[t] <= common})
        return cls(
            names,
            rarity,
            dict(said),
            tuple(tuple(places[iri] for iri in iris) for iris, _ in asked),
            {term: array("I", row) for term, row in terms.items()},
        )

    @classmethod
    def from_json(cls, text: bytes) -> Likeness:
        """What :meth:`to_json` wrote."""
        names, rarity, said, asked, terms = json.loads(text)
        return cls(
            tuple(names),
            rarity,
            said,
            tuple(map(tuple, asked)),
            {term: array("I", row) for term, row in terms.items()},
        )

    def to_json(self) -> bytes:
        """All of it as JSON in UTF-8."""
        terms = {term: row.tolist() for term, row in self.terms.items()}
        whole = [self.names, self.rarity, self.said, self.asked, terms]
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def unheard(self) -> int:
        """The rarity of a term that is not known."""
        return self._rarest

    @cached_property
    def _rarest(self) -> int:
        return max(self.rarity.values(), default=_PARTS)

    def of_question(self, bag: Bag) -> list[float]:
        """How alike a question and each clause are, in the order of the names: from 0 to 2.5.

        Up to 1 for what is said of the clause, and up to 1.5 for the questions for it.
        """
        unit = _weighed(bag, self.rarity)
        alike = _sums(unit, self.said, len(self.names))
        asked = _sums(unit, self.terms, len(self.asked))
        nearest: dict[int, list[float]] = defaultdict(list)
        for place in heapq.nlargest(_LOOKED_AT, range(len(asked)), key=asked.__getitem__):
            for name in self.asked[place]:
                if len(nearest[name]) < _NEIGHBOURS:
                    nearest[name].append(asked[place])
        for name, found in nearest.items():
            alike[name] += sum(found) / _NEIGHBOURS + _NEAREST * found[0]
        return alike

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


def _weighed(bag: Bag, rarity: Mapping[str, int]) -> dict[str, float]:
    """The terms that are known, by their rarity, as a vector of length 1."""
    return _unit({term: weight * rarity[term] for term, weight in bag.items() if term in rarity})


def _unit(vector: Bag) -> dict[str, float]:
    """A vector of the same direction, of length 1."""
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / length for term, weight in vector.items()}


def _add(index: dict[str, list[int]], place: int, unit: Bag) -> None:
    """Note under each term of a vector where it is, and what it weighs there."""
    for term, weight in unit.items():
        parts = round(_PARTS * weight)
        if parts:
            index[term] += (place, parts)


def _sums(unit: Bag, index: Mapping[str, Sequence[int]], size: int) -> list[float]:
    """The product of a vector with each of those that an index has."""
    found = [0.0] * size
    for term, weight in unit.items():
        row = index.get(term, ())
        weight /= _PARTS  # noqa: PLW2901 - of the parts that the index has
        for at in range(0, len(row), 2):
            found[row[at]] += weight * row[at + 1]
    return found
