"""What `./dev test` runs: every check in turn, one line each, and then pytest.

With arguments it runs only pytest, with these arguments. Without, all checks run even where one
fails, so that one run shows everything; pytest comes last, so that its summary is the last line.
Must not know how the environment came to be.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Step(NamedTuple):
    """One check: its name and the command that fails where something is wrong."""

    name: str
    command: Sequence[str]


def with_python(*folders: str) -> list[str]:
    """Those of the folders that hold a Python file; mypy stops at one that holds none."""
    return [name for name in folders if any((ROOT / name).rglob("*.py"))]


def steps() -> Iterator[Step]:
    """The checks before pytest, in their order."""
    code = with_python("kb", "server", "tests")
    yield Step("ruff check", ["ruff", "check", "--quiet", *code])
    yield Step("ruff format", ["ruff", "format", "--check", "--quiet", "--diff", *code])
    yield Step("mypy", ["mypy", "--no-error-summary", *code])
    yield Step("import contract", ["lint-imports"])
    templates = ROOT / "server" / "templates"
    if templates.is_dir():
        yield Step("djlint", ["djlint", "--quiet", "--lint", "--check", str(templates)])
    yield Step("shell syntax", ["sh", "-n", "dev"])
    if shutil.which("bash"):
        yield Step("shell syntax, CI", ["bash", "-n", ".ci/run"])


def run(step: Step) -> bool:
    """Run one check; its output is shown only where it fails."""
    began = time.monotonic()
    result = subprocess.run(
        step.command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    passed = result.returncode == 0
    verdict = "ok" if passed else "FAILED"
    print(f"{step.name:<18}{verdict:<8}{time.monotonic() - began:5.1f} s", flush=True)
    if not passed:
        sys.stdout.buffer.write(result.stdout)
        print(f"again: ./dev run {' '.join(step.command)}", flush=True)
    return passed


def main(arguments: Sequence[str]) -> int:
    """Run the suite; 0 when all of it passed."""
    pytest = [sys.executable, "-m", "pytest"]
    if arguments:
        if ROOT not in [Path.cwd(), *Path.cwd().parents]:
            os.chdir(ROOT)
        return subprocess.run([*pytest, *arguments], check=False).returncode

    os.chdir(ROOT)
    (ROOT / "build" / "coverage").mkdir(parents=True, exist_ok=True)
    failed = [step.name for step in steps() if not run(step)]
    tests = subprocess.run([*pytest, "--cov", "--cov-report=term"], check=False).returncode
    if failed:
        print(f"failed before pytest: {', '.join(failed)}", file=sys.stderr, flush=True)
    return tests or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
