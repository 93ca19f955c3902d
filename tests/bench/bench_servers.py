"""The production servers that were thought of, each with the same app, engine and queries.

waitress and gunicorn go into ``build/servers`` with exact versions the first time.
docs/decisions/server.md has what came of it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kb import settings
from kb.store.owner import Engine
from tests.bench import material, peers
from tests.bench.bench_sparql import CLIENTS, ROUNDS, SECONDS, plan_queries
from tests.bench.peers import Absent
from tests.bench.wrk import load

Row = dict[str, object]

FOLDER = peers.ROOT / "build" / "servers"
VERSIONS = ("waitress==3.0.2", "gunicorn==27.0.1")
_APP = "tests.bench.wsgi:app"
_THREADS = "16"
COMMANDS = {
    "waitress": ["waitress", f"--threads={_THREADS}", "--listen=127.0.0.1:{port}", _APP],
    "gunicorn x2": ["gunicorn", "--workers=2", f"--threads={_THREADS}", "--bind=127.0.0.1:{port}",
                    "--keep-alive=30", _APP],
    "granian WSGI x2": ["granian", "--interface=wsgi", "--workers=2", "--no-ws", "--no-log",
                        f"--blocking-threads={_THREADS}", "--backpressure=256", "--port={port}",
                        _APP],
}  # fmt: skip


def run() -> list[Row]:
    """Measure each, repeated and distinct queries, by number of clients."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        data = Path(folder) / "plan.nq"
        data.write_bytes(material.plan())
        engine = stack.enter_context(
            Engine.start(data.read_bytes(), "bench", settings.load({"PLANKB_LOG": "off"}))
        )
        servers = {
            name: stack.enter_context(_served(command, engine))
            for name, command in COMMANDS.items()
        }
        servers["granian RSGI x2, cache"] = stack.enter_context(peers.plankb(data, log="off"))
        queries = plan_queries()
        for distinct in (False, True):
            for clients in CLIENTS:
                row: Row = {"what": "distinct" if distinct else "repeated", "clients": clients}
                for name, address in servers.items():
                    try:
                        loads = [
                            load(address, queries, distinct, clients, SECONDS)
                            for _ in range(ROUNDS)
                        ]
                    except Absent as absent:
                        return [{"what": "servers", "skipped": str(absent)}]
                    row[f"{name} /s"] = round(statistics.median(each.rate for each in loads))
                rows.append(row)
                print(row, file=sys.stderr, flush=True)
    return rows


@contextlib.contextmanager
def _served(command: list[str], engine: Engine) -> Iterator[str]:
    if not (FOLDER / "waitress").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(FOLDER)]
        subprocess.run([*pip, *VERSIONS], check=True, capture_output=True)
    port = peers.free_port()
    module, *rest = command
    env = {
        "PYTHONPATH": os.pathsep.join([str(peers.ROOT), str(FOLDER)]),
        "PLANKB_BENCH_ENGINE": str(engine.path),
    }
    full = [sys.executable, "-m", module, *(part.format(port=port) for part in rest)]
    with peers.process(full, env) as (started, said):
        address = f"http://127.0.0.1:{port}/sparql"
        peers.await_answer(address, started, said, 60)
        yield address
