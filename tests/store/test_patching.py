"""A patch makes a revision beside the one before it: as if loaded whole, and each by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import InputError, Overloaded
from kb.settings import Settings
from kb.store.client import EngineClient, nquads
from kb.store.embedded import EmbeddedStore
from kb.store.owner import Engine
from kb.store.patch import Patch
from tests.store.material import ENDLESS, NS, PREFIXES, dataset, ends, node
from tests.store.test_engine import other, raw, until

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def quads(graph: str, *numbers: int) -> list[ox.Quad]:
    return [
        ox.Quad(node(f"{graph}s{number}"), node("p"), ox.Literal(number), node(graph))
        for number in numbers
    ]


def patch(**graphs: list[int]) -> Patch:
    """These graphs with these numbers in them."""
    made = [quad for name, numbers in graphs.items() for quad in quads(name, *numbers)]
    return Patch.of((NS + name for name in graphs), nquads(made))


def counted(client: EngineClient) -> int:
    return int(client.query(COUNT, format="csv").body.split()[1])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    values = Settings(workers=2, query_seconds=60)
    with Engine.start(dataset(), "r0", values, prefixes=PREFIXES) as made:
        yield made


steps = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.lists(st.integers(0, 9), unique=True, max_size=4)
    ),
    max_size=6,
)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_patches_give_what_a_whole_load_gives(steps: list[dict[str, list[int]]]) -> None:
    patched, whole = EmbeddedStore(), EmbeddedStore()
    patched.load(dataset(12), "r")
    now: dict[str, list[int]] = {}
    for number, graphs in enumerate(steps):
        now |= graphs
        patched.patch(patch(**graphs), f"r{number}")
        assert patched.revision == f"r{number}"
    rest = [quad for name, numbers in now.items() for quad in quads(name, *numbers)]
    whole.load([*dataset(12), *rest], "r")
    assert sorted(patched.nquads().splitlines()) == sorted(whole.nquads().splitlines())
    names = "SELECT DISTINCT ?g { GRAPH ?g { } } ORDER BY ?g"
    assert patched.query(names).body == whole.query(names).body


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Patch((NS + "a",), b"nonsense"), "N-Quads"),
        (Patch((NS + "a",), nquads(quads("b", 1))), "another graph"),
        (
            Patch((NS + "a",), nquads([ox.Quad(node("s0"), node("p0"), ox.Literal(0), node("a"))])),
            "several graphs",
        ),
    ],
)
def test_a_useless_patch_changes_nothing(engine: Engine, wrong: Patch, why: str) -> None:
    with pytest.raises(InputError, match=why):
        engine.patch(wrong, "r1")
    with engine.client() as client:
        assert (client.revision, counted(client)) == ("r0", 1200)
    assert not list(engine.path.parent.glob("*.patch"))


def test_each_revision_is_read_beside_the_others(engine: Engine) -> None:
    with ExitStack() as stack:
        before = stack.enter_context(engine.client())
        assert counted(before) == 1200
        second = stack.enter_context(engine.patch(patch(a=[1, 2], g0=[7]), "r1"))
        third = stack.enter_context(second.patch(patch(a=[3]), "r2"))
        clients = [stack.enter_context(each.client()) for each in (engine, second, third)]
        sizes = [(client.revision, counted(client)) for client in clients]
        # g0 had 400 of the 1200.
        assert sizes == [("r0", 1200), ("r1", 1200 - 400 + 1 + 2), ("r2", 1200 - 400 + 1 + 1)]
        assert counted(before) == 1200  # also from its cache


def test_what_runs_on_a_revision_ends_on_it_when_that_is_let_go(engine: Engine) -> None:
    made = engine.patch(patch(a=[1]), "r1")
    with made.client() as client, raw(client, other(ENDLESS, 1)):
        status = until(client, lambda status: status.busy == 1)
        made.close()
        # Nobody new comes in, and it is still at work.
        with made.client() as late, pytest.raises(Overloaded, match="does not answer"):
            late.query("ASK {}")
        assert client.status().busy == 1
    assert all(ends(pid) for pid in (*status.workers, status.holder))
    with engine.client() as client:
        assert counted(client) == 1200
    assert sorted(path.name for path in engine.path.parent.iterdir()) == [
        "engine",
        "engine.current",
        "first.nq",
    ]


def test_a_patched_revision_outlives_the_one_before_and_its_holder(engine: Engine) -> None:
    with ExitStack() as stack:
        first = engine.patch(patch(a=[1]), "r1")
        second = stack.enter_context(first.patch(patch(b=[1, 2]), "r2"))
        with first.client() as client:
            holder = client.status().holder
        first.close()
        assert ends(holder)
        with second.client() as client:
            assert (client.revision, counted(client)) == ("r2", 1203)
            # Its own holder is killed: it is loaded again, from the whole and its patches.
            os.kill(client.status().holder, signal.SIGKILL)
            assert counted(client) == 1203
            while not (revision := client.revision):
                pass  # while it is loaded there is none
            assert (revision, counted(client)) == ("r2", 1203)


def test_an_engine_that_is_killed_comes_back_with_the_revision_that_is_wanted() -> None:
    values = Settings(workers=1)
    with Engine.start(dataset(), "r0", values, prefixes=PREFIXES, watched=False) as engine:
        second = engine.patch(patch(a=[1, 2]), "r1")
        third = second.patch(patch(b=[1], g0=[]), "r2")
        os.kill(engine.pid, signal.SIGKILL)
        while third.ended is None:
            pass
        third.revive()
        with third.client() as client:
            assert (client.revision, counted(client)) == ("r2", 1200 - 400 + 3)
        fourth = third.patch(patch(a=[]), "r3")
        with fourth.client() as client:
            assert (client.revision, counted(client)) == ("r3", 1200 - 400 + 1)
        third.close()
        fourth.close()
        assert fourth.ended == 0
