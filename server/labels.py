"""What the codes in answers are called: teams, units, comparators, roles, classes, statuses.

Read from the graph, so that another plan brings its own names. Must not know what is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.terms import RDFS, SKOS
from kb.text import Text
from server import held
from server.knowledge import Knowledge

_NONE = Text("", "")


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that the graph knows: its IRI and its name."""

    iri: str
    label: Text


@dataclass(frozen=True, slots=True)
class Labels:
    """Names by what they are names of.

    Args:
        names: by place: ``team/rural``, ``unit/person``, ``class/Measure``.
        meanings: definitions of concepts, by the same places.
        symbols: of units, by code; only those without a letter, such as ``%``.
        plans: in the order of their IRIs.
    """

    names: dict[str, Text] = field(default_factory=dict)
    meanings: dict[str, Text] = field(default_factory=dict)
    symbols: dict[str, str] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()

    def of(self, place: str, code: str) -> Text:
        """The name of a code; the code itself where it has none."""
        return self.names.get(f"{place}/{code}") or Text(code, code)

    def meaning(self, place: str, code: str) -> Text:
        """The definition of a concept; empty where there is none."""
        return self.meanings.get(f"{place}/{code}", _NONE)

    @classmethod
    def read(cls, knowledge: Knowledge) -> Labels:
        """All names of one revision."""
        ns, scheme = knowledge.base + "ns#", knowledge.base + "scheme/"
        rows = knowledge.store.select(
            f"""SELECT ?x ?what ?code ?p ?l (LANG(?l) AS ?lang) WHERE {{
                {{ ?x <{SKOS}inScheme> ?s BIND("concept" AS ?what) }} UNION
                {{ ?x a <{ns}TalentTeam> ; <{SKOS}notation> ?code BIND("team" AS ?what) }} UNION
                {{ ?x a <{ns}Plan> BIND("plan" AS ?what) }} UNION
                {{ ?x a <http://www.w3.org/2002/07/owl#Class> BIND("class" AS ?what) }}
                VALUES ?p {{ <{SKOS}prefLabel> <{RDFS}label> <{SKOS}definition> <{ns}symbol> }}
                ?x ?p ?l }} ORDER BY ?x ?p ?l"""
        )
        found: dict[str, dict[str, dict[str, str]]] = {}
        symbols: dict[str, str] = {}
        plans: dict[str, str] = {}
        for row in rows:
            cell = {name: str(getattr(term, "value", term)) for name, term in row.items()}
            iri, what, about = cell["x"], cell["what"], cell["p"].rsplit("#", 1)[-1]
            if what == "concept":
                if not iri.startswith(scheme):
                    continue
                place = iri.removeprefix(scheme)
            elif what == "class":
                place = "class/" + iri.rsplit("#", 1)[-1]
            else:
                place = f"{what}/{cell.get('code', iri)}"
            if what == "plan":
                plans[iri] = place
            if about == "symbol":
                if not any(letter.isalpha() for letter in cell["l"]):
                    symbols.setdefault(place.rpartition("/")[2], cell["l"])
                continue
            kind = "meaning" if about == "definition" else "name"
            found.setdefault(kind, {}).setdefault(place, {}).setdefault(cell["lang"], cell["l"])
        names = _texts(found.get("name", {}))
        return cls(
            names,
            _texts(found.get("meaning", {})),
            symbols,
            tuple(Plan(iri, names[place]) for iri, place in plans.items() if place in names),
        )


def labels() -> Labels:
    """The names of the revision that the request is answered from."""
    return held.of_revision("labels", Labels.read)


def _texts(found: dict[str, dict[str, str]]) -> dict[str, Text]:
    texts = {}
    for place, said in found.items():
        any_ = next(iter(said.values()))
        zh = said.get("zh", said.get("en", any_))
        texts[place] = Text(zh, said.get("en", zh))
    return texts
