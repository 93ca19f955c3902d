"""What is vendored is what its manifest says, with its licence, and calls nobody."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

#: Where YASQE and its parts would ask by default.
OTHERS = ("lov.linkeddata.es", "prefix.cc", "dbpedia.org/sparql", "sourceMappingURL")


@pytest.fixture(scope="module")
def vendor(root: Path) -> Path:
    return root / "server" / "static" / "vendor"


@pytest.fixture(scope="module")
def packages(vendor: Path) -> list[dict[str, Any]]:
    content = json.loads((vendor / "MANIFEST.json").read_text(encoding="utf-8"))
    assert isinstance(content["packages"], list)
    return content["packages"]


def test_every_file_has_the_hash_of_the_manifest(
    vendor: Path, packages: list[dict[str, Any]]
) -> None:
    for package in packages:
        for file in package["files"]:
            content = (vendor / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
            same = file["sha256"] == file["published"]["sha256"]
            assert same == (not file["changes"]), "a change is named, and nothing else is changed"


def test_no_file_is_there_without_the_manifest(
    vendor: Path, packages: list[dict[str, Any]]
) -> None:
    known = {file["path"] for package in packages for file in package["files"]}
    known |= {package["licence_file"] for package in packages}
    known |= {"MANIFEST.json", "yasqe/LICENSE-yasgui.txt"}
    there = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()}
    assert there == known


def test_every_package_and_each_part_of_it_has_its_licence(
    vendor: Path, packages: list[dict[str, Any]]
) -> None:
    for package in packages:
        assert package["version"]
        assert package["integrity"].startswith("sha512-")
        text = (vendor / package["licence_file"]).read_text(encoding="utf-8")
        for part in (package, *package["contains"]):
            assert f"{part['name']} {part['version']} (" in text
            assert part["licence"] in text
            assert part["licence"].split()[-1] in ("MIT", "Apache-2.0")


def test_nothing_vendored_names_another_service(
    vendor: Path, packages: list[dict[str, Any]]
) -> None:
    for package in packages:
        for file in package["files"]:
            text = (vendor / file["path"]).read_text(encoding="utf-8")
            assert [other for other in OTHERS if other in text] == []
            assert "url(" not in text or file["path"].endswith(".js")
