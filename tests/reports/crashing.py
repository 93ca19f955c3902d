"""Processes that hand in without end and are killed while they do; and what must be true then.

Must not know which database it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import Overloaded
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor, Audited, Filters, Head, Key
from kb.reports.ledger.verifying import verify
from kb.reports.sheet import Upload


def hand_in_forever(place: str | Path, seed: int, told: int) -> None:
    """Submit random files, one after the other; each receipt goes to a descriptor as a line.

    What the ledger cannot take now is sent again, under the same idempotency key.
    """
    chance = random.Random(seed)
    ledger = _opened(place)
    by = Actor(f"submitter {seed}", "reporter", f"body{seed % 7}")
    number = 0
    while True:
        number += 1
        data = chance.randbytes(chance.choice([100, 5_000, 300_000]))
        key = Key(by.reporter, "rural", chance.randint(2021, 2025))
        audit = Audited("rules", "plan", {"conforms": True, "findings": ["x" * 1000]})
        while True:
            try:
                receipt = ledger.submit(
                    Upload(f"{seed}-{number}.csv", data),
                    by,
                    [key],
                    idempotency_key=f"{seed}-{number}",
                    audit=audit,
                )
                break
            except Overloaded:
                ledger.close()
        os.write(told, json.dumps(receipt.as_dict()).encode() + b"\n")


def _opened(place: str | Path) -> Ledger:
    """The ledger; waited for while its database is away."""
    while True:
        with contextlib.suppress(Overloaded):
            return Ledger.open(place, patience=20)


@dataclass(slots=True)
class Crashes:
    """Submitters killed one after the other, each at a moment of chance.

    Args:
        place: of the ledger.
        chance: decides the moments; print its seed.
        at_once: submitters that are at work at a time.
    """

    place: str | Path
    chance: random.Random
    at_once: int = 2
    receipts: list[dict[str, object]] = field(default_factory=list)
    _running: list[tuple[int, int]] = field(default_factory=list)
    _started: int = 0

    def start(self) -> None:
        """One more submitter."""
        self._started += 1
        seed = self.chance.randrange(2**31)
        here, there = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(here)
                hand_in_forever(self.place, seed, there)
            except BaseException:
                traceback.print_exc()  # nobody else would say why
                raise
            finally:
                os._exit(1)
        os.close(there)
        self._running.append((pid, here))

    def kill_one(self, within: float) -> None:
        """Let them work for up to so many seconds, then kill one and have another begin."""
        while len(self._running) < self.at_once:
            self.start()
        self._listen(self.chance.uniform(0, within))
        self._kill(self.chance.randrange(len(self._running)))

    def end(self) -> None:
        """Kill all, and hear what they had to say."""
        while self._running:
            self._kill(0)

    def wait_for_receipts(self, number: int) -> None:
        """Let them work until there are so many more receipts."""
        wanted = len(self.receipts) + number
        while len(self.receipts) < wanted:
            self._listen(0.1)

    def _listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for ready in select.select([pipe for _, pipe in self._running], [], [], left)[0]:
                self._hear(ready)

    def _hear(self, pipe: int) -> bytes:
        # A line is shorter than what a pipe takes in one piece.
        said = os.read(pipe, 2**16)
        self.receipts += [json.loads(line) for line in said.splitlines()]
        return said

    def _kill(self, number: int) -> None:
        pid, pipe = self._running.pop(number)
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "a submitter failed"
        while self._hear(pipe):
            pass
        os.close(pipe)

    def check(self) -> int:
        """Every receipt's submission is there once and whole, and none half; how many there are."""
        assert not self._running
        ledger = Ledger.open(self.place)
        heads = [Head(int(str(r["entry"])), str(r["entry_hash"])) for r in self.receipts]
        assert verify(ledger, heads) == ()
        ids = [str(receipt["id"]) for receipt in self.receipts]
        assert len(set(ids)) == len(ids)
        page = ledger.list(Filters(), limit=10**6)
        kept = {each.id: each for each in page.items}
        assert len(kept) == page.total
        assert set(ids) <= set(kept)
        for receipt in self.receipts:
            assert kept[str(receipt["id"])].sha256 == receipt["sha256"]
        # One that was killed before it could say so may be there: whole, with its audit.
        assert page.total <= len(ids) + self._started
        assert all(each.audit is not None and each.reports for each in page.items)
        ledger.close()
        return page.total
