"""Data to measure with: the plan's graph, and a million triples of made-up observations with it.

The same seed gives the same data. Must not know who is measured with it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from kb import settings
from kb.plan import graph

BASE = "https://w3id.org/plankb/"
NS = BASE + "ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
#: Observations, and triples of each.
OBSERVATIONS = 100_000
REPORTERS = 400
_TEAMS = ("party", "enterprise", "professional", "skilled", "rural", "social", "scitech")


def observation(number: int) -> str:
    """The IRI of a made-up observation."""
    return f"{BASE}id/bench/observation/{number}"


def plan() -> bytes:
    """The plan's graph as N-Quads."""
    return graph.build(settings.load()).data


def _observations() -> Iterator[str]:
    chance = random.Random(6)
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    for number in range(OBSERVATIONS):
        iri = f"<{observation(number)}>"
        reporter = chance.randrange(REPORTERS)
        team = chance.choice(_TEAMS)
        year = 2021 + number % 5
        value = f"{chance.randrange(1, 100_000) / 10:.1f}"
        slice_ = f"{BASE}id/bench/slice/{reporter}-{team}-{year}"
        where = f"<{BASE}graph/report/bench-{reporter}> .\n"
        for predicate, term in (
            (kind, f"<{NS}Observation>"),
            (f"<{NS}reporter>", f"<{BASE}id/bench/reporter/{reporter}>"),
            (f"<{NS}team>", f"<{BASE}id/jiangjin-6-4/team/{team}>"),
            (f"<{NS}indicator>", f"<{BASE}scheme/indicator/i{chance.randrange(40)}>"),
            (f"<{NS}year>", f'"{year}"^^<{XSD}gYear>'),
            (f"<{NS}value>", f'"{value}"^^<{XSD}decimal>'),
            (f"<{NS}written>", f'"{value}"'),
            (f"<{NS}slice>", f"<{slice_}>"),
            (f"<{NS}previous>", f"<{observation((number * 7919 + 1) % OBSERVATIONS)}>"),
            (f"<{NS}note>", f'"row {number} of {reporter}"'),
        ):
            yield f"{iri} {predicate} {term} {where}"


def write(folder: Path) -> tuple[Path, Path]:
    """Files of N-Quads: the plan's graph, and the same with a million triples more."""
    folder.mkdir(parents=True, exist_ok=True)
    small, large = folder / "plan.nq", folder / "million.nq"
    data = plan()
    small.write_bytes(data)
    with large.open("wb") as file:
        file.write(data)
        file.writelines(line.encode() for line in _observations())
    return small, large
