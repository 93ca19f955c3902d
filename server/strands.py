"""Links between two columns of names, as lines from one to the other, by group.

Each name stands once on its side, in the order of the table; a line shows the status of its row.
Heights are in user units. Must not know what is linked.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.tables import Field, Table

#: Height of a name in the picture, which has room for two lines of text.
_STEP = 34


@dataclass(frozen=True, slots=True)
class End:
    """A name on one side.

    Args:
        field: the resource.
        y: height of its middle.
        lines: its label in pieces that fit the room there is, in each language.
        number: where it stands on its side, from 0.
    """

    field: Field
    y: int
    lines: tuple[tuple[str, ...], tuple[str, ...]]
    number: int


@dataclass(frozen=True, slots=True)
class Strand:
    """One line: from and to as positions, heights of both ends, status, the table's row."""

    left: int
    right: int
    start: int
    end: int
    status: str
    row: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """The links of one group.

    Args:
        heading: of the group; empty for what is of none.
        left, right: the two sides.
        strands: the lines, in the order of the table.
        height: of the picture.
    """

    heading: Field
    left: tuple[End, ...]
    right: tuple[End, ...]
    strands: tuple[Strand, ...]
    height: int

    @property
    def statuses(self) -> tuple[tuple[str, int], ...]:
        """How many lines there are of each status."""
        every = [one.status for one in self.strands]
        return tuple((status, every.count(status)) for status in dict.fromkeys(every))


@dataclass(frozen=True, slots=True)
class Strands:
    """All links, by group, and the statuses among them."""

    bundles: tuple[Bundle, ...]
    statuses: tuple[str, ...]


def strands(table: Table, columns: tuple[str, ...]) -> Strands:
    """The links of a table.

    Args:
        table: one link a row.
        columns: from, to, status and, if any, the group.
    """
    one, other, status, *rest = columns
    groups: dict[Field, list[int]] = {}
    for row, line in enumerate(table.lines):
        groups.setdefault(line.fields[rest[0]] if rest else Field(), []).append(row)
    bundles = []
    for heading, rows in groups.items():
        left = _side([table.lines[row].fields[one] for row in rows])
        right = _side([table.lines[row].fields[other] for row in rows])
        height = _STEP * max(len(left), len(right))
        left, right = _spread(left, height), _spread(right, height)
        drawn = []
        for row in rows:
            start, end = left[table.lines[row].fields[one]], right[table.lines[row].fields[other]]
            said = table.lines[row].fields[status].status
            drawn.append(Strand(start.number, end.number, start.y, end.y, said, row))
        bundles.append(
            Bundle(heading, tuple(left.values()), tuple(right.values()), tuple(drawn), height)
        )
    known = {strand.status for bundle in bundles for strand in bundle.strands}
    order = ("stated", "derived", "editorial", "external")
    return Strands(tuple(bundles), tuple(name for name in order if name in known))


def _side(fields: list[Field]) -> dict[Field, End]:
    return {
        field: End(field, 0, (_cut(field.text.zh, 23), _cut(field.text.en, 46)), at)
        for at, field in enumerate(dict.fromkeys(fields))
    }


def _spread(side: dict[Field, End], height: int) -> dict[Field, End]:
    """The names of a side over the whole height, so that both sides begin and end alike."""
    step = height / max(len(side), 1)
    return {
        field: End(field, int(step * (at + 0.5)), end.lines, end.number)
        for at, (field, end) in enumerate(side.items())
    }


def _cut(text: str, room: int) -> tuple[str, ...]:
    """A label in at most two lines; what does not fit them is in its title.

    >>> _cut("one two three", 8)
    ('one two', 'three')
    >>> _cut("农村实用人才总量增加", 4)
    ('农村实用', '人才总…')
    """
    if len(text) <= room:
        return (text,)
    space = text.rfind(" ", 0, room + 1)
    # Chinese breaks anywhere; a name in Latin script only between words.
    at = space if space > room // 2 else room
    first, second = text[:at].rstrip(), text[at:].lstrip()
    return first, second if len(second) <= room else second[: room - 1].rstrip() + "…"
