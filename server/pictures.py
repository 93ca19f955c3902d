"""Pictures of tables as shapes for SVG and HTML: bars, a waterfall, a matrix.

Drawn on the server from the very rows of the table, so they need no script, print as they are
and cannot show another number. Lengths are parts of 1,000. Links between rows are in
:mod:`server.strands`, values over years in :mod:`server.tracks`. Must not know what the
numbers mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kb.text import Text
from server.strands import Strands, strands
from server.tables import Field, Line, Table, grouped
from server.tracks import Tracks, tracks

FULL = 1000
#: How many shades a matrix has.
_SHADES = 4
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Args:
        label: of the row; link: to its page.
        start: where it begins, and length: how long it is, in parts of 1,000.
        value: as it is written beside it.
        notes: what else is written beside it.
        row: the row of the table, from 0.
        kind: ``part``, ``whole`` (what the parts are held against) or ``rest`` (what is between).
        reached: the sum so far, in a waterfall.
    """

    label: Text
    link: str
    start: int
    length: int
    value: str
    notes: tuple[Text, ...]
    row: int
    kind: str = "part"
    reached: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Bars under one heading, which may be empty."""

    heading: Field
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars by scale: those of one scale can be compared.

    Args:
        scales: each with its heading and its groups.
        falls: whether each bar begins where the one before ends.
    """

    scales: tuple[tuple[Field, tuple[Group, ...]], ...]
    falls: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows by columns: a number, a shade (1 to 4) and the table's row in each place, or None."""

    columns: tuple[Field, ...]
    rows: tuple[tuple[Field, tuple[tuple[str, int, int] | None, ...]], ...]


def draw(table: Table) -> Bars | Matrix | Strands | Tracks | None:
    """The picture of a table; None where it has none, or nothing to show."""
    picture = table.view.picture
    if picture is None or not table.lines:
        return None
    if picture.kind == "matrix":
        return _matrix(table, *picture.columns)
    if picture.kind == "links":
        return strands(table, picture.columns)
    if picture.kind == "progress":
        return tracks(table, picture.columns)
    if picture.kind == "waterfall":
        return _waterfalls(table, picture.columns)
    return _bars(table, picture.columns)


def _bars(table: Table, columns: tuple[str, ...]) -> Bars | None:
    name, value, *rest = columns
    scale, group = (*rest[:2], "", "")[:2]
    scales: dict[Field, dict[Field, list[tuple[int, Line, Decimal]]]] = {}
    for row, line in enumerate(table.lines):
        number = line.fields[value].number
        if number is not None:
            held = scales.setdefault(_at(line, scale), {}).setdefault(_at(line, group), [])
            held.append((row, line, number))
    found = []
    for heading, groups in scales.items():
        most = max(number for own in groups.values() for _, _, number in own)
        drawn = tuple(
            Group(
                under,
                tuple(
                    Bar(
                        line.fields[name].text,
                        line.fields[name].link,
                        0,
                        _part(number, most),
                        grouped(number),
                        tuple(line.fields[note].text for note in rest[2:]),
                        row,
                    )
                    for row, line, number in own
                ),
            )
            for under, own in groups.items()
        )
        found.append((heading, drawn))
    return Bars(tuple(found), falls=False) if found else None


def _waterfalls(table: Table, columns: tuple[str, ...]) -> Bars | None:
    name, value, sign, *rest = columns
    scales: dict[Field, list[tuple[int, Line]]] = {}
    for row, line in enumerate(table.lines):
        if line.fields[value].number is not None:
            scales.setdefault(_at(line, rest[0] if rest else ""), []).append((row, line))
    found = tuple(
        (heading, (Group(Field(), _waterfall(own, name, value, sign)),))
        for heading, own in scales.items()
    )
    return Bars(found, falls=True) if found else None


def _waterfall(lines: list[tuple[int, Line]], name: str, value: str, sign: str) -> tuple[Bar, ...]:
    """Parts one after the other, then what is left between them and the whole, then the whole."""
    reached = Decimal(0)
    found: list[tuple[int, Field, Decimal, Decimal, str]] = []
    for row, line in lines:
        number = line.fields[value].number or Decimal(0)
        kind = {"=": "whole", "?": "rest"}.get(line.fields[sign].text.en, "part")
        begin = Decimal(0) if kind == "whole" else min(reached, reached + number)
        found.append((row, line.fields[name], begin, number, kind))
        if kind == "part":
            reached += number
    most = max(begin + abs(number) for _, _, begin, number, _ in found)
    if most <= 0:
        return ()
    signs = {"whole": "= ", "rest": "? ", "part": "+ "}
    return tuple(
        Bar(
            field.text,
            field.link,
            int(begin / most * FULL),
            _part(abs(number), most),
            signs[kind] + grouped(number).replace("-", "−"),
            (),
            row,
            kind,
            "= " + grouped(begin + number) if begin and kind == "part" else "",
        )
        for row, field, begin, number, kind in found
    )


def _matrix(table: Table, row: str, column: str, value: str) -> Matrix:
    rows = {line.fields[row].text: line.fields[row] for line in table.lines}
    columns = {line.fields[column].text: line.fields[column] for line in table.lines}
    numbers = {
        (line.fields[row].text, line.fields[column].text): (
            line.fields[value].number or Decimal(0),
            at,
        )
        for at, line in enumerate(table.lines)
    }
    most = max((number for number, _ in numbers.values()), default=Decimal(1)) or Decimal(1)

    def place(one: Text, other: Text) -> tuple[str, int, int] | None:
        if (one, other) not in numbers:
            return None
        number, at = numbers[one, other]
        return grouped(number), max(1, -int(-number * _SHADES // most)), at

    return Matrix(
        tuple(columns.values()),
        tuple(
            (field, tuple(place(text, other) for other in columns)) for text, field in rows.items()
        ),
    )


def _at(line: Line, column: str) -> Field:
    return line.fields[column] if column else Field()


def _part(number: Decimal, most: Decimal) -> int:
    return max(2, int(number / most * FULL)) if most > 0 else 2
