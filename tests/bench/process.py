"""Measures whole processes: wall time, processor time and peak memory, over several runs.

Must not know which commands are measured, nor why.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence


def measure(
    what: str,
    command: Sequence[str],
    *,
    runs: int = 7,
    env: Mapping[str, str] | None = None,
    before: Callable[[], None] = lambda: None,
    statuses: Sequence[int] = (0,),
) -> dict[str, object]:
    """Run a command several times and give one row.

    Args:
        what: the row's name.
        command: program and arguments; output is thrown away.
        runs: how often it runs; files are in the page cache after the first.
        env: added to the environment.
        before: called before each run, outside of the measured time.
        statuses: the exit statuses that count as done.

    Returns:
        Seconds of wall time (median, best, worst), median seconds of processor time, and the peak
        resident memory in MiB of the largest single process among the command and its children.
        Where it fails, ``failed`` has its last line, and there are no figures.
    """
    walls, cpus, peaks = [], [], []
    # Where this is set, each run would compile every module again.
    own = {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        before()
        began = time.perf_counter()
        with subprocess.Popen(
            command,
            env={**own, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stderr
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            walls.append(time.perf_counter() - began)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in statuses:
            lines = said.decode("utf-8", "replace").strip().splitlines()
            return {"what": what, "failed": f"exit {process.returncode}: {lines[-1:]}"}
        cpus.append(usage.ru_utime + usage.ru_stime)
        # Linux counts in KiB, macOS in bytes. A child starts from its parent's peak, so nothing
        # below that of this small process can be seen.
        peaks.append(usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))
    return {
        "what": what,
        "runs": runs,
        "median_s": round(statistics.median(walls), 3),
        "best_s": round(min(walls), 3),
        "worst_s": round(max(walls), 3),
        "cpu_s": round(statistics.median(cpus), 3),
        "peak_mb": round(max(peaks), 1),
    }
