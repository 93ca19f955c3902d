"""Every command in README.md and docs/*.md that stands in a block tagged `sh` does what it says.

A block tagged `text` right after one is its output: each line must occur, in that order, with `…`
for anything. `./dev serve` is started on a free port and asked whether it is alive; `./dev test`
and `./dev lock` are not run, because this is the one and the other needs the network.
"""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(?P<sh>.*?)^```\n(?:\s*^```text\n(?P<text>.*?)^```\n)?", re.M | re.S)
NOT_RUN = ("./dev test", "./dev lock", "./dev bench")


class Example(NamedTuple):
    """The commands of one block, and the lines that they should print."""

    where: str
    commands: list[str]
    expected: list[str]


def examples() -> Iterator[Example]:
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = file.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            joined = match["sh"].replace("\\\n", " ")
            commands = [command for command in joined.splitlines() if command.strip()]
            expected = (match["text"] or "").splitlines()
            yield Example(f"{file.relative_to(ROOT)}:{line}", commands, expected)


def as_pattern(line: str) -> re.Pattern[str]:
    words = (r"\s+".join(re.escape(word) for word in part.split()) for part in line.split("…"))
    return re.compile(".*".join(words))


def serve_and_ask(command: str) -> None:
    """Start the service as documented, but on a free port, and wait until it says where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        ["sh", "-c", f"exec {command} --port {port}"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout
            said = []
            for line in process.stdout:
                said.append(line)
                if f":{port}" in line:
                    break
            else:
                pytest.fail("it ended before it served: " + "".join(said))
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
        finally:
            process.terminate()


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.where)
def test_a_documented_block_of_commands_works(example: Example) -> None:
    output = ""
    for command in example.commands:
        if command.startswith("./dev serve"):
            serve_and_ask(command)
        elif not command.startswith(NOT_RUN):
            result = subprocess.run(
                ["sh", "-c", command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
            output += result.stdout
    lines = iter(output.splitlines())
    for line in filter(str.strip, example.expected):
        pattern = as_pattern(line)
        assert any(pattern.search(printed) for printed in lines), f"not printed: {line}\n{output}"


def test_the_readme_has_the_two_commands() -> None:
    commands = [command for example in examples() for command in example.commands]
    assert {"./dev serve", "./dev test"} <= set(commands)
