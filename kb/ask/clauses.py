"""What the plan provides, clause by clause, and the topics, things and numbers of each.

Free questions search here. Must not know how a question is put together.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kb.ask.schema import Rows, Schema
from kb.plan.topics import NAMED, WHOLES
from kb.terms import SKOS

#: The weight of the rarest topic, and what of it is left for one that says little.
_MOST, _LIGHT = 4.0, 0.3


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
        light: topics that say little by themselves.
        subjects: topics that are words for a team's people or field.
        text: the labels of all, folded.
    """

    all: Mapping[str, Clause]
    light: frozenset[str]
    subjects: frozenset[str] = frozenset()
    text: str = ""
    _weights: dict[frozenset[str], float] = field(default_factory=dict)

    @classmethod
    def read(cls, select: Rows, schema: Schema) -> Clauses:
        """Read them from the graph.

        Args:
            select: runs a SELECT query.
            schema: of the same graph.
        """
        ns = schema.ns
        kinds: dict[str, set[str]] = {}
        for row in select(
            f"SELECT ?s ?k WHERE {{ ?s a ?k ; <{ns}evidence> ?e . ?k <{ns}provision> true }}"
        ):
            kinds.setdefault(row["s"], set()).add(row["k"])
        wholes = _pairs(select, "|".join(f"<{ns}{name}>" for name in WHOLES))
        named = _pairs(select, "|".join(f"<{ns}{name}>" for name in NAMED))
        team, values = _pairs(select, f"<{ns}team>"), _pairs(select, f"<{ns}value>")
        linked = _linked(select, schema, set(kinds))
        topics = _pairs(select, f"<{ns}topic>")
        found = {}
        for iri in sorted(kinds):
            near = _closure(iri, wholes) | named.get(iri, set())
            own = frozenset(topics.get(iri, ()))
            found[iri] = Clause(
                iri,
                frozenset(kinds[iri]),
                min(team.get(iri, {""})),
                own,
                own.union(*(topics.get(n, ()) for n in near)),
                frozenset(linked.get(iri, ())),
                frozenset(float(v) for v in values.get(iri, ())),
            )
        light = select(f"SELECT ?t WHERE {{ ?t <{ns}light> true }}")
        subjects = select(f"SELECT ?t WHERE {{ ?t <{ns}subject> true }}")
        names = [
            row["l"].casefold()
            for row in select(f"SELECT ?s ?l WHERE {{ ?s <{SKOS}prefLabel>|<{SKOS}altLabel> ?l }}")
            if row["s"] in found
        ]
        return cls(
            found,
            frozenset(row["t"] for row in light),
            frozenset(row["t"] for row in subjects),
            "\n".join(sorted(names)),
        )

    def say(self, text: str) -> bool:
        """Whether a label has these words."""
        return text.casefold() in self.text

    def about(self, topics: Iterable[str]) -> frozenset[str]:
        """The clauses about any of some topics."""
        wanted = frozenset(topics)
        return frozenset(iri for iri, clause in self.all.items() if clause.topics & wanted)

    def weight(self, topics: frozenset[str]) -> float:
        """How much it tells that a clause is about one of the topics: rare ones tell most."""
        if topics not in self._weights:
            found = len(self.about(topics))
            rare = math.log((len(self.all) + 1) / (found + 1))
            weight = min(_MOST, rare + 0.2)
            self._weights[topics] = weight * _LIGHT if topics <= self.light else weight
        return self._weights[topics]

    @cached_property
    def vocabulary(self) -> Mapping[str, frozenset[str]]:
        """What the clauses of each team speak of, by the team's IRI."""
        found: dict[str, frozenset[str]] = {}
        for clause in self.all.values():
            if clause.team:
                found[clause.team] = found.get(clause.team, frozenset()) | clause.topics
        return found

    @cached_property
    def at_home(self) -> Mapping[str, frozenset[str]]:
        """The subjects of each team: those of which most clauses are the team's, by its IRI."""
        found: dict[str, set[str]] = {}
        for topic in self.subjects:
            teams = Counter(c.team for c in self.all.values() if topic in c.own)
            team, count = (teams.most_common(1) or [("", 0)])[0]
            if team and 2 * count > teams.total():
                found.setdefault(team, set()).add(topic)
        return {team: frozenset(topics) for team, topics in found.items()}

    @cached_property
    def provisions(self) -> frozenset[str]:
        """The classes of provisions."""
        return frozenset(kind for clause in self.all.values() for kind in clause.kinds)


def _linked(select: Rows, schema: Schema, clauses: set[str]) -> dict[str, set[str]]:
    """What each clause is directly linked with, either way round."""
    found: dict[str, set[str]] = {}
    properties = " ".join(f"<{p}>" for p in sorted({p for _, p, _ in schema.links}))
    for row in select(f"SELECT ?s ?o WHERE {{ VALUES ?p {{ {properties} }} ?s ?p ?o }}"):
        one, other = row["s"], row["o"]
        if one in clauses:
            found.setdefault(one, set()).add(other)
        if other in clauses:
            found.setdefault(other, set()).add(one)
    return found


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
