"""Which classes are linked by which properties: the shape of the graph, read from the graph.

So a new class or property can be asked about without code. Must not know words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from kb.terms import RDFS, SKOS

#: Runs a SELECT query; rows hold the text of the bound values.
Rows: TypeAlias = Callable[[str], list[dict[str, str]]]

#: Properties that say where a statement comes from, or how figures are checked against each
#: other: not what something is about.
_PROVENANCE = frozenset(
    {
        "evidence",
        "byRule",
        "inSource",
        "searched",
        "missing",
        "countsClass",
        "supports",
        "numeratorIndicator",
        "denominatorIndicator",
        "partOfIndicator",
        "breakdownOf",
        "breakdownPart",
    }
)


@dataclass(frozen=True, slots=True)
class Relation:
    """How members of a class lead to an entity.

    Args:
        forward: properties of the member whose value is the entity.
        backward: properties of the entity whose value is the member.
        near: properties of a third thing whose value is the member …
        far: … and those of the same thing whose value is the entity.
    """

    forward: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()

    @property
    def linked(self) -> bool:
        """Whether a third thing stands between."""
        return not (self.forward or self.backward)

    def __bool__(self) -> bool:
        return bool(self.forward or self.backward or self.near)


@dataclass(frozen=True)
class Schema:
    """The classes of a graph and what links them.

    A scheme of concepts stands for the class of its concepts.

    Args:
        ns: IRI of the vocabulary.
        links: class, property, class of the value.
        parents: superclasses of each class, near and far.
        cited: classes whose members lead to spans of the source.
    """

    ns: str
    links: frozenset[tuple[str, str, str]]
    parents: dict[str, frozenset[str]]
    cited: frozenset[str]
    _relations: dict[tuple[str, str], Relation] = field(default_factory=dict)

    @classmethod
    def read(cls, select: Rows, base: str) -> Schema:
        """Read it from the graph."""
        ns = base + "ns#"
        inside = f'STRSTARTS(STR(?c), "{ns}")'
        links = select(
            f"""SELECT DISTINCT ?c ?p ?d WHERE {{ ?s ?p ?o . ?s a ?c . ?o a|<{SKOS}inScheme> ?d .
                FILTER(STRSTARTS(STR(?p), "{ns}") && {inside} && STRSTARTS(STR(?d), "{base}"))
                FILTER(?p NOT IN ({", ".join(f"<{ns}{p}>" for p in sorted(_PROVENANCE))})) }}"""
        )
        supers = select(
            f"""SELECT ?c ?d WHERE {{ ?c <{RDFS}subClassOf> ?d .
                FILTER({inside} && STRSTARTS(STR(?d), "{ns}")) }}"""
        )
        cited = select(
            f"SELECT DISTINCT ?c WHERE {{ ?s a ?c ; <{ns}evidence> ?e . FILTER({inside}) }}"
        )
        return cls(
            ns,
            frozenset((row["c"], row["p"], row["d"]) for row in links),
            _closure([(row["c"], row["d"]) for row in supers]),
            frozenset(row["c"] for row in cited),
        )

    def is_a(self, kind: str, other: str) -> bool:
        """Whether a class is the other or a subclass of it."""
        return kind == other or other in self.parents.get(kind, frozenset())

    def relation(self, kind: str, others: Iterable[str]) -> Relation:
        """How members of a class lead to things of certain classes; false where nothing does.

        A property between the two counts first. Only where there is none may a third thing
        link them.
        """
        found = [self._between(kind, other) for other in sorted(set(others))]
        direct = [relation for relation in found if relation and not relation.linked]
        chosen = direct or [relation for relation in found if relation]
        return Relation(
            *(
                tuple(sorted({p for relation in chosen for p in getattr(relation, part)}))
                for part in ("forward", "backward", "near", "far")
            )
        )

    def _between(self, kind: str, other: str) -> Relation:
        key = (kind, other)
        if key not in self._relations:
            self._relations[key] = self._find(kind, other)
        return self._relations[key]

    def _find(self, kind: str, other: str) -> Relation:
        forward = {p for c, p, d in self.links if c == kind and d == other}
        backward = {p for c, p, d in self.links if c == other and d == kind}
        if forward or backward:
            return Relation(tuple(sorted(forward)), tuple(sorted(backward)))
        if kind == other or not other.startswith(self.ns):
            return Relation()
        near: set[str] = set()
        far: set[str] = set()
        to_kind: dict[str, set[str]] = {}
        about = self.ns + "about"  # too loose to link two other things
        for c, p, d in self.links:
            if d == kind and c in self.cited and p != about:
                to_kind.setdefault(c, set()).add(p)
        for c, p, d in self.links:
            if d == other and c in to_kind and p != about:
                near |= to_kind[c]
                far.add(p)
        return Relation((), (), tuple(sorted(near)), tuple(sorted(far)))


def _closure(pairs: list[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """All superclasses of each class, from the direct ones."""
    direct: dict[str, set[str]] = {}
    for kind, above in pairs:
        direct.setdefault(kind, set()).add(above)
    found: dict[str, frozenset[str]] = {}
    for kind in direct:
        seen: set[str] = set()
        rest = [kind]
        while rest:
            rest += (fresh := direct.get(rest.pop(), set()) - seen)
            seen |= fresh
        found[kind] = frozenset(seen)
    return found
