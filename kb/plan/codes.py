"""What may be written in a report and what it means: teams, indicators, units and so on.

Each list is a query of ``queries/codes``, over the plan graph or, where its header says so, over
the shapes of ``ontology/shapes``. Must not know what any list holds.
"""

from __future__ import annotations

import pyoxigraph as ox

from kb.errors import UnknownName
from kb.plan import knowledge
from kb.plan.graph import PlanGraph
from kb.text import Text


def lists() -> list[str]:
    """The names of the lists."""
    return [file.name for file in knowledge.query_files("codes")]


def codes(graph: PlanGraph, name: str) -> list[dict[str, object]]:
    """One list; columns ``X_zh`` and ``X_en`` are one value in two languages.

    Raises:
        UnknownName: there is no such list; the message names those that there are.
    """
    files = {file.name: file for file in knowledge.query_files("codes", graph.base)}
    if name not in files:
        raise UnknownName(
            "no-such-list",
            Text(zh=f"没有“{name}”这个代码表", en=f"there is no list “{name}”"),
            Text(zh=f"有：{'、'.join(files)}", en=f"there are: {', '.join(files)}"),
        )
    entries = []
    over_shapes = files[name].header.get("data") == "shapes"
    rows = (
        _select_shapes(graph.base, files[name].text)
        if over_shapes
        else graph.select(files[name].text)
    )
    for row in rows:
        entry: dict[str, object] = {}
        for key, value in row.items():
            if key.endswith("_zh"):
                stem = key.removesuffix("_zh")
                entry[stem] = Text(zh=value, en=row.get(stem + "_en", value)).as_dict()
            elif not key.endswith("_en"):
                entry[key] = value
        entries.append(entry)
    return entries


def _select_shapes(base: str, query: str) -> list[dict[str, str]]:
    """Rows of a query over all shapes of reports."""
    store = ox.Store()
    for path in sorted((knowledge.root() / "ontology" / "shapes").glob("report-*.ttl")):
        store.load(knowledge.read_text(path, base).encode(), ox.RdfFormat.TURTLE)
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions), "a SELECT query is needed"
    names = [variable.value for variable in solutions.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in solutions]
