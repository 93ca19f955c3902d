"""The servers that ours is measured against, installed into ``build/peers`` with exact versions.

Must not know what is measured.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "peers"
#: Not in the lock: nobody needs them but who measures.
VERSIONS = (
    "oxigraph==0.5.13",
    "rdflib-endpoint==0.6.3",
    "rdflib==7.6.0",
    "uvicorn==0.54.0",
    "httptools==0.9.0",
    "uvloop==0.23.0",
)


class Absent(Exception):
    """Something that is measured against is not to be had here; the text says what."""


def program(name: str) -> str:
    """The path of a peer's program; installs all of them the first time.

    Raises:
        Absent: they cannot be installed.
    """
    path = FOLDER / "bin" / name
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", *VERSIONS]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode or not path.exists():
            raise Absent(f"{name} cannot be installed: {done.stderr.strip()[-200:]}")
    return str(path)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(
    command: Sequence[str], env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process, and the file that it writes its messages to; ended at the end."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        with said.open("wb") as file:
            started = subprocess.Popen(
                command, stdout=file, stderr=file, env={**os.environ, **(env or {})}, cwd=ROOT
            )
        try:
            yield started, said
        finally:
            started.terminate()
            try:
                started.wait(60)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def await_answer(address: str, started: subprocess.Popen[bytes], said: Path, most: float) -> None:
    """Wait until a query is answered there.

    Raises:
        Absent: the server ended, or took too long.
    """
    give_up = time.monotonic() + most
    while True:
        if started.poll() is not None or time.monotonic() > give_up:
            raise Absent(f"{address} does not answer: {said.read_text()[-300:]}")
        try:
            with urllib.request.urlopen(address + "?query=ASK%20%7B%7D", timeout=5) as answer:
                answer.read()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


@contextlib.contextmanager
def oxigraph(data: Path) -> Iterator[str]:
    """``oxigraph serve`` on the data; the address of its endpoint."""
    with tempfile.TemporaryDirectory() as folder:
        load = [program("oxigraph"), "load", "-l", folder, "-f", str(data)]
        subprocess.run(load, check=True, capture_output=True)
        port = free_port()
        command = [program("oxigraph"), "serve-read-only", "-l", folder, "-b", f"127.0.0.1:{port}"]
        with process([*command, "--union-default-graph"]) as (started, said):
            address = f"http://127.0.0.1:{port}/query"
            await_answer(address, started, said, 60)
            yield address


@contextlib.contextmanager
def rdflib_endpoint(data: Path) -> Iterator[str]:
    """rdflib-endpoint on the data; the address of its endpoint."""
    port = free_port()
    app = (
        "import sys, rdflib, uvicorn; from rdflib_endpoint import SparqlEndpoint;"
        "graph = rdflib.Dataset(default_union=True);"
        "graph.parse(sys.argv[1], format='nquads');"
        "uvicorn.run(SparqlEndpoint(graph=graph, path='/sparql'), host='127.0.0.1',"
        "port=int(sys.argv[2]), log_level='warning')"
    )
    program("rdflib-endpoint")
    python = str(FOLDER / "bin" / "python")
    with process([python, "-c", app, str(data), str(port)]) as (started, said):
        address = f"http://127.0.0.1:{port}/sparql"
        await_answer(address, started, said, 300)
        yield address


@dataclass(frozen=True, slots=True)
class Running:
    """A service of ours that runs.

    Args:
        address: of its endpoint.
        pid: of its parent process.
        said: file with what it wrote to standard error.
    """

    address: str
    pid: int
    said: Path


@contextlib.contextmanager
def service(data: Path, **settings: str) -> Iterator[Running]:
    """Our service on the data."""
    env = {f"PLANKB_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.bench.dataset_service", str(data)]
    with process(command, env) as (started, said):
        give_up = time.monotonic() + 120
        while not (found := re.search(r"serves on (http://\S+)", said.read_text())):
            if started.poll() is not None or time.monotonic() > give_up:
                raise Absent(f"plankb does not start: {said.read_text()[-500:]}")
            time.sleep(0.1)
        address = found.group(1) + "/sparql"
        await_answer(address, started, said, 60)
        yield Running(address, started.pid, said)


@contextlib.contextmanager
def plankb(data: Path, **settings: str) -> Iterator[str]:
    """Our service on the data; the address of its endpoint."""
    with service(data, **settings) as running:
        yield running.address
