"""`./dev` sets up by itself, is silent once that is done, and says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

PARTS = [
    "dev",
    "pyproject.toml",
    "requirements.lock",
    "requirements-build.lock",
    "README.md",
    "LICENSE",
    "kb",
    "server",
    "ontology",
    "queries",
]


def run(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    # Not measured: another user, or a copy of the checkout, has nowhere to put the measurements.
    unmeasured = {name: os.environ[name] for name in os.environ if "COVERAGE" not in name}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=unmeasured if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def copy(root: Path, target: Path) -> Path:
    """The parts of a checkout that an installation needs, without its environment."""
    target.mkdir(parents=True)
    for name in PARTS:
        if (root / name).is_dir():
            shutil.copytree(
                root / name, target / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy2(root / name, target / name)
    return target


def only(folder: Path, *programs: str) -> dict[str, str]:
    """An environment whose path holds these programs and nothing else."""
    folder.mkdir()
    for name in programs:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return {"PATH": str(folder)}


POSIX = ("sh", "awk", "cat", "cksum", "dirname", "mkdir", "mv", "printf", "rm", "sed", "tail")


def stub_python(folder: Path, answer: str) -> None:
    """A python3 that answers the question for its version, and can do nothing else."""
    python = folder / "python3"
    python.write_text(f"#!/bin/sh\necho '{answer}'\n")
    python.chmod(0o755)


@pytest.fixture
def bare(root: Path, tmp_path: Path) -> Path:
    """A checkout that is not set up."""
    return copy(root, tmp_path / "check out")


def test_it_is_silent_and_runs_where_the_caller_stands(root: Path, tmp_path: Path) -> None:
    result = run(root / "dev", "run", "pwd", "-P", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.strip() == str(tmp_path.resolve())


def test_it_is_found_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "plankb-dev").symlink_to(root / "dev")
    result = run(tmp_path / "plankb-dev", "run", "python", "-c", "print(1)", cwd=tmp_path)
    assert (result.stdout, result.stderr) == ("1\n", "")


def test_a_commands_own_exit_status_and_arguments_pass_through(root: Path) -> None:
    code = "import sys; print(sys.argv[1:]); sys.exit(7)"
    result = run(root / "dev", "run", "python", "-c", code, "a b", "*", "", cwd=root)
    assert (result.returncode, result.stdout) == (7, "['a b', '*', '']\n")


def test_commands_run_inside_the_environment(root: Path) -> None:
    result = run(root / "dev", "run", "python", "-c", "import sys; print(sys.prefix)", cwd=root)
    assert result.stdout.strip() == str(root / ".venv")


def test_help_names_every_command(root: Path) -> None:
    result = run(root / "dev", "--help", cwd=root)
    assert result.returncode == 0
    for name in ("serve", "test", "run", "bench", "lock"):
        assert f"./dev {name}" in result.stdout


@pytest.mark.parametrize("arguments", [[], ["srve"], ["run"]])
def test_a_wrong_call_says_how_it_is_called(root: Path, arguments: list[str]) -> None:
    result = run(root / "dev", *arguments, cwd=root)
    assert result.returncode == 2
    assert "./dev run" in result.stderr
    assert result.stdout == ""


def test_without_python_it_names_the_debian_packages(bare: Path, tmp_path: Path) -> None:
    result = run(bare / "dev", "run", "true", cwd=tmp_path, env=only(tmp_path / "bin", *POSIX))
    assert result.returncode == 2
    assert "no Python" in result.stderr
    assert "apt-get install python3 python3-venv" in result.stderr
    assert not (bare / ".venv").exists()


@pytest.mark.parametrize("lacks", ["Python 3.9", "Python 3.11 without venv"])
def test_a_python_that_will_not_do_is_named(bare: Path, tmp_path: Path, lacks: str) -> None:
    env = only(tmp_path / "bin", *POSIX)
    stub_python(tmp_path / "bin", f"no {lacks}")
    result = run(bare / "dev", "run", "true", cwd=tmp_path, env=env)
    assert result.returncode == 2
    assert f"found here: {lacks}." in result.stderr
    assert "apt-get install python3 python3-venv" in result.stderr


def test_a_set_up_that_fails_says_so_and_leaves_nothing_that_looks_complete(
    bare: Path, tmp_path: Path
) -> None:
    (bare / "requirements-build.lock").write_text("no-such-package==1.0\n")
    result = run(bare / "dev", "run", "true", cwd=tmp_path, env={**os.environ, "PIP_NO_INDEX": "1"})
    assert result.returncode == 2
    assert "setting up failed while installing requirements-build.lock" in result.stderr
    assert not (bare / ".venv" / "set-up").exists()


def test_the_shell_parts_are_posix(root: Path) -> None:
    assert run("sh", "-n", "dev", cwd=root).returncode == 0
    assert (root / "dev").read_text().startswith("#!/bin/sh\n")


@pytest.mark.needs_shellcheck
@pytest.mark.parametrize("name", ["dev", ".ci/run"])
def test_shellcheck_finds_nothing(root: Path, name: str) -> None:
    result = run("shellcheck", name, cwd=root)
    assert result.returncode == 0, result.stdout


@pytest.mark.needs_network
def test_set_up_from_nothing_twice_at_once_then_moved_and_changed(
    bare: Path, tmp_path: Path
) -> None:
    # One story in one test: each set-up takes half a minute and downloads.
    plankb = "import kb, sys; print(sys.prefix)"
    with ThreadPoolExecutor(2) as pool:
        both = list(
            pool.map(
                lambda _: run(bare / "dev", "run", "python", "-c", plankb, cwd=tmp_path), range(2)
            )
        )
    for result in both:
        assert (result.returncode, result.stdout.strip()) == (0, str(bare / ".venv")), result.stderr
    said = sorted(result.stderr.count("setting up") for result in both)
    assert said == [1, 1]  # one sets up, the other says that it waits
    assert sum("waiting for another" in result.stderr for result in both) == 1

    again = run(bare / "dev", "run", "plankb", "--version", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")

    with (bare / "pyproject.toml").open("a") as file:
        file.write('\n[tool.ruff.format]\nquote-style = "double"\n')
    assert run(bare / "dev", "run", "true", cwd=tmp_path).stderr == ""

    text = (bare / "pyproject.toml").read_text()
    (bare / "pyproject.toml").write_text(text.replace('version = "0.1.0"', 'version = "0.1.1"'))
    changed = run(bare / "dev", "run", "plankb", "--version", cwd=tmp_path)
    assert "0.1.1" in changed.stdout
    assert "installing plankb again" in changed.stderr

    moved = bare.rename(tmp_path / "moved")
    result = run(moved / "dev", "run", "plankb", "--version", cwd=tmp_path)
    assert (result.returncode, "setting up" in result.stderr) == (0, True), result.stderr


def test_an_ordinary_user_can_use_what_another_set_up(root: Path) -> None:
    # Who runs this as an ordinary user shows it by running it; root can play one.
    python = root / ".venv" / "bin" / "python"
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.getuid() == 0 and shutil.which("setpriv"):
        may = run(*other, "test", "-x", python, cwd=Path("/"))
        if may.returncode == 0:  # else folders above are closed to others
            result = run(*other, root / "dev", "run", "python", "-c", "import kb", cwd=Path("/"))
            assert (result.returncode, result.stderr) == (0, "")
