"""All reports in a store are audited by the same rules, with the same results as files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from kb import terms
from kb.plan.graph import PlanGraph
from kb.reports import reading
from kb.reports.auditing import Auditor
from kb.reports.codelists import CodeLists
from kb.reports.reading import Reading
from kb.reports.sheet import Cell
from kb.reports.stored import audit_stored
from kb.store.embedded import EmbeddedStore
from kb.terms import DEFAULT_BASE
from tests.reports.corpus import Corpus
from tests.reports.seeding import FAULTS
from tests.store.oxigraph import Oxigraph

SEED = int(os.environ.get("PLANKB_SEED", secrets.randbelow(1_000_000)))
#: Faults that can stand in one corpus without hiding each other.
TOGETHER = (
    "annual-quota-missed", "coverage-incomplete", "cumulative-falls", "denominator-changed",
    "duplicate-conflicting", "growth-mismatch", "maintain-broken", "parts-total", "ratio-total",
    "reporters-disagree", "scale-suspect", "share-mismatch", "unit-mismatch",
)  # fmt: skip


@pytest.fixture(scope="module")
def auditor(plan: PlanGraph) -> Auditor:
    return Auditor(plan)


@pytest.mark.parametrize("faults", [(), TOGETHER], ids=["clean", "faults"])
def test_what_is_stored_is_judged_as_the_files_are(
    plan: PlanGraph, lists: CodeLists, auditor: Auditor, faults: tuple[str, ...]
) -> None:
    readings = _readings(plan, lists, faults)
    store = EmbeddedStore(terms.prefixes(DEFAULT_BASE))
    store.load(_quads(plan, auditor, readings), "r1")
    found = audit_stored(auditor, store)
    wanted = auditor.audit(readings).findings
    # Two figures that contradict each other are one finding at the later of them, and which file
    # is later only a batch knows.
    shown = [
        {(one.rule, one.outcome, one.message.zh, frozenset(_where(one.cells))) for one in some}
        for some in (found, wanted)
    ]
    pairs = {"reporters-disagree"}
    assert {one for one in shown[0] if one[0] not in pairs} == {
        one for one in shown[1] if one[0] not in pairs
    }, f"PLANKB_SEED={SEED}"
    assert {one.rule for one in found} >= set(faults)


def test_a_remote_store_gives_the_findings_of_the_embedded_one(
    plan: PlanGraph, lists: CodeLists, auditor: Auditor
) -> None:
    quads = _quads(plan, auditor, _readings(plan, lists, TOGETHER))
    here = EmbeddedStore(terms.prefixes(DEFAULT_BASE))
    here.load(quads, "r1")
    with Oxigraph() as server, server.store(terms.prefixes(DEFAULT_BASE)) as remote:
        remote.load(quads, "r1")
        found = audit_stored(auditor, remote)
    assert {one.rule for one in found} >= set(TOGETHER)
    assert found == audit_stored(auditor, here), f"PLANKB_SEED={SEED}"


def _readings(plan: PlanGraph, lists: CodeLists, faults: Iterable[str]) -> list[Reading]:
    """A corpus with these faults."""
    corpus = Corpus(plan, SEED)
    # Each seeder gives the files of its team; one may be a file of its own.
    files = {file.name: file for file in corpus.every()}
    for rule in faults:
        files |= {file.name: file for file in FAULTS[rule][0](corpus)[0]}
    return [reading.read(file.upload(), lists) for file in files.values()]


def _quads(plan: PlanGraph, auditor: Auditor, readings: list[Reading]) -> list[ox.Quad]:
    reports = auditor.batch(readings).reports
    return [*plan.quads, *(quad for one in reports for quad in auditor.grapher.quads(one))]


def _where(cells: Iterable[Cell]) -> list[tuple[str, int, str]]:
    return [(cell.file, cell.row, cell.column) for cell in cells]
