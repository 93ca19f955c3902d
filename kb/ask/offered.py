"""What fills the holes of a skeleton so that the question has an answer: in one query for all.

Must not know words, nor what templates are.
"""

from __future__ import annotations

from itertools import permutations, product

from kb.ask.filling import Values
from kb.ask.form import (
    Compare,
    CountEach,
    Describe,
    Extreme,
    Form,
    NotStated,
    Related,
    Review,
    Select,
    Set,
    members_of,
)
from kb.ask.lexicon import Lexicon
from kb.ask.schema import Rows
from kb.ask.skeletons import Hole, Skeleton, Skeletons
from kb.ask.sparql import Compiler

#: What a hole can be filled with.
Options = list[tuple[str, ...]]
#: What each hole can be filled with, and all of them together so that there is an answer.
Offer = tuple[dict[str, Options], Values]


class Offered:
    """Values of holes that lead to answers, over one graph.

    Args:
        select: runs a SELECT query.
        compiler: writes the queries.
        skeletons: of the graph.
    """

    def __init__(self, select: Rows, compiler: Compiler, skeletons: Skeletons) -> None:
        self._select = select
        self._compiler = compiler
        self._skeletons = skeletons
        self._lexicon: Lexicon = compiler.lexicon

    def of(self, skeleton: Skeleton) -> Offer | None:
        """What the holes can be filled with; None where nothing leads to an answer."""
        candidates = {hole.name: self._candidates(hole) for hole in skeleton.holes}
        if not all(candidates.values()):
            return None
        form = skeleton.form
        if isinstance(form, Describe | Review):
            return candidates, _first(candidates)
        if isinstance(form, NotStated):
            return self._missing(candidates)
        if isinstance(form, Compare):
            return self._compared(form, candidates)
        if not skeleton.holes:
            return ({}, {}) if self.answered(form) else None
        return self._of_sets(skeleton, candidates)

    def query(self, form: Form) -> str:
        """The query of a form."""
        return "" if isinstance(form, Review) else self._compiler.query(form)

    def answered(self, form: Form) -> bool:
        """Whether a form of sets finds anything."""
        if isinstance(form, CountEach):
            each = form.counted.having(Related(within=form.each))
            return self._any(each) and self._any(form.each)
        if isinstance(form, Extreme) and form.by is not None:
            return self._any(form.by) and self._any(form.members)
        members = members_of(form)
        return members is None or self._any(members)

    def _any(self, members: Set) -> bool:
        return bool(self._select(self._compiler.query(Select(members, limit=1))))

    def _candidates(self, hole: Hole) -> Options:
        if hole.holding == "amount":
            rows = self._select(
                f"""SELECT DISTINCT ?value ?unit WHERE {{
                    ?x a <{self._skeletons.figures}> ;
                    <{self._lexicon.kind("value")}> ?value ; <{self._lexicon.kind("unit")}> ?unit
                }} ORDER BY ?unit ?value"""
            )
            found = [(f"{float(row['value']):.15g}", row["unit"]) for row in rows]
            return [pair for pair in found if pair[1] in self._skeletons.units]
        return [(iri,) for iri in self._skeletons.things(hole)]

    # --- sets ------------------------------------------------------------------------------

    def _of_sets(self, skeleton: Skeleton, candidates: dict[str, Options]) -> Offer | None:
        """By one query for all combinations of entities of the same classes."""
        found: list[Values] = []
        holes = skeleton.holes
        if any(hole.holding == "amount" for hole in holes):
            found += [
                values for values in _combined(candidates) if self.answered(skeleton.filled(values))
            ]
        else:
            for groups in product(*(self._alike(candidates[hole.name]) for hole in holes)):
                sample: dict[str, tuple[str, ...]] = {
                    hole.name: (group[0],) for hole, group in zip(holes, groups, strict=True)
                }
                members = members_of(skeleton.filled(sample))
                assert members is not None
                found += self._found(members, sample, dict(zip(sample, groups, strict=True)))
        if not found:
            return None
        chosen = {name: {values[name] for values in found} for name in candidates}
        ordered = {
            name: [option for option in candidates[name] if option in chosen[name]]
            for name in candidates
        }
        return ordered, min(found, key=lambda values: tuple(values.values()))

    def _alike(self, options: Options) -> list[list[str]]:
        """Entities of the same classes together: they are linked in the same way."""
        groups: dict[frozenset[str], list[str]] = {}
        for (iri,) in options:
            groups.setdefault(self._lexicon.things[iri].kinds, []).append(iri)
        return list(groups.values())

    def _found(self, members: Set, sample: Values, groups: dict[str, list[str]]) -> list[Values]:
        """The combinations for which the set is not empty: its pattern, with names left open."""
        body = "\n".join(self._compiler.patterns.members(members))
        names: dict[str, str] = {}
        opened = []
        for place, (name, (iri,)) in enumerate(sample.items()):
            names[f"slot{place}"] = name
            body = body.replace(f"<{iri}>", f"?slot{place}")
            values = " ".join(f"<{one}>" for one in groups[name])
            opened.append(f"VALUES ?slot{place} {{ {values} }}")
        rows = self._select(
            self._compiler.prefixed(
                f"SELECT DISTINCT {' '.join('?' + slot for slot in names)} WHERE {{\n"
                + "\n".join([*opened, body])
                + "\n}"
            )
        )
        return [{name: (row[slot],) for slot, name in names.items()} for row in rows]

    # --- comparisons and what is not stated ------------------------------------------------

    def _compared(self, form: Compare, candidates: dict[str, Options]) -> Offer | None:
        """Things that have any of the set; for what is common, that have it like another."""
        options = next(iter(candidates.values()))
        likes = {option: self._likes(form, option) for option in options}
        pairs = [
            pair
            for pair in permutations([option for option in options if likes[option]], 2)
            if form.manner != "common" or likes[pair[0]] & likes[pair[1]]
        ]
        if not pairs:
            return None
        having = [option for option in options if any(option in pair for pair in pairs)]
        return dict.fromkeys(candidates, having), dict(zip(candidates, pairs[0], strict=True))

    def _likes(self, form: Compare, thing: tuple[str, ...]) -> set[str]:
        """What a thing has of the set, and what tells the likeness of it."""
        body = "\n".join(self._compiler.patterns.members(form.members.having(Related(thing))))
        likeness = self._lexicon.kind("likeness")
        rows = self._select(
            self._compiler.prefixed(
                f"SELECT DISTINCT ?item ?like WHERE {{\n{body}\n"
                f"  OPTIONAL {{ ?item a ?kind ; ?by ?like . ?kind <{likeness}> ?by }} }}"
            )
        )
        return {value for row in rows for value in row.values()}

    def _missing(self, candidates: dict[str, Options]) -> Offer | None:
        known = {
            row["kind"]
            for row in self._select(
                f"SELECT DISTINCT ?kind WHERE {{ ?g <{self._lexicon.kind('missing')}> ?kind }}"
            )
        }
        offered = {
            name: [option for option in options if name != "fact" or option[0] in known]
            for name, options in candidates.items()
        }
        return (offered, _first(offered)) if all(offered.values()) else None


def _combined(candidates: dict[str, Options]) -> list[Values]:
    return [dict(zip(candidates, chosen, strict=True)) for chosen in product(*candidates.values())]


def _first(options: dict[str, Options]) -> Values:
    return {name: values[0] for name, values in options.items()}
