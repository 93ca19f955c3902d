"""The description of the HTTP interface as a page, from the OpenAPI document itself.

Must not know any route.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response

from kb.text import Text
from server import views

blueprint = Blueprint("manual", __name__)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a route: its name, where it stands, what it is, and what it may be."""

    name: str
    place: str
    needed: bool
    description: Text
    values: str


@dataclass(frozen=True, slots=True)
class Route:
    """One route: method and path, what it does, its parameters, and its answers by status."""

    method: str
    path: str
    summary: Text
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, Text, str], ...]


@blueprint.get("/api")
def page() -> Response:
    """Every route with its parameters and answers."""
    return views.page("manual.html", routes=_routes())


@cache
def _routes() -> tuple[Route, ...]:
    file = Path(__file__).with_name("openapi.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method not in ("get", "post", "put", "delete"):
                continue
            given = [*operations.get("parameters", ()), *operation.get("parameters", ())]
            found.append(
                Route(
                    method.upper(),
                    path,
                    Text(operation["x-summary-zh"], operation["summary"]),
                    tuple(_parameter(_resolved(one, document)) for one in given),
                    tuple(
                        _answer(status, _resolved(answer, document))
                        for status, answer in operation.get("responses", {}).items()
                    ),
                )
            )
    machine = [
        route for route in found if route.path.startswith(("/api", "/sparql", "/rdf", "/id"))
    ]
    return tuple(machine + [route for route in found if route not in machine])


def _resolved(node: dict[str, object], document: dict[str, object]) -> dict[str, object]:
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    place: object = document
    for part in reference.removeprefix("#/").split("/"):
        assert isinstance(place, dict)
        place = place[part]
    assert isinstance(place, dict)
    return place


def _parameter(given: dict[str, object]) -> Parameter:
    schema = given.get("schema")
    values = schema.get("enum") or schema.get("type", "") if isinstance(schema, dict) else ""
    return Parameter(
        str(given["name"]),
        str(given["in"]),
        bool(given.get("required")),
        _described(given),
        " · ".join(map(str, values)) if isinstance(values, list) else str(values),
    )


def _described(node: dict[str, object]) -> Text:
    return Text(str(node.get("x-description-zh", "")), str(node.get("description", "")))


def _answer(status: str, answer: dict[str, object]) -> tuple[str, Text, str]:
    content = answer.get("content")
    media = ", ".join(content) if isinstance(content, dict) else ""
    return status, _described(answer), media
