"""What `./dev test` runs: every check in turn, one line each, and then pytest, in several
runs side by side.

With arguments it runs only pytest, with these arguments. Without, all checks run even where one
fails, so that one run shows everything; pytest comes last, so that its summary is the last line.
Must not know how the environment came to be.
"""

from __future__ import annotations

import os
import re
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
    templates = ("server/templates", "kb/reports/output/templates")
    if found := [str(ROOT / folder) for folder in templates if (ROOT / folder).is_dir()]:
        yield Step("djlint", ["djlint", "--quiet", "--lint", "--check", *found])
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


def shares() -> tuple[list[str], ...]:
    """What each run of pytest is given, so that both cores of a small machine have work.

    Three for two cores: browsers and services let their tests wait a good part of the time. A
    new folder is the first's without a word.
    """
    waiting = ["tests/browser", "tests/cli", "tests/contract"]
    serving = ["tests/server", "tests/store", "server"]
    computing = sorted(
        f"tests/{folder.name}"
        for folder in (ROOT / "tests").iterdir()
        if any(folder.glob("test_*.py")) and f"tests/{folder.name}" not in [*waiting, *serving]
    )
    return [*computing, "kb"], waiting, serving


def counts(summary: str) -> dict[str, int]:
    """Passed, failed, skipped and errors of a pytest run, from its last line."""
    last = summary.strip().splitlines()[-1] if summary.strip() else ""
    found = re.findall(r"(\d+) (passed|failed|skipped|error)", last)
    return {kind: int(number) for number, kind in found}


def tests() -> int:
    """Run all shares side by side; 0 when all passed and, where it is measured, enough is covered.

    Coverage is measured with ``PLANKB_COVERAGE=1`` only: it nearly doubles the time, above all
    of the services that tests start.
    """
    covered = os.environ.get("PLANKB_COVERAGE") == "1"
    folder = ROOT / "build" / "coverage"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    running = []
    for number, given in enumerate(shares()):
        output = (folder / f"pytest-{number}.txt").open("w+", encoding="utf-8")
        measured = ["-m", "coverage", "run"] if covered else []
        command = [sys.executable, *measured, "-m", "pytest", *given]
        command += ["-o", f"cache_dir=build/pytest-{number}"]
        running.append((subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT), output))
    total: dict[str, int] = {}
    status = 0
    try:
        for process, output in running:
            status |= process.wait()
            output.seek(0)
            text = output.read()
            print(text, flush=True)
            for kind, number in counts(text).items():
                total[kind] = total.get(kind, 0) + number
    finally:
        for process, output in running:
            process.terminate()
            process.wait()
            output.close()
    if covered:
        coverage = [sys.executable, "-m", "coverage"]
        subprocess.run([*coverage, "combine", "--quiet"], check=False)
        status |= subprocess.run([*coverage, "report"], check=False).returncode
    failed = total.get("failed", 0) + total.get("error", 0)
    print(f"{total.get('passed', 0)} passed, {failed} failed, {total.get('skipped', 0)} skipped")
    return 1 if status else 0


def main(arguments: Sequence[str]) -> int:
    """Run the suite; 0 when all of it passed."""
    if arguments:
        if ROOT not in [Path.cwd(), *Path.cwd().parents]:
            os.chdir(ROOT)
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode

    os.chdir(ROOT)
    failed = [step.name for step in steps() if not run(step)]
    status = tests()
    if failed:
        print(f"failed before pytest: {', '.join(failed)}", file=sys.stderr, flush=True)
    return status or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
