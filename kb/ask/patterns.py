"""Sets of a logical form as SPARQL patterns, with bound IRIs.

Must not know words, nor what is asked of a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.ask.form import About, Either, Figure, Filter, Numbered, Operator, Related, Set
from kb.ask.lexicon import Lexicon
from kb.ask.schema import Relation
from kb.plan.topics import NAMED, WHOLES

_SIGNS: dict[Operator, str] = {
    "more-than": ">",
    "at-least": ">=",
    "less-than": "<",
    "at-most": "<=",
    "exactly": "=",
}
#: How far a number may be off what it is said to be about.
_ROUGHLY = 0.05


class Patterns:
    """Writes patterns over one lexicon.

    Args:
        lexicon: of the graph.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.ns = lexicon.schema.ns
        wholes = "|".join(f":{name}" for name in WHOLES)
        self._context = "|".join((f"({wholes})*", *(f":{name}" for name in NAMED)))

    def members(self, members: Set, name: str = "item") -> Iterator[str]:
        """The lines of a pattern that binds the set's members to a variable."""
        kind = members.kind
        if not any(isinstance(item, Either) for item in members.filters):
            yield self._member(kind, name)  # else in each of its branches, or each is found anew
        cited = kind in self.lexicon.schema.cited or kind == self.lexicon.provision
        if cited and not self._only_linked(members):
            # What the editors added without a clause is not in the plan.
            yield f"  FILTER EXISTS {{ ?{name} :evidence ?{name}_clause }}"
        for number, item in enumerate(members.filters, 1):
            yield from self._filter(kind, item, name, f"{name}_{number}")

    def relation(self, kind: str, item: Related) -> Relation:
        """What links members of a class to what a filter names."""
        if item.within is not None:
            return self.between(kind, item.within.kind)
        return self.lexicon.relation(kind, item.entities[0])  # all are of one kind

    def _any(self, item: Related) -> Relation:
        """What links any provision directly to what a filter names."""
        found = [
            relation
            for kind in sorted(self.lexicon.provisions)
            if not (relation := self.lexicon.relation(kind, item.entities[0])).linked
        ]
        return _merged(found) or Relation((self.ns + "team",))

    def link(self, kind: str, other: str, name: str, value: str) -> Iterator[str]:
        """The lines that relate members of two classes."""
        yield from self._joined(self.between(kind, other), name, value)

    def between(self, kind: str, other: str) -> Relation:
        """What links members of two classes; of which one may be that of all provisions."""
        others = self.lexicon.provisions if other == self.lexicon.provision else (other,)
        found = [self.lexicon.schema.relation(kind, (one,)) for one in sorted(others)]
        if len(found) == 1:
            return found[0]
        direct = [relation for relation in found if not relation.linked]
        return _merged(direct)

    def _member(self, kind: str, name: str) -> str:
        is_one = "a/:provision true" if kind == self.lexicon.provision else f"a {self.short(kind)}"
        return f"  ?{name} {is_one} ."

    # --- filters ---------------------------------------------------------------------------

    def _filter(self, kind: str, item: Filter, name: str, other: str) -> Iterator[str]:
        if isinstance(item, About):
            lines = self._about(item, name, other)
        elif isinstance(item, Figure):
            lines = self._figure(item, name, other)
        elif isinstance(item, Numbered):
            lines = self._numbered(kind, item, name, other)
        elif isinstance(item, Either):
            lines = self._either_of(kind, item, name, other)
        else:
            lines = self._related(kind, item, name, other)
        if isinstance(item, About | Related) and item.negated:
            # Those of a set are found once, and not anew for each that may be related to them.
            once = isinstance(item, Related) and item.within is not None
            yield "  MINUS {" if once else "  FILTER NOT EXISTS {"
            yield from ("  " + line for line in lines)
            yield "  }"
        else:
            yield from lines

    def _related(self, kind: str, item: Related, name: str, other: str) -> Iterator[str]:
        if item.within is not None:
            if self.lexicon.schema.is_a(item.within.kind, kind):
                yield f"  ?{name} a {self.short(item.within.kind)} ."
                return
            yield from self.members(item.within, other)
            yield from self._joined(self.relation(kind, item), name, f"?{other}")
            return
        if len(item.entities) == 1:
            value = f"<{item.entities[0]}>"
        else:
            value = f"?{other}"
            yield f"  VALUES ?{other} {{ {' '.join(f'<{iri}>' for iri in item.entities)} }}"
        if kind == self.lexicon.provision:
            yield f"  ?{name} ({self.path(self._any(item))})? {value} ."
        elif self.lexicon.is_a(item.entities[0], kind):
            yield f"  FILTER(?{name} = {value})"
        else:
            yield from self._joined(self.relation(kind, item), name, value, other)

    def _joined(self, relation: Relation, name: str, value: str, other: str = "") -> Iterator[str]:
        if not relation.linked:
            yield f"  ?{name} {self.path(relation)} {value} ."
            return
        link = f"?{other or value.removeprefix('?')}_link"
        yield (
            f"  {link} {self.either(relation.near)} ?{name} ; "
            f"{self.either(relation.far)} {value} ;\n    :evidence {link}_clause ."
        )

    def _either_of(self, kind: str, item: Either, name: str, other: str) -> Iterator[str]:
        for place, group in enumerate(item.groups, 1):
            yield "  {" if place == 1 else "  } UNION {"
            yield self._member(kind, name)
            for number, one in enumerate(group, 1):
                yield from self._filter(kind, one, name, f"{other}_{place}_{number}")
        yield "  }"

    def _about(self, item: About, name: str, other: str) -> Iterator[str]:
        value = f"<{item.topics[0]}>"
        if len(item.topics) > 1:
            value = f"?{other}"
            yield f"  VALUES ?{other} {{ {' '.join(f'<{iri}>' for iri in item.topics)} }}"
        yield f"  ?{name} ({self._context})/:topic {value} ."

    def _figure(self, item: Figure, name: str, other: str) -> Iterator[str]:
        yield f"  ?{name} :value ?{other} ."
        tests = []
        for operator, number in item.bounds:
            if operator == "about":
                low, high = number * (1 - _ROUGHLY), number * (1 + _ROUGHLY)
                tests.append(f"?{other} >= {low:.10g} && ?{other} <= {high:.10g}")
            else:
                tests.append(f"?{other} {_SIGNS[operator]} {number:.10g}")
        yield f"  FILTER({' && '.join(tests)})"
        if item.unit:
            yield f"  ?{name} :unit <{item.unit}> ."

    def _numbered(self, kind: str, item: Numbered, name: str, other: str) -> Iterator[str]:
        one, two = f"?{other}_count", f"?{other}_other_count"
        yield from self._counts(kind, item.kind, name, f"{other}_one", one)
        if item.other:
            yield from self._counts(kind, item.other, name, f"{other}_two", two)
        against = two if item.other else str(item.number)
        yield f"  FILTER({one} {_SIGNS[item.operator]} {against})"

    def _counts(self, kind: str, other: str, name: str, member: str, count: str) -> Iterator[str]:
        yield f"  {{ SELECT ?{name} (COUNT(DISTINCT ?{member}) AS {count}) WHERE {{"
        yield f"    ?{name} a {self.short(kind)} ."
        yield "    OPTIONAL {"
        yield from ("    " + line for line in self.members(Set(other), member))
        yield from ("    " + line for line in self.link(kind, other, name, f"?{member}"))
        yield f"    }} }} GROUP BY ?{name} }}"

    # --- names -----------------------------------------------------------------------------

    def _only_linked(self, members: Set) -> bool:
        return any(
            self.relation(members.kind, item).linked
            for item in members.filters
            if isinstance(item, Related)
            and not item.negated
            and members.kind != self.lexicon.provision
            and not (item.entities and self.lexicon.is_a(item.entities[0], members.kind))
        )

    def path(self, relation: Relation) -> str:
        """A direct relation as a path from the member to the other."""
        steps = [self.short(p) for p in relation.forward]
        steps += ["^" + self.short(p) for p in relation.backward]
        return "|".join(steps)

    def either(self, properties: Iterable[str]) -> str:
        """Any of some properties."""
        return "|".join(self.short(p) for p in properties)

    def short(self, iri: str) -> str:
        """An IRI as short as can be."""
        local = iri.removeprefix(self.ns)
        return f":{local}" if local.isalnum() else f"<{iri}>"


def _merged(relations: list[Relation]) -> Relation:
    return Relation(
        tuple(sorted({p for relation in relations for p in relation.forward})),
        tuple(sorted({p for relation in relations for p in relation.backward})),
    )
