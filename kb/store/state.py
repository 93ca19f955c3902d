"""How an engine is at this moment, put together from its parts.

Must not know who wants to know.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from kb.store.crew import Crew
from kb.store.lanes import Lanes
from kb.store.status import Status
from kb.store.tally import Tally


def of_engine(
    crew: Crew, lanes: Lanes, tally: Tally, clients: int, held: int, began: float
) -> Status:
    """The state of this process.

    Args:
        crew: its workers.
        lanes: what runs and waits.
        tally: what came of queries.
        clients: that are connected.
        held: bytes that they have not taken yet.
        began: when the process was started, on the monotonic clock.
    """
    busy, heavy, queued, heavy_queued = lanes.counts
    workers = [slot.pid for slot in crew.slots if crew.is_current(slot) or slot.job]
    pids = [os.getpid(), crew.holder, *workers]
    return Status(
        revision=crew.revision,
        workers=tuple(workers),
        busy=busy,
        queued=queued,
        seccomp=all(slot.seccomp for slot in crew.slots if slot.ready),
        heavy=heavy,
        heavy_queued=heavy_queued,
        clients=clients,
        outcomes=dict(tally.outcomes),
        latency=tally.latency(),
        cache_hits=tally.hits,
        cache_joins=tally.joins,
        cache_misses=tally.misses,
        cache_entries=len(lanes.cache),
        cache_bytes=lanes.cache.size,
        memory={pid: size for pid in pids if (size := _resident(pid))},
        held_bytes=held,
        loads=tally.loads,
        deaths=crew.deaths,
        uptime=time.monotonic() - began,
        pid=os.getpid(),
        holder=crew.holder,
    )


def _resident(pid: int) -> int:
    """Resident bytes of a process; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
