"""The catalogue of the rules of the audit: each with its reason, its shapes, and their queries.

The shapes are files beside the plan's graph and not in the store, so they have addresses of their
own. Must not know what any rule says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
from flask import Blueprint, Response, url_for

from kb import terms
from kb.errors import UnknownName
from kb.reports import ruleset
from kb.reports.finding import SEVERITIES
from kb.reports.ruleset import Rule
from kb.store import formats
from kb.terms import SH
from kb.text import Text
from server import delivery, language, table_files, views
from server.access import knowledge
from server.page_texts import PAGES

blueprint = Blueprint("rules", __name__)

_RDF = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule with all its shapes.

    Args:
        name: its code; label: in a few words; reason: why it is there.
        severities: of its shapes, the gravest first.
        shapes: ways in which it can have a result.
    """

    name: str
    label: Text
    reason: Text
    severities: tuple[str, ...]
    shapes: tuple[Rule, ...]


@blueprint.get("/rules")
def catalogue() -> Response:
    """All rules, the gravest first."""
    found = _entries(knowledge().base)
    groups = [
        (severity, [one for one in found if one.severities[0] == severity])
        for severity in SEVERITIES
    ]
    version = ruleset.load(knowledge().base).version
    return views.page("rules.html", groups=groups, count=len(found), version=version)


@blueprint.get("/rules.<any(csv, xlsx, ttl, jsonld):format>")
def listed(format: str) -> Response:
    """All rules as a table, or their shapes as RDF."""
    found = _entries(knowledge().base)
    if format in _RDF:
        return _sent(
            _shapes(tuple(s for one in found for s in one.shapes), format), format, "rules"
        )
    head = ["code", "label_zh", "label_en", "severity", "reason_zh", "reason_en"]
    rows = [
        [o.name, o.label.zh, o.label.en, " ".join(o.severities), o.reason.zh, o.reason.en]
        for o in found
    ]
    if format == "csv":
        return _sent(table_files.as_csv([head, *rows]), format, "rules")
    note = PAGES["rules-about"].en
    return _sent(table_files.as_workbook("rules", [head, *rows], set(), note), format, "rules")


@blueprint.get("/rules/<name>")
def rule(name: str) -> Response:
    """One rule: its reason, and each of its shapes with what it looks for and says."""
    found = _entries(knowledge().base)
    entry = _entry(name)
    at = found.index(entry)
    turtle = {one.shape: _shapes((one,), "ttl").decode() for one in entry.shapes}
    return views.page(
        "rule.html",
        rule=entry,
        turtle=turtle,
        before=found[at - 1] if at else None,
        after=found[at + 1] if at + 1 < len(found) else None,
        permalink=url_for("rules.rule", name=name, _external=True),
        version=ruleset.load(knowledge().base).version,
    )


@blueprint.get("/rules/<name>.<any(ttl, jsonld):format>")
def shapes(name: str, format: str) -> Response:
    """The shapes of one rule as RDF."""
    return _sent(_shapes(_entry(name).shapes, format), format, name)


def address(name: str) -> str:
    """The page of a rule; empty where there is no rule of that name."""
    if all(one.name != name for one in _entries(knowledge().base)):
        return ""
    return url_for("rules.rule", name=name, lang=language.of_request())


@lru_cache(maxsize=4)
def _entries(base: str) -> tuple[Entry, ...]:
    by: dict[str, list[Rule]] = {}
    for one in ruleset.load(base).rules:
        by.setdefault(one.name, []).append(one)
    return tuple(
        Entry(
            name,
            own[0].label,
            own[0].reason,
            tuple(sorted({one.severity for one in own}, key=SEVERITIES.index)),
            tuple(own),
        )
        for name, own in sorted(by.items())
    )


def _entry(name: str) -> Entry:
    for one in _entries(knowledge().base):
        if one.name == name:
            return one
    raise UnknownName(
        "no-such-rule",
        Text(f"没有“{name[:80]}”这条核对规则", f"there is no audit rule “{name[:80]}”"),
        Text("/rules 列出全部规则", "/rules lists all of them"),
    )


@lru_cache(maxsize=4)
def _store(base: str) -> ox.Store:
    store = ox.Store()
    store.load(ruleset.load(base).text.encode(), ox.RdfFormat.TURTLE)
    return store


def _shapes(rules: tuple[Rule, ...], format: str) -> bytes:
    """The triples of shapes, with those of the nodes that they lead to, the prefixes apart."""
    base = knowledge().base
    store = _store(base)
    waiting: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(one.shape) for one in rules]
    seen: set[object] = set()
    triples = []
    prefixes = ox.NamedNode(SH + "prefixes")
    while waiting:
        node = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        for quad in store.quads_for_pattern(node, None, None):
            triples.append(quad.triple)
            held = isinstance(quad.object, ox.BlankNode) or (
                isinstance(quad.object, ox.NamedNode)
                and quad.object.value.startswith(f"{base}shape/")
                and quad.predicate != prefixes
            )
            if held and isinstance(quad.object, ox.NamedNode | ox.BlankNode):
                waiting.append(quad.object)
    names = {**terms.prefixes(base), "sh": SH, "shape": f"{base}shape/"}
    body = ox.serialize(triples, format=_RDF[format], prefixes=names) or b""
    return formats.stable_header(body, format)


def _sent(body: bytes, format: str, name: str) -> Response:
    version = ruleset.load(knowledge().base).version
    own_tag = delivery.tag(version, name, format) if format != "xlsx" else None
    response = delivery.send(body, table_files.MEDIA[format], "", own_tag)
    kept = "inline" if format in _RDF else "attachment"
    response.headers["Content-Disposition"] = f'{kept}; filename="plankb-{name}.{format}"'
    return response
