"""pySHACL is the reference: the auditor finds the same results, by rule, shape and figure.

The reference takes seconds for some dozens of rows, so here is a fault of every shape in as few
rows as it needs, and random rows beside them.
"""

from __future__ import annotations

import csv
import os
import random
import secrets

import pyoxigraph as ox
import pytest

from kb.plan.graph import PlanGraph
from kb.reports import reading, reference
from kb.reports.auditing import Auditor, Batch, select_in
from kb.reports.codelists import CodeLists
from kb.reports.reading import Reading
from tests.reports.corpus import File, Line

SEED = int(os.environ.get("PLANKB_SEED", secrets.randbelow(1_000_000)))
BODIES = {
    "rural": "agriculture-commission", "party": "organization-department",
    "plan": "organization-department", "education": "education-commission",
    "social": "civil-affairs-bureau", "health": "health-commission",
    "scitech": "science-technology-bureau",
}  # fmt: skip
#: In each batch files by name, those that begin with "earlier" given as earlier reports; rows of
#: team, indicator, year, value, unit, basis, note and, where it is another one, the reporter
#: ("-" for none). One without rows gets random ones.
BATCHES = (
    {
        "earlier-2022": """
            rural,rural-headcount,2020,11000,人,baseline
            rural,degree-upgraded,2022,400,人,cumulative""",
        "earlier-2023": """
            rural,extension-workers,2023,640,人,stock
            rural,emerging-industry-talent,2023,950,人,stock""",
        "now": """
            rural,degree-upgraded,2022,410,人,cumulative
            rural,degree-upgraded,2023,380,人,cumulative
            rural,degree-upgraded,2023,100,人,annual
            rural,farmers-trained,2023,900,人,cumulative
            rural,farmers-trained,2023,900,人,cumulative
            rural,farmers-trained,2023,300,人,annual
            rural,extension-workers,2023,500,人,stock
            rural,extension-workers,2023,510,人,stock
            rural,rural-headcount,2020,12000,人,baseline
            rural,rural-headcount,2023,35000,人,stock
            rural,rural-headcount,2023,90,%,stock
            rural,incubation-bases,2023,-5,人,annual
            plan,new-talent,2023,100,人,cumulative
            rural,rural-headcount,2023,6000,人,cumulative
            rural,degree-upgraded,2023,120,人,annual,,education-commission""",
    },
    {
        "shares": """
            party,party-share-bachelor,2023,0.75,%,stock
            party,party-bachelor,2023,9000,人,stock
            party,party-headcount,2023,5000,人,stock
            party,party-share-under-35,2023,101,%,stock
            party,party-under-35,2023,1500.5,人,stock
            party,special-classes,2023,40,期,annual
            party,party-scarce-talent,2021,80,万人,cumulative
            education,dual-qualified-share,2023,80,%,stock
            education,dual-qualified-teachers,2023,720,人,stock
            education,dual-qualified-share,2022,80,%,stock
            education,specialised-teachers,2022,900,人,stock
            education,specialised-teachers,2021,700,人,stock
            health,health-title-ratio,2023,10:30:70,比,stock
            health,health-titled,2023,6000,人,stock
            health,health-senior,2023,1000,人,stock
            health,health-titled,2022,6000,人,stock
            health,health-senior,2022,1000,人,stock
            health,health-intermediate,2022,2000,人,stock
            health,health-junior,2022,2000,人,stock
            scitech,patents-rank,2022,5,位,stock
            scitech,patents-rank,2023,7,位,stock""",
    },
    {
        "last-year": """
            rural,degree-upgraded,2025,560,人,cumulative
            rural,farmers-trained,2025,900,人,cumulative,目标已完成
            rural,high-quality-farmers,2025,9000,人,stock
            social,station-coverage,2025,100,%,stock
            social,places-to-cover,2025,310,个,stock
            social,places-with-station,2025,290,个,stock
            social,station-coverage,2024,90,%,stock
            professional,professional-headcount,2025,12,%,stock
            professional,professional-headcount,2025,50000,人,stock
            plan,new-talent,2025,60000,人,cumulative
            rural,rural-headcount,2025,9000,人,cumulative""",
        "rows": """
            ,degree-upgraded,2025,1,人,annual
            rural,,2025,1,人,annual
            rural,degree-upgraded,,1,人,annual
            rural,degree-upgraded,2027,,人,annual
            rural,degree-upgraded,二〇,1,,annual
            rural,degree-upgraded,2024,x,人,
            rural,degree-upgraded,2024,1,人,annual,,-
            什么,degree-upgraded,2024,1,人,annual
            rural,什么,2024,1,人,annual
            rural,degree-upgraded,2024,1,么,annual
            rural,degree-upgraded,2024,1,人,么
            rural,degree-upgraded,2024,1,人,annual,,什么""",
        "random": "",
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def auditor(plan: PlanGraph) -> Auditor:
    return Auditor(plan)


def _lines(rows: str) -> list[Line]:
    found = []
    for row in csv.reader(line.strip() for line in rows.strip().splitlines()):
        team, indicator, year, value, unit, basis, note, reporter = (*row, "", "")[:8]
        body = reporter or BODIES.get(team, "human-resources-bureau")
        found.append(Line(body.removeprefix("-"), team, indicator, year, value, unit, basis, note))
    return found


def _both(auditor: Auditor, batch: Batch) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    quads = list(auditor.quads(batch))
    store = ox.Store()
    store.extend(quads)
    ours = auditor.results(lambda query: select_in(store, query))
    theirs = reference.results(auditor.rules, quads)
    name = len("https://w3id.org/plankb/shape/report-")
    return {(one.shape[name:], one.value) for one in ours}, {
        (one.shape[name:], one.value) for one in theirs
    }


def _random(chance: random.Random) -> list[Line]:
    """Rows of other reporters, so that they hide no fault that is looked for."""
    codes = ("degree-upgraded", "rural-headcount", "high-quality-farmers", "party-under-35",
             "party-headcount", "party-share-under-35", "agricultural-researchers")  # fmt: skip
    return [
        Line(
            chance.choice(("health-commission", "commerce-commission", "nobody")),
            chance.choice(("rural", "party", "")),
            chance.choice(codes),
            chance.choice((2020, 2021, 2022, 2025, "")),
            chance.choice(("", "x", "0.5", "40", "400", "1.2万", "-3", "32000")),
            chance.choice(("人", "人", "人", "万人", "%", "")),
            chance.choice(("annual", "cumulative", "cumulative", "stock", "stock", "baseline")),
        )
        for _ in range(6)
    ]


@pytest.mark.needs_ci
def test_a_fault_of_every_shape_is_found_alike(lists: CodeLists, auditor: Auditor) -> None:
    found = set()
    chance = random.Random(SEED)
    for files in BATCHES:
        now: list[Reading] = []
        before: list[Reading] = []
        for name, rows in files.items():
            lines = _lines(rows) if rows else _random(chance)
            read = reading.read(File(f"{name}.csv", lines).upload(), lists)
            (before if name.startswith("earlier") else now).append(read)
        ours, theirs = _both(auditor, auditor.batch(now, before))
        assert ours == theirs, f"PLANKB_SEED={SEED}"
        found |= {shape for shape, _ in ours}
    # What only workbooks have, and refused rows, are statements like the others of reading.
    traits = {"formula-cell", "merged-cell", "hidden-row", "extra-cell"}
    every = {rule.shape.rsplit("/report-")[-1] for rule in auditor.rules.rules}
    assert every - found == traits
