"""Odd requests by the hundred thousand: none may end in a 500, hang or break its connection.

PLANKB_FUZZ_REQUESTS is how many (100000), PLANKB_FUZZ_SEED which.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from tests.bench import material, peers
from tests.bench.fuzzing import fuzz
from tests.bench.processes import Processes

Row = dict[str, object]

REQUESTS = int(os.environ.get("PLANKB_FUZZ_REQUESTS") or 100_000)
SEED = int(os.environ.get("PLANKB_FUZZ_SEED") or 0)


def run() -> list[Row]:
    """Send them all to a service of the plan's graph."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "plan.nq"
        data.write_bytes(material.plan())
        # A short deadline: what is measured is how requests end, not how long they may take.
        with peers.service(data, query_seconds="0.5", client_seconds="0") as running:
            web = Processes.below(running.pid).web
            began = time.monotonic()
            outcome = fuzz(running.address.removesuffix("/sparql"), REQUESTS, SEED)
            seconds = time.monotonic() - began
            dead = set(web) - set(Processes.below(running.pid).web)
            faults = [line for line in running.said.read_text().splitlines() if "trace" in line]
    for each in (outcome.faults + faults)[:10]:
        print("fault:", each)
    bad = len(outcome.faults) + len(faults) + len(dead)
    return [
        {
            "what": f"odd requests, seed {SEED}",
            "requests": outcome.total,
            **{str(status): count for status, count in sorted(outcome.statuses.items())},
            "faults": len(outcome.faults),
            "traces": len(faults),
            "processes died": len(dead),
            "seconds": round(seconds, 1),
            "met": "yes" if not bad else "no",
        }
    ]
