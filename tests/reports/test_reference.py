"""pySHACL is the reference: the auditor finds the same results, by rule, shape and figure.

One graph with many faults, as each run of the reference takes seconds; and random reports.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from kb.plan.graph import PlanGraph
from kb.reports import reading, reference
from kb.reports.auditing import Auditor, select_in
from kb.reports.codelists import CodeLists
from kb.reports.reading import Reading
from tests.reports.corpus import FAULTS, Corpus, File, Line

SEED = secrets.randbelow(1_000_000)
#: Which faults can stand in one corpus without hiding each other; the first of each rule.
TOGETHER = (
    "annual-quota-missed", "baseline-implied", "coverage-incomplete", "cumulative-falls",
    "denominator-changed", "duplicate-conflicting", "growth-mismatch", "maintain-broken",
    "negative", "not-whole", "part-exceeds-whole", "past-changed", "percent-range",
    "qualitative-needs-evidence", "ratio-total", "required-field", "share-mismatch",
    "unit-mismatch", "year-outside-plan",
)  # fmt: skip


@pytest.fixture(scope="module")
def auditor(plan: PlanGraph) -> Auditor:
    return Auditor(plan)


def _both(
    auditor: Auditor, readings: Iterable[Reading], earlier: Iterable[Reading] = ()
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    quads = list(auditor.quads(auditor.batch(list(readings), list(earlier))))
    store = ox.Store()
    store.extend(quads)
    ours = auditor.results(lambda query: select_in(store, query))
    theirs = reference.results(auditor.rules, quads)
    name = len("https://w3id.org/plankb/shape/report-")
    return {(one.shape[name:], one.value) for one in ours}, {
        (one.shape[name:], one.value) for one in theirs
    }


def test_many_faults_at_once_are_found_alike(
    plan: PlanGraph, lists: CodeLists, auditor: Auditor
) -> None:
    corpus = Corpus(plan, SEED)
    _, first = FAULTS["revision-withdraws"][0](corpus)
    for rule in TOGETHER:
        FAULTS[rule][0](corpus)
    files = [corpus.files["rural", year] for year in (2022, 2023)]
    ours, theirs = _both(
        auditor,
        [reading.read(file.upload(), lists) for file in files],
        [reading.read(file.upload(), lists) for file in first.earlier],
    )
    assert ours == theirs, f"seed {SEED}"
    assert len({shape for shape, _ in ours}) >= 3


@pytest.mark.parametrize("seed", [secrets.randbelow(1_000_000) for _ in range(1)])
def test_random_reports_are_judged_alike(lists: CodeLists, auditor: Auditor, seed: int) -> None:
    chance = random.Random(seed)
    codes = ("degree-upgraded", "rural-headcount", "high-quality-farmers", "party-under-35",
             "party-headcount", "party-share-under-35", "agricultural-researchers")  # fmt: skip
    lines = [
        Line(
            chance.choice(("agriculture-commission", "organization-department", "nobody")),
            chance.choice(("rural", "party", "")),
            chance.choice(codes),
            chance.choice((2020, 2021, 2022, 2025, "")),
            chance.choice(("", "x", "0.5", "40", "400", "1.2万", "-3", "32000")),
            chance.choice(("人", "人", "人", "万人", "%", "")),
            chance.choice(("annual", "cumulative", "cumulative", "stock", "stock", "baseline")),
        )
        for _ in range(12)
    ]
    files = [File("a.csv", lines[:8]), File("b.csv", lines[8:])]
    ours, theirs = _both(auditor, [reading.read(file.upload(), lists) for file in files])
    assert ours == theirs, f"seed {seed}"
