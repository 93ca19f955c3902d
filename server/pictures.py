"""Pictures of tables as shapes for SVG and HTML: bars, a waterfall, a matrix.

Drawn on the server from the very rows of the table, so they need no script and print as they
are. Lengths are parts of 1,000. Must not know what the numbers mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kb.text import Text
from server.tables import Field, Table, grouped

_FULL = 1000
#: How many shades a matrix has.
_SHADES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Args:
        label: of the row; link: to its page.
        start: where it begins, and length: how long it is, in parts of 1,000.
        value: as it is written beside it.
        total: whether it is what the others are held against.
        reached: the sum so far, in a waterfall.
    """

    label: Text
    link: str
    start: int
    length: int
    value: str
    total: bool = False
    reached: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows by columns: a number and a shade (1 to 4) in each place, None where there is none."""

    columns: tuple[Field, ...]
    rows: tuple[tuple[Field, tuple[tuple[str, int] | None, ...]], ...]


def bars(table: Table) -> tuple[Bar, ...]:
    """The bars of a table; for a waterfall each begins where the one before ends."""
    picture = table.view.picture
    if picture is None or picture.kind == "matrix":
        return ()
    falling = picture.kind == "waterfall"
    name, value, *rest = picture.columns
    reached, found = Decimal(0), []
    for line in table.lines:
        number = line.fields[value].number
        if number is None:
            continue
        total = falling and line.fields[rest[0]].text.en == "="
        begin = reached if falling and not total else Decimal(0)
        reached = reached if total else begin + number
        found.append((line.fields[name], begin, number, total))
    most = max((begin + number for _, begin, number, _ in found), default=Decimal(0))
    if most <= 0:
        return ()
    return tuple(
        Bar(
            field.text,
            field.link,
            int(begin / most * _FULL),
            max(2, int(number / most * _FULL)),
            ("= " if total else "+ " if falling else "") + grouped(number),
            total,
            "= " + grouped(begin + number) if begin else "",
        )
        for field, begin, number, total in found
    )


def matrix(table: Table) -> Matrix | None:
    """The matrix of a table, rows and columns in the order in which they first occur."""
    picture = table.view.picture
    if picture is None or picture.kind != "matrix":
        return None
    row, column, value = picture.columns
    rows = {line.fields[row].link: line.fields[row] for line in table.lines}
    columns = {line.fields[column].link: line.fields[column] for line in table.lines}
    numbers = {
        (line.fields[row].link, line.fields[column].link): line.fields[value].number or Decimal(0)
        for line in table.lines
    }
    most = max(numbers.values(), default=Decimal(1)) or Decimal(1)

    def place(one: str, other: str) -> tuple[str, int] | None:
        number = numbers.get((one, other))
        if number is None:
            return None
        return grouped(number), max(1, -int(-number * _SHADES // most))

    return Matrix(
        tuple(columns.values()),
        tuple(
            (field, tuple(place(link, other) for other in columns)) for link, field in rows.items()
        ),
    )
