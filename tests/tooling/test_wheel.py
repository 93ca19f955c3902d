"""The wheel carries the knowledge beside the code, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def names(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_ontology_and_the_queries_is_in_it(root: Path, names: set[str]) -> None:
    for folder in ("ontology", "queries"):
        for file in (root / folder).rglob("*.*"):
            if file.is_file() and not file.name.startswith("."):
                assert f"kb/_data/{file.relative_to(root).as_posix()}" in names


def test_the_migrations_of_the_ledger_are_in_it(root: Path, names: set[str]) -> None:
    folder = root / "kb" / "reports" / "ledger" / "migrations" / "versions"
    for file in folder.glob("v*.py"):
        assert file.relative_to(root).as_posix() in names


def test_it_holds_only_the_packages_the_data_and_the_metadata(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} <= {"kb", "server", "plankb"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
