"""A logical form as SPARQL 1.1, with bound IRIs: what the answer shows and what is run.

Must not know words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.ask.form import Count, Describe, Filter, Form, NotStated, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.schema import Relation
from kb.terms import OA, PROV, RDF

#: A kind of fact, and the role of an involvement that stands in where the source is silent.
STAND_INS = {"lead-body": "responsible"}

_PLACE = "?span oa:start ?start ; oa:end ?end ; oa:exact ?exact ; :inSource ?source ."


class Compiler:
    """Writes queries for forms over one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.ns = lexicon.schema.ns
        self.base = self.ns.removesuffix("ns#")

    def query(self, form: Form) -> str:
        """The query of a form, to be run as it is; ``?item`` are the rows of the answer."""
        if isinstance(form, Select):
            return self._with_prefixes(self._selection(form.members))
        if isinstance(form, Count):
            body = "\n".join(self._members(form.members))
            return self._with_prefixes(
                f"SELECT (COUNT(DISTINCT ?item) AS ?count) WHERE {{\n{body}\n}}"
            )
        if isinstance(form, Describe):
            return self._with_prefixes(
                "SELECT ?item ?property ?value WHERE {\n"
                f"  VALUES ?item {{ <{form.entity}> }}\n  ?item ?property ?value\n}}"
            )
        return self._missing(form)

    def _selection(self, members: Set) -> str:
        body = "\n".join(self._members(members))
        # In the order of the source; what holds others comes before what it holds.
        links = self.lexicon.schema.links
        own = sorted({p for c, p, d in links if c == d == members.kind})
        above = f"\n  OPTIONAL {{ ?item ({self._either(own)})+ ?above }}" if own else ""
        depth = " COUNT(DISTINCT ?above)" if own else ""
        return (
            "SELECT ?item WHERE {\n"
            + body
            + above
            + "\n  OPTIONAL { ?item :evidence ?span . ?span oa:start ?start ; oa:end ?end }\n}\n"
            f"GROUP BY ?item\nORDER BY MIN(?start){depth} MAX(?start) DESC(MAX(?end)) ?item"
        )

    def _members(self, members: Set, name: str = "item") -> Iterator[str]:
        """The lines of a pattern that binds the set's members to a variable."""
        yield f"  ?{name} a {self._short(members.kind)} ."
        if members.kind in self.lexicon.schema.cited and not self._only_linked(members):
            # What the editors added without a clause is not in the plan.
            yield f"  FILTER EXISTS {{ ?{name} :evidence ?clause }}"
        for number, item in enumerate(members.filters, 1):
            other = f"{name}_{number}"
            yield from self._filter(members.kind, item, name, other)

    def _only_linked(self, members: Set) -> bool:
        return any(self.relation(members.kind, item).linked for item in members.filters)

    def relation(self, kind: str, item: Filter) -> Relation:
        """What links members of a class to what a filter names."""
        if item.within is not None:
            return self.lexicon.schema.relation(kind, (item.within.kind,))
        # All entities of a filter are of one kind.
        return self.lexicon.relation(kind, item.entities[0])

    def _filter(self, kind: str, item: Filter, name: str, other: str) -> Iterator[str]:
        relation = self.relation(kind, item)
        if item.within is not None:
            value = f"?{other}"
            yield from self._members(item.within, other)
        elif len(item.entities) == 1:
            value = f"<{item.entities[0]}>"
        else:
            value = f"?{other}"
            yield f"  VALUES ?{other} {{ {' '.join(f'<{iri}>' for iri in item.entities)} }}"
        if not relation.linked:
            yield f"  ?{name} {self._path(relation)} {value} ."
            return
        link = f"?{other}_link"
        yield (
            f"  {link} {self._either(relation.near)} ?{name} ; "
            f"{self._either(relation.far)} {value} ;\n    :evidence ?{other}_clause ."
        )

    def _path(self, relation: Relation) -> str:
        steps = [self._short(p) for p in relation.forward]
        steps += ["^" + self._short(p) for p in relation.backward]
        return "|".join(steps)

    def _either(self, properties: Iterable[str]) -> str:
        return "|".join(self._short(p) for p in properties)

    def _missing(self, form: NotStated) -> str:
        role = next((r for k in form.kinds if (r := STAND_INS.get(k.rsplit("/", 1)[-1]))), None)
        narrow = self._teams_concerned(form)
        if role is not None:
            return self._with_prefixes(
                "SELECT DISTINCT ?item ?team ?link WHERE {\n"
                + narrow
                + f"  ?link a :Involvement ; :role <{self.base}scheme/role/{role}> ;\n"
                "    :body ?item ; :involvedIn ?team .\n  ?team a :TalentTeam .\n}\n"
                "ORDER BY ?team ?item"
            )
        return self.gaps(form)

    def _teams_concerned(self, form: NotStated) -> str:
        """Lines that bind the teams that what is asked about belongs to; all, for the plan."""
        teams = self.teams(form)
        if teams:
            return f"  VALUES ?team {{ {' '.join(f'<{iri}>' for iri in teams)} }}\n"
        if not form.about:
            return ""
        team = self.lexicon.kind("TalentTeam")
        if not self.lexicon.linked(team, form.about[0]):
            return ""
        return "\n".join(self._filter(team, Filter(form.about[:1]), "team", "about")) + "\n"

    def gaps(self, form: NotStated) -> str:
        """The words that were searched for, and how often the source has them."""
        kinds = " ".join(f"<{kind}>" for kind in form.kinds)
        return self._with_prefixes(
            "SELECT DISTINCT ?gap ?kind ?about ?word ?hits WHERE {\n"
            f"  VALUES ?kind {{ {kinds} }}\n"
            "  ?gap a :InformationGap ; :missing ?kind ; :about ?about ; :searched ?search .\n"
            "  ?search :word ?word .\n  OPTIONAL { ?search :hits ?hits }\n}\n"
            "ORDER BY ?gap ?word"
        )

    def teams(self, form: NotStated) -> tuple[str, ...]:
        """The teams that a question about a missing fact names."""
        team = self.lexicon.kind("TalentTeam")
        return tuple(iri for iri in form.about if self.lexicon.is_a(iri, team))

    def support(self, kind: str, item: Filter, rows: Iterable[str]) -> str:
        """How each row is related to what a filter names: graph, role and clauses.

        Binds ``?item ?g`` and, where there are any, ``?role`` and ``?span``.
        """
        relation = self.relation(kind, item)
        values = f"VALUES ?item {{ {' '.join(f'<{iri}>' for iri in rows)} }}"
        if item.within is not None:
            target = f"?other a {self._short(item.within.kind)} ."
        else:
            target = f"VALUES ?other {{ {' '.join(f'<{iri}>' for iri in item.entities)} }}"
        if relation.linked:
            near, far = self._either(relation.near), self._either(relation.far)
            link = f"GRAPH ?g {{ ?link {near} ?item }} ?link {far} ?other ; :evidence ?span ."
            branches = [f"{link} {_PLACE} OPTIONAL {{ ?link :role ?role }}"]
        else:
            branches = [
                self._direct("?item", self._short(p), "?other") for p in relation.forward
            ] + [self._direct("?other", self._short(p), "?item") for p in relation.backward]
        body = " UNION\n  ".join(f"{{ {values} {target} {branch} }}" for branch in branches)
        return self._with_prefixes(
            f"SELECT DISTINCT ?item ?g ?role ?start ?end ?exact ?source WHERE {{\n  {body}\n}}"
        )

    @staticmethod
    def _direct(subject: str, path: str, value: str) -> str:
        return (
            f"GRAPH ?g {{ {subject} {path} {value} }} "
            f"OPTIONAL {{ ?statement rdf:subject {subject} ; rdf:predicate {path} ; "
            f"rdf:object {value} ; prov:wasDerivedFrom ?from . ?from :evidence ?span . {_PLACE} }}"
        )

    def _short(self, iri: str) -> str:
        local = iri.removeprefix(self.ns)
        return f":{local}" if local.isalnum() else f"<{iri}>"

    def _with_prefixes(self, query: str) -> str:
        known = {"": self.ns, "oa": OA, "prov": PROV, "rdf": RDF}
        lines = [
            f"PREFIX {name}: <{iri}>"
            for name, iri in known.items()
            if (f"{name}:" in query if name else " :" in query or "|:" in query or "^:" in query)
        ]
        return "\n".join([*lines, query])
