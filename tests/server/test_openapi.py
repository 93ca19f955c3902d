"""The description of the routes: it is OpenAPI 3.1, and has each route that there is."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.settings import Settings
from server.app import create_app
from server.knowledge import Knowledge
from server.ops import address


@pytest.fixture(scope="module")
def document(root: Path) -> dict[str, dict[str, dict[str, object]]]:
    found = json.loads((root / "server" / "openapi.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_each_route_of_the_app_is_in_it_and_no_other(
    document: dict[str, dict[str, dict[str, object]]],
) -> None:
    # Nothing is asked of the knowledge to list the routes.
    app = create_app(Settings(), knowledge=object.__new__(Knowledge))
    routes: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods = routes.setdefault(address(rule.rule), set())
        methods |= {method.lower() for method in rule.methods or ()} & {"get", "post"}
    described = {
        path: set(operations) & {"get", "post"} for path, operations in document["paths"].items()
    }
    assert described == routes


def test_it_is_served_as_it_is(root: Path, web: httpx.Client) -> None:
    answer = web.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == (root / "server" / "openapi.json").read_bytes()
    assert answer.json()["openapi"].startswith("3.1")


@pytest.fixture
def pages(web: httpx.Client) -> dict[str, str]:
    """The page of the interface in each language."""
    return {lang: unescape(web.get("/api", params={"lang": lang}).text) for lang in ("zh", "en")}


def test_each_route_is_summed_up_in_both_languages_on_its_page(
    document: dict[str, dict[str, dict[str, dict[str, str]]]], pages: dict[str, str]
) -> None:
    summed_up = [
        operation
        for operations in document["paths"].values()
        for method, operation in operations.items()
        if method in ("get", "post")
    ]
    assert len(summed_up) > 70
    for operation in summed_up:
        assert re.search("[\u4e00-\u9fff]", operation["x-summary-zh"])
        assert f">{operation['x-summary-zh']}<" in pages["zh"]
        assert f">{operation['summary']}<" in pages["en"]


def test_parameters_and_answers_are_told_in_both_languages(
    document: dict[str, dict[str, dict[str, Any]]], pages: dict[str, str]
) -> None:
    told = [
        node
        for operations in document["paths"].values()
        for method, operation in operations.items()
        if method in ("get", "post")
        for node in (*operation.get("parameters", ()), *operation["responses"].values())
        if "$ref" not in node
    ]
    told += [*document["components"]["responses"].values()]
    assert len(told) > 200
    for node in told:
        assert re.search("[\u4e00-\u9fff]", node["x-description-zh"])
        assert node["x-description-zh"] in pages["zh"]
        assert node["description"] in pages["en"]


def test_each_reference_leads_somewhere(
    document: dict[str, dict[str, dict[str, object]]],
) -> None:
    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if "$ref" in node else []
            return own + [ref for value in node.values() for ref in references(value)]
        if isinstance(node, list):
            return [ref for value in node for ref in references(value)]
        return []

    for reference in references(document):
        place: object = document
        for part in reference.removeprefix("#/").split("/"):
            assert isinstance(place, dict)
            assert part in place, reference
            place = place[part]
