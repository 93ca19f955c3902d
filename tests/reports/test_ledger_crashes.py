"""What was acknowledged is there once and whole, whoever was killed and however many come at once.

The long run is tests/bench/bench_crash.py.
"""

from __future__ import annotations

import json
import os
import random
import resource
import threading
from pathlib import Path

import pytest

from kb.errors import Overloaded
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Head, Key
from kb.reports.ledger.verifying import verify
from kb.reports.sheet import Upload
from tests.reports.cluster import Cluster
from tests.reports.crashing import Crashes

PROCESSES, THREADS, FILES = 5, 10, 2


def test_submitters_that_are_killed_leave_nothing_half_done(place: str) -> None:
    seed = random.randrange(2**31)
    print(f"seed {seed}")
    Ledger.open(place).close()
    crashes = Crashes(place, random.Random(seed))
    for _ in range(10):
        crashes.kill_one(within=0.12)
    crashes.end()
    assert crashes.check() > 0


@pytest.mark.needs_postgres
def test_a_database_that_crashes_underneath_loses_nothing(cluster: Cluster) -> None:
    place = cluster.create()
    Ledger.open(place).close()
    crashes = Crashes(place, random.Random(1))
    for _ in range(2):
        crashes.start()
    for _ in range(2):
        crashes.wait_for_receipts(5)
        cluster.stop("immediate")
        cluster.start()
    crashes.wait_for_receipts(5)
    crashes.end()
    assert crashes.check() >= 15


def _many(place: str, process: int, told: int) -> None:
    """Ten threads, each with its own ledger, hand in some files each."""
    start = threading.Barrier(THREADS)

    def work(thread: int) -> None:
        ledger = Ledger.open(place, patience=60)
        by = Actor(f"{process}-{thread}", "reporter", f"body{thread}")
        start.wait()
        for number in range(FILES):
            upload = Upload(f"{number}.csv", f"{process} {thread} {number}".encode())
            receipt = ledger.submit(upload, by, [Key(by.reporter, "rural", 2021 + number)])
            os.write(told, json.dumps(receipt.as_dict()).encode() + b"\n")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_fifty_at_once_lose_nothing(place: str) -> None:
    Ledger.open(place).close()
    here, there = os.pipe()
    pids = []
    for process in range(PROCESSES):
        pid = os.fork()
        if pid == 0:
            try:
                _many(place, process, there)
                os._exit(0)
            finally:
                os._exit(1)
        pids.append(pid)
    os.close(there)
    with os.fdopen(here, "rb") as pipe:
        receipts = [json.loads(line) for line in pipe]
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0] * PROCESSES
    ledger = Ledger.open(place)
    assert len(receipts) == len({one["id"] for one in receipts}) == PROCESSES * THREADS * FILES
    assert verify(ledger, [Head(one["entry"], one["entry_hash"]) for one in receipts]) == ()
    # Each revises the one that came before it: no two the same, and one is the first.
    for thread in range(THREADS):
        history = ledger.history(Key(f"body{thread}", "rural", 2021))
        assert [one.reports[0].supersedes for one in history] == [
            *(one.id for one in history[1:]),
            None,
        ]
    ledger.close()


def test_two_that_send_the_same_at_the_same_time_have_one_submission(place: str) -> None:
    ledger = Ledger.open(place)
    by, key = Actor("Zhang", "reporter", "body"), Key("body", "rural", 2023)
    start = threading.Barrier(8)
    found: list[tuple[str, bool]] = []

    def work() -> None:
        start.wait()
        receipt = ledger.submit(Upload("a.csv", b"a"), by, [key], idempotency_key="k")
        found.append((receipt.id, receipt.existing))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for each, _ in found}) == 1
    assert sorted(existing for _, existing in found) == [False] + [True] * 7
    ledger.close()


def test_a_disk_that_takes_no_more_takes_nothing_by_halves(tmp_path: Path) -> None:
    """The system refuses to let the file grow, in the middle of writing."""
    file = tmp_path / "ledger.sqlite"
    by, key = Actor("Zhang", "reporter", "body"), Key("body", "rural", 2023)
    Ledger.open(file).close()
    pid = os.fork()
    if pid == 0:
        try:
            ledger = Ledger.open(file)
            ledger.submit(Upload("small.csv", b"a"), by, [key])
            resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
            refused = 0
            for number in range(3):
                try:
                    ledger.submit(Upload("big.csv", os.urandom(2**21)), by, [key])
                except Overloaded as error:
                    refused += error.code == "ledger-full" and number < 3
            os._exit(0 if refused == 3 and ledger.list().total == 1 else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    ledger = Ledger.open(file)
    assert verify(ledger) == ()
    assert ledger.list().total == 1
    assert not ledger.submit(Upload("big.csv", b"x" * 2**21), by, [key]).existing
    ledger.close()
