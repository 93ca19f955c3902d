"""A cold start: whole processes from the shell to the last byte of the answer.

The peer is what most Python tools on RDF would do: load the same Turtle files with rdflib, and
answer nothing. Rows called “empty cache” have to derive what the plan implies first.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.process import measure

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "which measures support rural talent?"

PEER = """
import sys, rdflib
graph = rdflib.Graph()
for path in sys.argv[1:]:
    graph.parse(path, format="turtle")
"""


def run() -> list[dict[str, object]]:
    """Measure the cold commands, then the peers."""
    files = [str(path) for path in sorted((ROOT / "ontology").rglob("*.ttl"))]
    plankb = str(Path(sys.executable).with_name("plankb"))
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(temporary) / "cache"

        def empty() -> None:
            shutil.rmtree(cache, ignore_errors=True)

        env = {"PLANKB_CACHE": str(cache)}
        return [
            measure("plankb ask, empty cache", [plankb, "ask", QUESTION], env=env, before=empty),
            measure("plankb ask", [plankb, "ask", QUESTION], env=env),
            measure("plankb ask, from ./dev", ["./dev", "run", "plankb", "ask", QUESTION], env=env),
            # 1 is an answer too: something falls short.
            measure("plankb check, empty cache", [plankb, "check"], env=env, before=empty,
                    runs=5, statuses=(0, 1)),
            measure("plankb check", [plankb, "check"], env=env, runs=5, statuses=(0, 1)),
            measure("plankb --version", [plankb, "--version"]),
            measure(f"peer: rdflib loads the same {len(files)} files", [*python, PEER, *files]),
            measure("floor: python -c pass", [*python, "pass"]),
        ]  # fmt: skip
