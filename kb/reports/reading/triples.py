"""Turtle: the observations of our own vocabulary, as exports of reports have them.

Must not know what any property means beyond the column that it fills.
"""

from __future__ import annotations

from kb import terms
from kb.errors import FileProblem
from kb.reports.reading.broken import broken
from kb.reports.reading.delimited import text_of
from kb.reports.reading.grid import Grid, too_many_rows
from kb.reports.reading.limits import Limits
from kb.reports.sheet import COLUMNS

#: Where a column stands in the graph; the first that is there counts.
_PROPERTIES = {
    "reporter": ("reporter",),
    "team": ("team",),
    "indicator": ("indicator",),
    "year": ("year",),
    "value": ("writtenValue", "value"),
    "unit": ("writtenUnit", "unit"),
    "basis": ("basis",),
    "note": ("note",),
}


def grids(data: bytes, limits: Limits) -> tuple[Grid, ...]:
    """One row for each observation: by its row number, then in the order of the file.

    Raises:
        FileProblem: it is no Turtle.
    """
    import pyoxigraph as ox

    text_of(data)  # says what is wrong with the encoding, in our words
    subjects: dict[str, dict[str, str]] = {}
    observed: set[str] = set()
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
            subject = str(quad.subject)
            name = quad.predicate.value.rpartition("#")[2]
            held = quad.object
            value = held.value if isinstance(held, ox.NamedNode | ox.Literal) else ""
            if quad.predicate.value == terms.RDF + "type":
                if value == terms.QB + "Observation" or value.endswith("/ns#Observation"):
                    observed.add(subject)
                    if len(observed) >= limits.rows:
                        raise too_many_rows(limits.rows)
            elif quad.predicate.value.endswith(f"/ns#{name}"):
                subjects.setdefault(subject, {})[name] = value
    except FileProblem:  # a kind of ValueError
        raise
    except (SyntaxError, ValueError, OSError) as error:
        raise broken("Turtle") from error
    found = [facts for subject, facts in subjects.items() if subject in observed]
    found.sort(key=lambda facts: int(row) if (row := facts.get("row", "")).isdigit() else 0)
    if not found:
        return ()
    rows = [
        tuple(
            next((facts[name] for name in _PROPERTIES[column] if name in facts), "")
            for column in COLUMNS
        )
        for facts in found
    ]
    return (Grid(None, (tuple(COLUMNS), *rows)),)
