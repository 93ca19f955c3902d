"""``plankb serve`` as a process: it says where it serves, stops when told, refuses what it must."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


def environment(root: Path, tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(root),
        "PLANKB_CACHE": str(tmp_path),
        "PLANKB_LANG": "en",
        **more,
    }


@pytest.fixture
def command() -> list[str]:
    # The entry point may not be installed where only the checkout is on the path.
    return [sys.executable, "-c", "from server.command import serve; serve()"]


def test_it_serves_says_where_and_stops_on_sigterm(
    command: list[str], root: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [*command, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(root, tmp_path),
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("plankb serves on http://127.0.0.1:")
        address = line.split()[-1]
        assert httpx.get(f"{address}/healthz", trust_env=False).text == "ok\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.communicate()


def run(
    root: Path, tmp_path: Path, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    code = "import sys; from kb.cli import commands, main; from server.command import serve; "
    code += "commands.add_command(serve); main()"
    return subprocess.run(
        [sys.executable, "-c", code, "serve", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
        env=environment(root, tmp_path, **more),
    )  # fmt: skip


def test_a_port_in_use_is_said_at_once(root: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(root, tmp_path, "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "in use" in done.stderr
    assert "--port" in done.stderr


def test_a_data_folder_that_is_not_there_is_refused(root: Path, tmp_path: Path) -> None:
    done = run(root, tmp_path, "--port", "0", "--data", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_a_source_with_another_text_is_refused(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "article.txt"
    other.write_text("另一篇", encoding="utf-8")
    done = run(root, tmp_path, "--port", "0", PLANKB_SOURCE=str(other))
    assert done.returncode == 2
    assert "sha256" in done.stderr
    assert "Traceback" not in done.stderr
