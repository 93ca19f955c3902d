"""Which columns a sheet has: by its headings, in either language, in any order.

Must not know formats, nor what any column may hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.errors import FileProblem
from kb.reports.codelists import folded
from kb.reports.reading.grid import Grid, letter
from kb.reports.sheet import COLUMNS, Column
from kb.text import Text

#: What each column is called, and what else may stand over it: both at once.
HEADINGS: dict[Column, str] = {
    "reporter": "填报单位",
    "team": "队伍",
    "indicator": "指标",
    "year": "年份",
    "value": "数值",
    "unit": "单位",
    "basis": "口径",
    "note": "备注",
}
_KNOWN: dict[str, Column] = {
    folded(form): column for column, zh in HEADINGS.items() for form in (column, zh)
}
_PARTING = re.compile(r"[\s/|()（）]+")

#: A sheet is a report where this many of the eight headings stand side by side.
_ENOUGH = 4
#: Rows from the top among which the headings are looked for.
_TOP = 10


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the headings of a sheet stand.

    Args:
        row: from 0.
        columns: by column, its place from 0.
    """

    row: int
    columns: Mapping[Column, int]


def column_of(text: str) -> Column | None:
    """The column that a heading names: ``value``, ``数值`` or ``数值 value``.

    >>> column_of("Value"), column_of("数值（value）"), column_of("金额")
    ('value', 'value', None)
    """
    whole = _KNOWN.get(folded(text))
    if whole is not None:
        return whole
    parts = {_KNOWN.get(folded(part)) for part in _PARTING.split(text) if part.strip()}
    return parts.pop() if len(parts) == 1 else None


def known_in(cells: Sequence[str]) -> int:
    """How many of our headings stand in a row."""
    return len({column for cell in cells if (column := column_of(cell)) is not None})


def find(grid: Grid) -> Heading | None:
    """The headings of a sheet; None where it is no report.

    Raises:
        FileProblem: it has our headings and one that is not ours, or one twice.
    """
    top = grid.rows[:_TOP]
    best = max(range(len(top)), key=lambda row: (known_in(top[row]), -row), default=None)
    if best is None or known_in(top[best]) < _ENOUGH:
        return None
    columns: dict[Column, int] = {}
    for place, text in enumerate(top[best]):
        column = column_of(text)
        where = f"{letter(place)}{best + 1}"
        if column is None:
            if text.strip() or any(
                len(row) > place and row[place].strip() for row in grid.rows[best + 1 :]
            ):
                raise _unknown(text.strip(), where, grid.name)
            continue
        if column in columns:
            first = f"{letter(columns[column])}{best + 1}"
            raise FileProblem(
                "heading-twice",
                Text(
                    zh=f"列“{HEADINGS[column]}”出现两次：{first} 和 {where}",
                    en=f"the column “{column}” stands twice: {first} and {where}",
                ),
                Text(zh="删去其中一列", en="remove one of them"),
                column=column,
            )
        columns[column] = place
    return Heading(best, columns)


def unknown(grids: Sequence[Grid]) -> FileProblem:
    """No sheet has our headings: what was seen in their place."""
    seen = []
    for grid in grids[:5]:
        first = next((row for row in grid.rows if any(cell.strip() for cell in row)), ())
        texts = [cell.strip()[:20] for cell in first if cell.strip()][:10]
        if texts:
            seen.append((f"{grid.name}：" if grid.name else "") + " | ".join(texts))
    shown = "；".join(seen)
    return FileProblem(
        "no-headings",
        Text(
            zh=f"没有找到填报表的标题行；看到的是“{shown}”" if seen else "没有找到填报表的标题行",
            en=f"the headings of a report were not found; what was seen is “{shown}”"
            if seen
            else "the headings of a report were not found",
        ),
        _list(),
    )


def _unknown(text: str, where: str, sheet: str | None) -> FileProblem:
    at = f"{sheet}!{where}" if sheet else where
    return FileProblem(
        "unknown-heading",
        Text(
            zh=f"{at} 的标题“{text}”不是填报表的列" if text else f"{at} 没有标题，列中却有内容",
            en=f"the heading “{text}” in {at} is no column of a report"
            if text
            else f"{at} has no heading, yet there is something below it",
        ),
        _list(),
        heading=text,
    )


def _list() -> Text:
    return Text(
        zh="可用的列：" + "、".join(f"{HEADINGS[column]}（{column}）" for column in COLUMNS),
        en="the columns of a report: "
        + ", ".join(f"{column} ({HEADINGS[column]})" for column in COLUMNS),
    )
