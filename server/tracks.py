"""Values over years with their intervals, each against its aim.

A track is the line of one aim: for each year a bar to the value, a line over its interval, and one
upright line at the aim. Lengths are parts of 1,000. Must not know how a value was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kb.text import Text
from server.tables import Field, Table, grouped

_FULL = 1000


@dataclass(frozen=True, slots=True)
class Year:
    """What one row says of one year.

    Args:
        year: as written.
        length: of the bar; low, high: ends of the interval; all in parts of 1,000.
        value: as written; interval: as written, empty where it is but the value.
        grade: how the target stood then; empty where nothing says so.
        row: of the table, from 0.
    """

    year: str
    length: int
    low: int
    high: int
    value: str
    interval: str
    grade: Field
    row: int


@dataclass(frozen=True, slots=True)
class Track:
    """The years of one target.

    Args:
        label: the target.
        aim: where the upright line is; wanted: the aim as written, without its unit.
        unit: of all the values.
        years: in the order of the table.
    """

    label: Field
    aim: int
    wanted: str
    unit: Text
    years: tuple[Year, ...]


@dataclass(frozen=True, slots=True)
class Tracks:
    """All tracks, by group; the heading may be empty."""

    groups: tuple[tuple[Field, tuple[Track, ...]], ...]


def tracks(table: Table, columns: tuple[str, ...]) -> Tracks | None:
    """The tracks of a table.

    Args:
        table: one value a row.
        columns: label, year, value, low, high, aim, unit, grade and, if any, the group.
    """
    name, _, value, _, _, aim, unit, _, *rest = columns
    groups: dict[Field, dict[Field, list[int]]] = {}
    for row, line in enumerate(table.lines):
        if line.fields[value].number is not None:
            group = line.fields[rest[0]] if rest else Field()
            groups.setdefault(group, {}).setdefault(line.fields[name], []).append(row)
    found = []
    for heading, own in groups.items():
        drawn = []
        for label, rows in own.items():
            first = table.lines[rows[0]].fields
            wanted = first[aim].number or Decimal(0)
            most = max([wanted, *(_highest(table, row, columns) for row in rows)])
            # Room beyond the aim, so that its line is not the edge.
            room = most * Decimal("1.06") or Decimal(1)
            years = tuple(_year(table, row, columns, room) for row in rows)
            drawn.append(Track(label, _at(wanted, room), grouped(wanted), first[unit].text, years))
        found.append((heading, tuple(drawn)))
    return Tracks(tuple(found)) if found else None


def _highest(table: Table, row: int, columns: tuple[str, ...]) -> Decimal:
    fields = table.lines[row].fields
    return max(fields[columns[at]].number or Decimal(0) for at in (2, 4))


def _year(table: Table, row: int, columns: tuple[str, ...], room: Decimal) -> Year:
    _, year, value, low, high, _, _, grade, *_ = columns
    fields = table.lines[row].fields
    number = fields[value].number or Decimal(0)
    least, most = fields[low].number, fields[high].number
    least, most = (number if least is None else least), (number if most is None else most)
    return Year(
        fields[year].text.en,
        _at(number, room),
        _at(least, room),
        _at(most, room),
        grouped(number),
        f"{grouped(least)}–{grouped(most)}" if least != most else "",
        fields[grade],
        row,
    )


def _at(number: Decimal, room: Decimal) -> int:
    return max(0, min(_FULL, int(number / room * _FULL)))
