"""A logical form as SPARQL 1.1, with bound IRIs: what the answer shows and what is run.

Must not know words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.ask.form import (
    Aggregate,
    Compare,
    Count,
    CountEach,
    Describe,
    Difference,
    Extreme,
    Form,
    NotStated,
    Progress,
    Related,
    Review,
    Select,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.patterns import Patterns
from kb.terms import OA, PROV, RDF, SKOS

#: A kind of fact, and the role of an involvement that stands in where the source is silent.
STAND_INS = {"lead-body": "responsible"}

_PLACE = "?span oa:start ?start ; oa:end ?end ; oa:exact ?exact ; :inSource ?source ."


class Compiler:
    """Writes queries for forms over one lexicon.

    Args:
        lexicon: of the graph.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.ns = lexicon.schema.ns
        self.base = self.ns.removesuffix("ns#")
        self.patterns = Patterns(lexicon)

    def query(self, form: Form) -> str:
        """The query of a form, to be run as it is; ``?item`` are the rows of the answer."""
        return self.prefixed("\n".join(self._lines(form)))

    def reported(self, form: Progress) -> str:
        """The figures that were reported of targets, year by year."""
        lines = [
            "SELECT DISTINCT ?observation ?item ?indicator ?year ?value ?unit ?basis ?reporter",
            "WHERE {",
            *self.patterns.members(form.targets),
            "  ?item :indicator ?indicator ; :team|:plan ?owner .",
            "  ?observation a :Observation ; :indicator ?indicator ; :team|:plan ?owner ;",
            "    :year ?year ; :value ?value ; :unit ?unit ; :basis ?basis .",
            "  OPTIONAL { ?observation :reporter ?reporter }",
            *_of_years(form),
            "} ORDER BY ?indicator ?basis ?year ?observation ?item",
        ]
        return self.prefixed("\n".join(lines))

    def assessed(self, form: Progress) -> str:
        """How targets stand, each by the newest year that was reported."""
        wanted = " ".join(f'"{grade}"' for grade in form.grades)
        lines = [
            "SELECT DISTINCT ?assessment ?item ?year ?grade_zh ?grade_en ?zh ?en WHERE {",
            *self.patterns.members(form.targets),
            "  ?assessment a :Assessment ; :target ?item ; :year ?year ; :grade ?grade ;",
            '    :reason ?zh , ?en FILTER(LANG(?zh) = "zh" && LANG(?en) = "en")',
            "  ?grade skos:notation ?code ; skos:prefLabel ?grade_zh , ?grade_en",
            '    FILTER(LANG(?grade_zh) = "zh" && LANG(?grade_en) = "en")',
            *([f"  VALUES ?code {{ {wanted} }}"] if wanted else []),
            *_of_years(form),
        ]
        if not form.years:
            lines += [
                "  FILTER NOT EXISTS { ?newer a :Assessment ; :target ?item ; :year ?later",
                "    FILTER(?later > ?year) }",
            ]
        return self.prefixed("\n".join([*lines, "} ORDER BY ?item ?year ?assessment"]))

    def _lines(self, form: Form) -> Iterator[str]:
        if isinstance(form, Select):
            yield from self._selection(form)
        elif isinstance(form, Count):
            yield "SELECT (COUNT(DISTINCT ?item) AS ?count) WHERE {"
            yield from self.patterns.members(form.members)
            yield "}"
        elif isinstance(form, CountEach):
            yield from self._counts(form.each, form.counted)
            yield "ORDER BY DESC(?count) ?item"
        elif isinstance(form, Extreme):
            yield from self._extreme(form)
        elif isinstance(form, Aggregate):
            yield from self._aggregate(form)
        elif isinstance(form, Difference):
            yield from self._difference(form)
        elif isinstance(form, Compare):
            yield from self._selection(Select(self.compared(form)))
        elif isinstance(form, Describe):
            yield "SELECT ?item ?property ?value WHERE {"
            yield f"  VALUES ?item {{ <{form.entity}> }}\n  ?item ?property ?value\n}}"
        elif isinstance(form, NotStated):
            yield self._missing(form)

    # --- sets ------------------------------------------------------------------------------

    def _selection(self, form: Select) -> Iterator[str]:
        members = form.members
        if form.order:
            turn = "DESC" if form.order == "descending" else "ASC"
            yield "SELECT ?item ?value WHERE {"
            yield from self.patterns.members(members)
            yield f"  ?item :value ?value\n}}\nORDER BY {turn}(?value) ?item"
        else:
            # In the order of the source; what holds others comes before what it holds.
            links = self.lexicon.schema.links
            own = sorted({p for c, p, d in links if c == d == members.kind})
            yield "SELECT ?item WHERE {"
            yield from self.patterns.members(members)
            if own:
                yield f"  OPTIONAL {{ ?item ({self.patterns.either(own)})+ ?above }}"
            yield "  OPTIONAL { ?item :evidence ?span . ?span oa:start ?start ; oa:end ?end }\n}"
            depth = " COUNT(DISTINCT ?above)" if own else ""
            yield f"GROUP BY ?item\nORDER BY MIN(?start){depth} MAX(?start) DESC(MAX(?end)) ?item"
        if form.limit:
            yield f"LIMIT {form.limit}"

    def _counts(self, each: Set, counted: Set, name: str = "item") -> Iterator[str]:
        """How many of one set each member of another is related to, none included."""
        yield f"SELECT ?{name} (COUNT(DISTINCT ?counted) AS ?count) WHERE {{"
        yield from self.patterns.members(each, name)
        yield "  OPTIONAL {"
        yield from ("  " + line for line in self.patterns.members(counted, "counted"))
        yield from self.patterns.link(each.kind, counted.kind, name, "?counted")
        yield f"  }}\n}} GROUP BY ?{name}"

    def _extreme(self, form: Extreme) -> Iterator[str]:
        function = "MAX" if form.end == "most" else "MIN"
        figures = self.lexicon.kind("QuantitativeTarget")
        if form.by is not None and (form.counted or form.by.kind != figures):
            yield "SELECT ?item ?count WHERE {\n  {"
            yield from self._counts(form.members, form.by)
            yield f"  }}\n  {{ SELECT ({function}(?other_count) AS ?count) WHERE {{ {{"
            inner = "\n".join(self._counts(form.members, form.by, "other"))
            yield inner.replace("?count)", "?other_count)")
            yield "  } } }\n} ORDER BY ?item"
            return
        # Numbers of one unit are compared with each other.
        yield "SELECT DISTINCT ?item ?figure ?value ?unit WHERE {"
        yield from self._figures(form, "item", "figure", "value")
        yield f"  {{ SELECT ?unit ({function}(?other_value) AS ?value) WHERE {{"
        yield from self._figures(form, "other", "other_figure", "other_value")
        yield "  } GROUP BY ?unit }\n} ORDER BY ?unit ?item"

    def _figures(self, form: Extreme, name: str, figure: str, value: str) -> Iterator[str]:
        yield from self.patterns.members(form.members, name)
        if form.by is None:
            yield f"  BIND(?{name} AS ?{figure})"
        else:
            yield from self.patterns.members(form.by, figure)
            yield from self.patterns.link(form.members.kind, form.by.kind, name, f"?{figure}")
        yield f"  ?{figure} :value ?{value} ; :unit ?unit ."

    def _aggregate(self, form: Aggregate) -> Iterator[str]:
        if form.each is not None:
            yield "SELECT (AVG(?count) AS ?value) WHERE { {"
            yield from self._counts(form.each, form.members)
            yield "} }"
            return
        function = "SUM" if form.function == "sum" else "AVG"
        yield f"SELECT ?unit ({function}(?number) AS ?value) WHERE {{"
        yield from self.patterns.members(form.members)
        yield "  ?item :value ?number ; :unit ?unit\n} GROUP BY ?unit ORDER BY ?unit"

    def _difference(self, form: Difference) -> Iterator[str]:
        # Schools and bases are counts of things: what is counted need not be the same.
        yield "SELECT DISTINCT ?one ?other (ABS(?one_value - ?other_value) AS ?value) WHERE {"
        for name, members in (("one", form.one), ("other", form.other)):
            yield from self.patterns.members(members, name)
            yield f"  ?{name} :value ?{name}_value ; :unit/:dimension ?dimension ."
            # What is a part of another figure of the set is no figure of its own.
            yield "  FILTER NOT EXISTS {"
            yield f"    ?{name} :partOfTarget ?{name}_whole ."
            yield from ("  " + line for line in self.patterns.members(members, f"{name}_whole"))
            yield "  }"
        yield "} ORDER BY ?one ?other"

    def implied(self, form: NotStated) -> str:
        """The query for figures of a kind that the plan does not give, and that its own imply."""
        kinds = " ".join(f"<{iri}>" for iri in form.kinds)
        about = " ".join(f"<{iri}>" for iri in form.about)
        return self.prefixed(
            f"""SELECT DISTINCT ?item WHERE {{
  VALUES ?missing {{ {kinds} }}
  VALUES ?about {{ {about} }}
  ?missing skos:closeMatch ?kind .
  ?item a :ImpliedFigure ; :figureKind ?kind ; :team|:indicator|:target ?about .
}} ORDER BY ?item"""
        )

    def compared(self, form: Compare) -> Set:
        """The members that a comparison looks at: those of any of the things."""
        if form.manner == "common":
            return form.members.having(*(Related((iri,)) for iri in form.entities))
        return form.members.having(Related(form.entities))

    # --- what is not stated ----------------------------------------------------------------

    def _missing(self, form: NotStated) -> str:
        role = next((r for k in form.kinds if (r := STAND_INS.get(k.rsplit("/", 1)[-1]))), None)
        narrow = self._teams_concerned(form)
        if role is not None:
            return (
                "SELECT DISTINCT ?item ?team ?link WHERE {\n"
                + narrow
                + f"  ?link a :Involvement ; :role <{self.base}scheme/role/{role}> ;\n"
                "    :body ?item ; :involvedIn ?team .\n  ?team a :TalentTeam .\n}\n"
                "ORDER BY ?team ?item"
            )
        return self._gaps(form)

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
        lines = self.patterns.members(Set(team, (Related(form.about[:1]),)), "team")
        return "\n".join(lines) + "\n"

    def gaps(self, form: NotStated) -> str:
        """The words that were searched for, and how often the source has them."""
        return self.prefixed(self._gaps(form))

    def _gaps(self, form: NotStated) -> str:
        kinds = " ".join(f"<{kind}>" for kind in form.kinds)
        return (
            "SELECT DISTINCT ?gap ?kind ?about ?word ?hits WHERE {\n"
            f"  VALUES ?kind {{ {kinds} }}\n"
            "  ?gap a :InformationGap ; :missing ?kind ; :about ?about ; :searched ?search .\n"
            "  ?search :word ?word .\n  OPTIONAL { ?search :hits ?hits }\n}\n"
            "ORDER BY ?gap ?word"
        )

    def teams(self, form: NotStated | Review) -> tuple[str, ...]:
        """The teams that a question about a missing fact names."""
        team = self.lexicon.kind("TalentTeam")
        return tuple(iri for iri in form.about if self.lexicon.is_a(iri, team))

    # --- how rows are related --------------------------------------------------------------

    def support(self, kind: str, item: Related, rows: Iterable[str]) -> str:
        """How each row is related to what a filter names: graph, role and clauses.

        Binds ``?item ?g`` and, where there are any, ``?role`` and ``?span``.
        """
        relation = self.patterns.relation(kind, item)
        values = f"VALUES ?item {{ {' '.join(f'<{iri}>' for iri in rows)} }}"
        if item.within is not None:
            target = "\n".join(self.patterns.members(item.within, "other"))
        else:
            target = f"VALUES ?other {{ {' '.join(f'<{iri}>' for iri in item.entities)} }}"
        if relation.linked:
            near, far = self.patterns.either(relation.near), self.patterns.either(relation.far)
            link = f"GRAPH ?g {{ ?link {near} ?item }} ?link {far} ?other ; :evidence ?span ."
            branches = [f"{link} {_PLACE} OPTIONAL {{ ?link :role ?role }}"]
        else:
            short = self.patterns.short
            pairs = [("?item", short(p), "?other") for p in relation.forward]
            pairs += [("?other", short(p), "?item") for p in relation.backward]
            if item.within is not None and item.within.filters:
                # It rests on the clauses of what is said of it: teams that grow by 10,000.
                told = f"OPTIONAL {{ ?other :evidence ?span . {_PLACE} }}"
                branches = [f"GRAPH ?g {{ {' '.join(pair)} }} {told}" for pair in pairs]
            else:
                branches = [self._direct(*pair) for pair in pairs]
        body = " UNION\n  ".join(f"{{ {values} {target} {branch} }}" for branch in branches)
        return self.prefixed(
            f"SELECT DISTINCT ?item ?g ?role ?start ?end ?exact ?source WHERE {{\n  {body}\n}}"
        )

    @staticmethod
    def _direct(subject: str, path: str, value: str) -> str:
        return (
            f"GRAPH ?g {{ {subject} {path} {value} }} "
            f"OPTIONAL {{ ?statement rdf:subject {subject} ; rdf:predicate {path} ; "
            f"rdf:object {value} ; prov:wasDerivedFrom ?from . ?from :evidence ?span . {_PLACE} }}"
        )

    def prefixed(self, query: str) -> str:
        """A query with the prefixes that it uses."""
        known = {"": self.ns, "oa": OA, "prov": PROV, "rdf": RDF, "skos": SKOS}
        lines = [
            f"PREFIX {name}: <{iri}>"
            for name, iri in known.items()
            if (f"{name}:" in query if name else any(s + ":" in query for s in " |^(/"))
        ]
        return "\n".join([*lines, query])


def _of_years(form: Progress) -> list[str]:
    years = ", ".join(map(str, form.years))
    return [f"  FILTER(?year IN ({years}))"] if years else []
