"""What the plan provides, clause by clause, and the topics, things and numbers of each.

Free questions search here. Must not know how a question is put together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kb.ask.lexicon import Lexicon
from kb.ask.normalise import units
from kb.ask.schema import Rows
from kb.terms import SKOS

#: What leads from a clause to things whose names say what it is about.
CONTEXT = ("parentMeasure", "mentions", "mechanismKind", "indicator", "inMeasure")
_LABELS = f"<{SKOS}prefLabel>|<{SKOS}altLabel>"


@dataclass(frozen=True, slots=True)
class Clause:
    """One provision of the plan.

    Args:
        iri: of the resource.
        kinds: IRIs of its classes.
        team: IRI of the team in whose section it stands; empty for the whole plan.
        own: topics of its own words.
        topics: topics of its own words and of what it belongs to or mentions.
        linked: IRIs of what it is linked with.
        values: its numbers.
    """

    iri: str
    kinds: frozenset[str]
    team: str
    own: frozenset[str]
    topics: frozenset[str]
    linked: frozenset[str]
    values: frozenset[float]


@dataclass(frozen=True)
class Clauses:
    """All provisions, with what they are about.

    Args:
        all: the provisions by IRI, sorted.
        words: for each topic, the words of labels that show it.
    """

    all: Mapping[str, Clause]
    words: Mapping[str, frozenset[str]]
    _weights: dict[frozenset[str], float] = field(default_factory=dict)

    @classmethod
    def read(cls, select: Rows, lexicon: Lexicon) -> Clauses:
        """Read them from the graph.

        Args:
            select: runs a SELECT query.
            lexicon: of the same graph.
        """
        ns = lexicon.schema.ns
        kinds: dict[str, set[str]] = {}
        for row in select(
            f"SELECT ?s ?k WHERE {{ ?s a ?k ; <{ns}evidence> ?e . ?k <{ns}provision> true }}"
        ):
            kinds.setdefault(row["s"], set()).add(row["k"])
        context: dict[str, set[str]] = {}
        path = "|".join(f"<{ns}{name}>" for name in CONTEXT)
        for row in select(f"SELECT DISTINCT ?s ?n WHERE {{ ?s {path} ?n }}"):
            context.setdefault(row["s"], set()).add(row["n"])
        team, values = _pairs(select, f"<{ns}team>"), _pairs(select, f"<{ns}value>")
        labels: dict[str, set[str]] = {}
        for row in select(f"SELECT ?s ?l WHERE {{ ?s {_LABELS} ?l }}"):
            labels.setdefault(row["s"], set()).add(row["l"])
        reader = _Topics(lexicon)
        topics = {
            iri: reader.of(labels.get(iri, ()))
            for iri in set(kinds) | {n for iri in kinds for n in context.get(iri, ())}
        }
        found = {}
        for iri in sorted(kinds):
            near = _closure(iri, context)
            about = topics[iri].union(
                *(topics.get(n) or topics.setdefault(n, reader.of(labels.get(n, ()))) for n in near)
            )
            found[iri] = Clause(
                iri,
                frozenset(kinds[iri]),
                min(team.get(iri, {""})),
                topics[iri],
                about,
                frozenset(near | team.get(iri, set())),
                frozenset(float(v) for v in values.get(iri, ())),
            )
        return cls(found, {t: frozenset(w) for t, w in reader.words.items()})

    def about(self, topics: Iterable[str]) -> frozenset[str]:
        """The clauses about any of some topics."""
        wanted = frozenset(topics)
        return frozenset(iri for iri, clause in self.all.items() if clause.topics & wanted)

    def weight(self, topics: frozenset[str]) -> float:
        """How much it tells that a clause is about one of the topics: rare ones tell most."""
        if topics not in self._weights:
            found = len(self.about(topics))
            self._weights[topics] = math.log((len(self.all) + 1) / (found + 1)) + 0.2
        return self._weights[topics]

    @cached_property
    def provisions(self) -> frozenset[str]:
        """The classes of provisions."""
        return frozenset(kind for clause in self.all.values() for kind in clause.kinds)


class _Topics:
    """Finds the topics of labels, and remembers by which words."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._tree = lexicon.shown
        self.words: dict[str, set[str]] = {}

    def of(self, labels: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for label in labels:
            row = units(label)
            for place in range(len(row)):
                node = self._tree
                for end in range(place, len(row)):
                    following = node.get(row[end].stem)
                    if following is None:
                        break
                    node = following
                    for topic in node.get("", ()):
                        found.add(topic)
                        text = label[row[place].start : row[end].end].casefold()
                        self.words.setdefault(topic, set()).add(text)
        return frozenset(found)


def _pairs(select: Rows, path: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in select(f"SELECT ?s ?o WHERE {{ ?s {path} ?o }}"):
        found.setdefault(row["s"], set()).add(row["o"])
    return found


def _closure(iri: str, links: Mapping[str, set[str]]) -> set[str]:
    """What a clause belongs to or mentions, and what contains it, step by step."""
    found: set[str] = set()
    rest = [iri]
    while rest:
        fresh = links.get(rest.pop(), set()) - found
        found |= fresh
        rest += fresh
    return found
