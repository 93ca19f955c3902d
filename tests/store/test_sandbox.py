"""Behind the walls: what a query could not do even if it got past everything else."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb.store import sandbox
from tests.store.material import Listener, dataset

PARENT = os.getpid()
LINUX = platform.system() == "Linux" and platform.machine() in ("x86_64", "aarch64")


def confined(act: Callable[[], object], memory_mb: int = 200) -> tuple[str, int]:
    """What an action gives, or the error that it raises, inside; and the wait status."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            signal.set_wakeup_fd(-1)
            sandbox.confine(theirs.detach(), memory_mb, os.getppid())
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=0)
            try:
                said = f"gave {act()!r}"
            except BaseException as error:  # noqa: BLE001  the engine's panics too
                said = f"raised {type(error).__name__}: {error}"
            line.sendall(said.encode())
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        heard = b"".join(iter(lambda: ours.recv(65536), b""))
    return heard.decode(), os.waitpid(pid, 0)[1]


def service(url: str) -> Callable[[], object]:
    return lambda: list(ox.Store().query(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"))  # type: ignore[arg-type]


def escapes(url: str, folder: Path) -> dict[str, Callable[[], object]]:
    host, port = "127.0.0.1", int(url.rsplit(":", 1)[1].strip("/"))
    return {
        "socket": lambda: socket.create_connection((host, port)),
        "service": service(url),
        "load": lambda: ox.Store().update(f"LOAD <{url}>"),
        "read": lambda: Path("/etc/hostname").read_text(),
        "engine reads": lambda: ox.Store().load(path="/etc/hostname", format=ox.RdfFormat.TURTLE),
        "write": lambda: (folder / "written").write_text("x"),
        "engine writes": lambda: ox.Store(str(folder / "store")),
        "list": lambda: list(Path("/").iterdir()),
        "run": lambda: subprocess.run(["true"], check=True),
        "exec": lambda: os.execv("/bin/true", ["true"]),
        "fork": os.fork,
        "pipe": os.pipe,
        "dup": lambda: os.dup(0),
        "memory file": lambda: os.memfd_create("x"),
        "thread": lambda: threading.Thread(target=print).start(),
    }


NAMES = list(escapes("http://127.0.0.1:1/", Path()))


def check(name: str, listener: Listener, folder: Path) -> None:
    said, status = confined(escapes(listener.url, folder)[name])
    assert said.startswith("raised") or os.WIFSIGNALED(status), said
    assert listener.connections() == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_way_out(name: str, listener: Listener, tmp_path: Path) -> None:
    check(name, listener, tmp_path)


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's, and known for two architectures")
@pytest.mark.parametrize("name", NAMES)
def test_the_filter_of_system_calls_is_enough_alone(
    name: str, listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_lower", lambda *_: None)
    check(name, listener, tmp_path)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("fork", "thread", "exec")])
def test_the_limits_are_enough_alone_against_sockets_and_files(
    name: str, listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_filter_calls", lambda _: False)
    check(name, listener, tmp_path)


def test_the_way_out_is_open_outside(listener: Listener) -> None:
    # The tests above would pass for nothing if the engine never reached out.
    listener.socket.settimeout(20)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(service(listener.url))
        listener.socket.accept()[0].close()
        assert isinstance(asked.exception(), OSError)


def test_nothing_inherited_can_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with secret.open() as file:
        said, _ = confined(lambda: os.read(file.fileno(), 9))
    assert "Bad file descriptor" in said


def test_a_query_runs_inside() -> None:
    store = ox.Store()
    store.extend(dataset())
    query = "SELECT (COUNT(*) AS ?n) (SUM(RAND()) AS ?r) (MAX(NOW()) AS ?t) (MAX(STRUUID()) AS ?u)"
    said, _ = confined(
        lambda: len(list(store.query(query + " { GRAPH ?g { ?s ?p ?o } }")))  # type: ignore[arg-type]
    )
    assert said == "gave 1"


def test_memory_is_bounded() -> None:
    said, _ = confined(lambda: len(bytearray(300 * 2**20)), memory_mb=200)
    assert said.startswith("raised MemoryError")
    said, _ = confined(lambda: len(bytearray(100 * 2**20)), memory_mb=200)
    assert said.startswith("gave")


def test_an_abort_shows_as_an_abort() -> None:
    _, status = confined(os.abort)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGABRT


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's, and known for two architectures")
def test_other_processes_cannot_be_signalled() -> None:
    said, _ = confined(lambda: os.kill(PARENT, 0))
    assert "Operation not permitted" in said


def test_processor_time_is_bounded() -> None:
    def spin() -> None:
        sandbox.Allowance(sandbox.Walls(2**40, seccomp=True)).grant(-7.0, 1)
        while True:
            pass

    _, status = confined(spin)
    assert os.WTERMSIG(status) == signal.SIGXCPU
