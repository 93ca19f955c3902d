"""The engine lasts, under load and without a wrong answer: new revisions, whatever is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kb.errors import InputError, PlankbError
from kb.settings import Settings
from kb.store.client import EngineClient
from kb.store.owner import Engine
from tests.store.material import PREFIXES, dataset, ends
from tests.store.test_engine import Start, until

#: Gives the number of quads, which the name of each revision says as well: a result that mixes
#: two revisions, or is another query's, does not agree with itself.
COUNT = "SELECT (COUNT(*) + {number} AS ?n) {{ ?s ?p ?o }}"

#: Another process that asks until it is told to stop, and says what it saw.
PROGRAM = """
import sys, itertools
from kb.store.client import EngineClient
client = EngineClient(sys.argv[1])
seen = []
print("ready", flush=True)
import select
for number in itertools.count():
    result = client.query(COUNT.format(number=number), format="csv")
    size = int(result.body.split()[1]) - number
    assert result.revision == f"r{size}", (result.revision, size)
    if size not in seen:
        seen.append(size)
    if select.select([sys.stdin], [], [], 0)[0]:
        break
print(number, *seen)
"""


class Asker:
    """A thread that asks without end, and keeps what went wrong."""

    def __init__(self, client: EngineClient, name: int) -> None:
        self.client = client
        self.wrong: list[object] = []
        self.seen: list[int] = []
        self.count = 0
        self.first = name * 10_000_000
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while not self.done.is_set():
            number = self.first + self.count
            self.count += 1
            try:
                result = self.client.query(COUNT.format(number=number), format="csv")
            except PlankbError as error:
                self.wrong.append(error)
                continue
            size = int(result.body.split()[1]) - number
            if result.revision != f"r{size}":
                self.wrong.append((result.revision, size))
            if size not in self.seen:
                self.seen.append(size)


@contextmanager
def asking(client: EngineClient, threads: int = 3) -> Iterator[list[Asker]]:
    askers = [Asker(client, name) for name in range(threads)]
    try:
        yield askers
    finally:
        for asker in askers:
            asker.done.set()
        for asker in askers:
            asker.thread.join()


def more(askers: list[Asker], by: int = 20) -> None:
    """Wait until each has asked so many times more."""
    goals = [asker.count + by for asker in askers]
    while any(asker.count < goal for asker, goal in zip(askers, goals, strict=True)):
        pass


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.start(dataset(12), "r12", Settings(query_seconds=60), prefixes=PREFIXES) as made:
        yield made


def test_a_new_revision_is_loaded_while_everyone_asks(engine: Engine) -> None:
    with engine.client() as client, asking(client) as askers:
        for size in (30, 50, 70):
            more(askers, 5)
            client.load(dataset(size), f"r{size}")
            # Whoever asks from now on is answered from the new one.
            assert client.query("ASK {}").revision == f"r{size}"
        more(askers, 5)
    for asker in askers:
        assert asker.wrong == []
        assert asker.seen == sorted(asker.seen)
        assert asker.seen[-1] == 70
    with engine.client() as client:
        assert client.status().loads == 4


def test_several_processes_share_one_engine(engine: Engine) -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", f"COUNT = {COUNT!r}\n{PROGRAM}", str(engine.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    with engine.client() as client:
        for other in others:
            assert other.stdout
            assert other.stdout.readline() == "ready\n"
        client.load(dataset(40), "r40")
        os.kill(client.status().pid, signal.SIGKILL)
        client.load(dataset(80), "r80")
        for other in others:
            said, _ = other.communicate("stop\n")
            assert other.returncode == 0
            count, *seen = said.split()
            assert int(count) > 0
            assert seen == sorted(seen, key=int)
        assert client.status().outcomes["ok"] > 0


def test_workers_that_are_killed_under_load_are_not_noticed(engine: Engine) -> None:
    chance = random.Random(7)
    with engine.client() as client, asking(client) as askers:
        for _ in range(15):
            workers = client.status().workers
            if workers:
                os.kill(chance.choice(workers), signal.SIGKILL)
            more(askers, 2)
    assert [asker.wrong for asker in askers] == [[], [], []]
    with engine.client() as client:
        assert client.status().deaths > 5
        until(client, lambda status: len(status.workers) == 2 and status.busy == 0)


def test_a_killed_holder_of_the_data_is_replaced_with_its_revision(engine: Engine) -> None:
    with engine.client() as client, asking(client) as askers:
        client.load(dataset(30), "r30")
        for _ in range(3):
            before = until(client, lambda status: status.holder != 0).holder
            os.kill(before, signal.SIGKILL)
            more(askers, 3)
        assert client.revision == "r30"
    assert [asker.wrong for asker in askers] == [[], [], []]


def test_a_killed_engine_is_started_again_with_its_revision(engine: Engine) -> None:
    with engine.client() as client, asking(client) as askers:
        client.load(dataset(30), "r30")
        for _ in range(2):
            pid = client.status().pid
            os.kill(pid, signal.SIGKILL)
            assert ends(pid)
            more(askers, 3)
            assert client.status().pid == engine.pid != pid
        assert client.revision == "r30"
    assert [asker.wrong for asker in askers] == [[], [], []]
    assert {asker.seen[-1] for asker in askers} == {30}


def test_a_revision_that_cannot_be_loaded_disturbs_nobody(engine: Engine) -> None:
    with engine.client() as client, asking(client) as askers:
        for _ in range(2):
            with pytest.raises(InputError, match="N-Quads"):
                client.load(b"nonsense", "r0")
        more(askers, 3)
    assert [(asker.wrong, asker.seen) for asker in askers] == [([], [12])] * 3
    assert sorted(path.name for path in engine.path.parent.iterdir()) == [
        "engine",
        "engine.current",
        "first.nq",
    ]


def test_only_one_revision_is_left_in_memory_and_on_disk(engine: Engine) -> None:
    with engine.client() as client:
        holders = []
        for size in (20, 30, 40):
            holders.append(client.status().holder)
            client.load(dataset(size), f"r{size}")
        assert all(ends(pid) for pid in holders)
        files = [path.suffix for path in engine.path.parent.iterdir()]
        assert files.count(".nq") == 1


def test_several_loads_at_a_time_come_one_after_the_other(engine: Engine) -> None:
    with engine.client() as client:
        sizes = list(range(20, 26))
        threads = [
            threading.Thread(target=client.load, args=(dataset(size), f"r{size}")) for size in sizes
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        size = int(client.query(COUNT.format(number=0), format="csv").body.split()[1])
        assert client.revision == f"r{size}"
        assert client.status().loads == 1 + len(sizes)


def test_a_fork_of_the_owner_does_not_end_the_engine(start: Start, engine: Engine) -> None:
    pid = os.fork()
    if pid == 0:
        engine.close()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    with engine.client() as client:
        assert client.query("ASK {}").rows == 1
