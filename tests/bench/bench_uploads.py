"""Mutated report files by the ten thousand: each a finding or a clear refusal.

PLANKB_FUZZ_UPLOADS is how many (20000), PLANKB_FUZZ_SEED where to begin.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kb import settings
from kb.plan import graph
from kb.reports.codelists import CodeLists
from kb.reports.reading import read
from tests.reports.mutating import mutated

Row = dict[str, object]

UPLOADS = int(os.environ.get("PLANKB_FUZZ_UPLOADS") or 20_000)
SEED = int(os.environ.get("PLANKB_FUZZ_SEED") or 0)


def run() -> list[Row]:
    """Read them all, two at a time."""
    lists = CodeLists.of(graph.build(settings.load()))
    outcomes: Counter[str] = Counter()
    slowest = 0.0

    def one(seed: int) -> tuple[str, float]:
        upload = mutated(seed)
        began = time.perf_counter()
        try:
            reading = read(upload, lists)
        except Exception as error:  # noqa: BLE001  what is looked for
            print(f"seed {seed}: {type(error).__name__}: {error}")
            return "raised", time.perf_counter() - began
        seconds = time.perf_counter() - began
        if reading.code == "unreadable":
            print(f"seed {seed}: the reader failed or was stopped")
        if seconds > 2:
            print(f"seed {seed}: took {seconds:.1f} s")
        return reading.code or ("findings" if reading.findings else "clean"), seconds

    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        before = _files(here), _files(Path(tempfile.gettempdir()))
        os.chdir(folder)
        try:
            began = time.monotonic()
            with ThreadPoolExecutor(2) as pool:
                for outcome, seconds in pool.map(one, range(SEED, SEED + UPLOADS)):
                    outcomes[outcome] += 1
                    slowest = max(slowest, seconds)
            took = time.monotonic() - began
        finally:
            os.chdir(here)
        stray = len(list(Path(folder).iterdir())) + len(_files(here) - before[0])
    bad = outcomes["raised"] + outcomes["unreadable"] + stray
    return [
        {
            "what": f"mutated uploads, from seed {SEED}",
            "uploads": UPLOADS,
            "with findings": outcomes["findings"],
            "clean": outcomes["clean"],
            "refused": UPLOADS - outcomes["findings"] - outcomes["clean"],
            "kinds of refusal": len(set(outcomes) - {"findings", "clean"}),
            "failed": outcomes["raised"] + outcomes["unreadable"],
            "stray files": stray,
            "slowest s": round(slowest, 2),
            "seconds": round(took, 1),
            "met": "yes" if not bad else "no",
        }
    ]


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
