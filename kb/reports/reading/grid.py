"""A table of texts as a file holds it, before anyone knows which columns it has.

What the process that parses files gives back, as JSON: nothing in it can run. Must not know
formats, headings or rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kb.errors import FileProblem
from kb.reports.sheet import Trait
from kb.text import Text

TRAITS: tuple[Trait, ...] = ("formula", "merged", "hidden")


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet.

    Args:
        name: of the sheet; None where the format has none.
        rows: by row from the first, its cells from column A, as they are shown.
        traits: by row and column, from 0, what the workbook does to the cell.
    """

    name: str | None
    rows: tuple[tuple[str, ...], ...]
    traits: Mapping[tuple[int, int], frozenset[Trait]] = field(default_factory=dict)


def dump(grids: Iterable[Grid]) -> bytes:
    """Grids as JSON in UTF-8."""
    content = [
        [
            grid.name,
            grid.rows,
            [[row, column, sorted(traits)] for (row, column), traits in grid.traits.items()],
        ]
        for grid in grids
    ]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def load(data: bytes) -> tuple[Grid, ...]:
    """Grids from JSON, whoever wrote it: each part is made what it must be.

    Raises:
        ValueError: it is no JSON of :func:`dump`.
    """
    try:
        return tuple(
            Grid(
                None if name is None else str(name),
                tuple(tuple(map(str, row)) for row in rows),
                {
                    (int(row), int(column)): frozenset(one for one in TRAITS if one in traits)
                    for row, column, traits in odd
                },
            )
            for name, rows, odd in json.loads(data.decode("utf-8", "replace"))
        )
    except (TypeError, KeyError) as error:
        raise ValueError(str(error)) from error


def letter(column: int) -> str:
    """The letters of a column.

    Args:
        column: from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def too_many_rows(limit: int) -> FileProblem:
    """More rows than a file may have."""
    return FileProblem(
        "too-many-rows",
        Text(zh=f"文件超过 {limit} 行", en=f"the file has more than {limit} rows"),
        Text(zh="请分成几个文件", en="split it into several files"),
    )
