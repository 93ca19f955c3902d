"""A test that needs what is not here is skipped with its reason, and in CI it fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: Tests of another run, which skip and fail in every way that there is: what becomes of them
#: is what is tested here. None of them is a test of this project.
TESTS = """
import pytest

@pytest.mark.needs_shared
def test_marked(): ...

def test_fixture(article): ...

@pytest.mark.skip(reason="some other reason")
def test_other(): ...

@pytest.mark.xfail
def test_known_fault(): assert False

def test_runs(root): assert root.is_dir()
"""
MODULE = 'import pytest\n\npytest.skip("a whole module", allow_module_level=True)\n'


def outcome(root: Path, folder: Path, **env: str) -> str:
    """The output of pytest on tests that need a shared folder, where there is none."""
    tests = folder / "checkout" / "tests"
    tests.mkdir(parents=True)
    shutil.copy(root / "tests" / "conftest.py", tests)
    (tests / "test_some.py").write_text(TESTS)
    (tests / "test_module.py").write_text(MODULE)
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(("PLANKB", "COV"))}
    command = [sys.executable, "-m", "pytest", "-ra", "--continue-on-collection-errors", str(tests)]
    return subprocess.run(
        command, cwd=folder, env={**kept, **env}, capture_output=True, text=True, check=False
    ).stdout


def test_a_skip_names_what_is_missing(root: Path, tmp_path: Path) -> None:
    said = outcome(root, tmp_path)
    assert re.search("1 passed, 4 skipped, 1 xfailed", said), said
    assert said.count("needs the folder with the source and the reference data") == 2


def test_where_no_skip_is_allowed_each_is_a_failure_with_its_reason(
    root: Path, tmp_path: Path
) -> None:
    said = outcome(root, tmp_path, PLANKB_NO_SKIPS="1")
    assert re.search("1 passed, 1 xfailed, 4 errors", said), said
    for reason in ("the reference data", "some other reason", "a whole module"):
        assert reason in said


def test_an_unknown_marker_is_an_error(root: Path, pytestconfig: pytest.Config) -> None:
    assert "--strict-markers" in pytestconfig.getini("addopts")
