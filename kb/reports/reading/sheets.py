"""From tables of texts to the sheets of a report: rows and cells with their addresses.

Must not know formats, nor what any cell means.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.errors import FileProblem
from kb.reports.reading import headings
from kb.reports.reading.grid import Grid, letter
from kb.reports.reading.headings import Heading
from kb.reports.sheet import Cell, Row, Sheet, Trait, Upload
from kb.text import Text


def sheets(upload: Upload, grids: Sequence[Grid]) -> tuple[Sheet, ...]:
    """Every sheet that is a report, in the order of the file.

    Raises:
        FileProblem: there is none, or nothing stands below the headings, or a heading is
            not ours.
    """
    if not any(cell.strip() for grid in grids for row in grid.rows for cell in row):
        raise FileProblem(
            "empty",
            Text(zh="文件是空的", en="the file is empty"),
            Text(zh="用 plankb template 取得填报表", en="get a form with plankb template"),
        )
    found = [(grid, heading) for grid in grids if (heading := headings.find(grid)) is not None]
    if not found:
        raise headings.unknown(grids)
    made = tuple(_sheet(upload, grid, heading) for grid, heading in found)
    if not any(sheet.rows for sheet in made):
        raise FileProblem(
            "no-rows",
            Text(zh="标题行下面没有数据", en="nothing stands below the headings"),
            Text(zh="每个数值填一行", en="write one row for each figure"),
        )
    return tuple(sheet for sheet in made if sheet.rows)


def _sheet(upload: Upload, grid: Grid, heading: Heading) -> Sheet:
    sha256 = upload.sha256
    columns = dict(heading.columns)
    width = max(max(columns.values()) + 1, len(grid.rows[heading.row]))
    # A comma in a figure makes one row longer than the others, be its last cell empty or not.
    below = grid.rows[heading.row + 1 :]
    ragged = grid.name is None and not all(len(row) > width for row in below if any(row))
    rows = []
    for place in range(heading.row + 1, len(grid.rows)):
        texts = grid.rows[place]
        if not any(text.strip() for text in texts):
            continue
        cells: dict[str, Cell] = {
            column: Cell(
                upload.name,
                grid.name,
                place + 1,
                column,
                f"{letter(at)}{place + 1}",
                texts[at] if at < len(texts) else "",
            )
            for column, at in columns.items()
        }
        # A cell beyond the headings shows that the row is shifted: it is kept under its letter.
        for at in range(width, len(texts)):
            if ragged or texts[at].strip():
                name = letter(at)
                cells[name] = Cell(
                    upload.name, grid.name, place + 1, name, f"{name}{place + 1}", texts[at]
                )
        traits: dict[str, frozenset[Trait]] = {
            column: grid.traits[place, at]
            for column, at in columns.items()
            if (place, at) in grid.traits
        }
        rows.append(Row(place + 1, cells, traits))
    return Sheet(
        upload.name,
        sha256,
        grid.name,
        {column: letter(at) for column, at in columns.items()},
        tuple(rows),
    )
