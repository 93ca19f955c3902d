"""The graph has the newest accepted report of each reporter, team and year, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.reports import reading
from kb.reports.drawing import Drawer
from kb.reports.following import Follower
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Key, Submission
from kb.reports.sheet import Upload
from kb.settings import Settings
from kb.store.embedded import EmbeddedStore

AUDITOR = Actor("Li", "auditor")
HEAD = "reporter,team,indicator,year,value,unit,basis,note\n"
AGRICULTURE, EDUCATION = "agriculture-commission", "education-commission"


def rows(reporter: str, team: str, year: int, *values: int) -> str:
    return "".join(
        f"{reporter},{team},headcount,{year},{value},人,stock,第{number}行\n"
        for number, value in enumerate(values)
    )


def file(*parts: str) -> Upload:
    return Upload("report.csv", (HEAD + "".join(parts)).encode())


class Counting(Drawer):
    """Also counts the files that it drew."""

    drawn = 0

    def draw(
        self, submission: Submission, upload: Upload, audit: Mapping[str, Any] | None = None
    ) -> Mapping[Key, bytes]:
        self.drawn += 1
        return super().draw(submission, upload, audit)


@pytest.fixture(scope="module")
def plan() -> PlanGraph:
    return graph.build(Settings())


@pytest.fixture
def drawer(plan: PlanGraph) -> Counting:
    return Counting(plan)


@pytest.fixture
def follower(book: Ledger, drawer: Counting, tmp_path: Path) -> Follower:
    return Follower(book, drawer, Settings(cache=tmp_path / "cache"))


def accept(follower: Follower, upload: Upload) -> str:
    assert isinstance(follower.drawing, Drawer)
    read = reading.read(upload, follower.drawing.lists)
    keys = follower.drawing.keys(read)
    assert keys
    receipt = follower.ledger.submit(upload, AUDITOR, keys)
    follower.ledger.decide(receipt.id, "accepted", AUDITOR)
    return receipt.id


def loaded(follower: Follower) -> EmbeddedStore:
    """The reports in a store, which refuses a triple in two graphs."""
    store = EmbeddedStore({"": "https://w3id.org/plankb/ns#"})
    store.load(b"".join(follower.nquads(follower.ledger.in_force())), "r")
    return store


def figures(follower: Follower) -> list[tuple[str, str]]:
    found = loaded(follower).select(
        "SELECT ?g ?v WHERE { GRAPH ?g { ?o a :Observation ; :value ?v } } ORDER BY ?g ?v"
    )
    rows = [(row["g"], row["v"]) for row in found]
    return [
        (name.value.partition("graph/report/")[2], value.value)
        for name, value in rows
        if isinstance(name, ox.NamedNode) and isinstance(value, ox.Literal)
    ]


def test_a_report_is_in_the_graph_while_it_is_the_newest_accepted_one(follower: Follower) -> None:
    ledger = follower.ledger
    revisions = [follower.revision("plan", ledger.in_force())]
    assert revisions == ["plan"]
    assert b"".join(follower.nquads(())) == b""
    rural = f"{AGRICULTURE}/rural/2023"
    uploads = [
        file(rows(AGRICULTURE, "rural", 2023, 1)),
        file(rows(AGRICULTURE, "rural", 2023, 2)),
        file(rows(EDUCATION, "education", 2023, 7)),
    ]
    education = f"{EDUCATION}/education/2023"
    wanted = [[(rural, "1")], [(rural, "2")], [(rural, "2"), (education, "7")]]
    ids = []
    for upload, there in zip(uploads, wanted, strict=True):
        ids.append(accept(follower, upload))
        assert figures(follower) == sorted(there)
        revisions.append(follower.revision("plan", ledger.in_force()))
    ledger.decide(ids[1], "withdrawn", AUDITOR)
    assert figures(follower) == sorted([(rural, "1"), (education, "7")])
    revisions.append(follower.revision("plan", ledger.in_force()))
    assert len(set(revisions)) == len(revisions)
    ledger.decide(ids[1], "accepted", AUDITOR)
    assert follower.revision("plan", ledger.in_force()) == revisions[3]


def test_when_it_was_received_is_in_the_graph(follower: Follower) -> None:
    accepted = accept(follower, file(rows(AGRICULTURE, "rural", 2023, 1)))
    found = loaded(follower).select(
        "SELECT ?at ?sha WHERE { ?s a :Submission ; :sha256 ?sha ; "
        "<http://www.w3.org/ns/prov#generatedAtTime> ?at }"
    )
    kept = follower.ledger.get(accepted)
    (row,) = found
    assert row["sha"] == ox.Literal(kept.sha256)
    assert kept.received_at[:19] in str(row["at"])


def test_a_file_with_several_reports_is_several_graphs(follower: Follower) -> None:
    parts = (
        rows(AGRICULTURE, "rural", 2022, 5),
        rows(AGRICULTURE, "rural", 2023, 6),
        rows(EDUCATION, "education", 2024, 7),
    )
    accept(follower, file(*parts))
    assert figures(follower) == [
        (f"{AGRICULTURE}/rural/2023", "5"),
        (f"{AGRICULTURE}/rural/2023", "6"),
        (f"{EDUCATION}/education/2024", "7"),
    ]
    # One of them is revised; the other one stays.
    accept(follower, file(rows(EDUCATION, "education", 2024, 8)))
    assert figures(follower)[-1:] == [(f"{EDUCATION}/education/2024", "8")]
    assert len(figures(follower)) == 3


def test_each_file_is_read_once(follower: Follower, drawer: Counting) -> None:
    for number in range(5):
        accept(follower, file(rows(AGRICULTURE, "rural", 2021 + number, number)))
        figures(follower)
    assert drawer.drawn == 5
    # Another process, or the next start, reads none.
    again = Follower(follower.ledger, drawer, follower.settings)
    assert figures(again) == figures(follower)
    assert drawer.drawn == 5
    # A cache that was cut is no cache.
    (some, *_) = sorted((follower.settings.cache or Path()).glob("reports/*.nq"))
    some.write_bytes(some.read_bytes()[:-10])
    assert figures(again) == figures(follower)
    assert drawer.drawn == 6


def test_a_rebuild_gives_the_same_bytes(follower: Follower, drawer: Counting) -> None:
    for year in (2022, 2023, 2023, 2024):
        accept(follower, file(rows(AGRICULTURE, "rural", year, drawer.drawn)))
        figures(follower)
    before = b"".join(follower.nquads(follower.ledger.in_force()))
    rebuilt = follower.rebuild()
    assert (rebuilt.reports, rebuilt.same, rebuilt.unread) == (3, True, ())
    assert rebuilt.quads == before.count(b"\n")
    assert b"".join(follower.nquads(follower.ledger.in_force())) == before
    # Without a cache, and from a backup of the ledger, it is the same.
    other = Follower(follower.ledger, drawer, Settings(cache=Path("/dev/null/none")))
    assert b"".join(other.nquads(follower.ledger.in_force())) == before
    assert set(ox.parse(before, ox.RdfFormat.N_QUADS)) == set(loaded(follower).quads())


def test_what_cannot_be_read_any_more_is_said_and_the_rest_is_there(follower: Follower) -> None:
    accept(follower, file(rows(AGRICULTURE, "rural", 2023, 1)))
    ledger = follower.ledger
    for upload, key in (
        (Upload("a.pdf", b"%PDF-1.4"), Key("x", "rural", 2022)),
        (file(rows(EDUCATION, "education", 2023, 1)), Key("x", "rural", 2021)),
    ):
        ledger.decide(ledger.submit(upload, AUDITOR, [key]).id, "accepted", AUDITOR)
    assert figures(follower) == [(f"{AGRICULTURE}/rural/2023", "1")]
    assert [(one.key.year, bool(one.reason.zh)) for one in follower.unread] == [
        (2021, True),
        (2022, True),
    ]
    assert len(follower.rebuild().unread) == 2
