"""The rows of a table in the order that an address asks for, and the addresses of other orders.

An address says ``sort=COLUMN``, or ``sort=-COLUMN`` from the end; where a page has several tables,
``sort=VIEW.COLUMN``. Must not know what a table says, nor how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote, urlencode

from flask import request

from kb.ask.rows import STATUSES
from kb.text import Language
from server import language
from server.tables import Field, Line, Table

#: Fewer rows are seen at a glance.
_LEAST = 3
#: From the strongest to the weakest.
_STATUSES = (*STATUSES, "reported")


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading of a column leads to.

    Args:
        address: of the page in the next order: from the beginning, from the end, as it was.
        state: as in ``aria-sort``; empty where the rows are not in the order of this column.
    """

    address: str
    state: str


def rows(table: Table, *, alone: bool = True) -> list[tuple[int, Line]]:
    """The lines in the order asked for, each with its place in the table.

    Args:
        table: with its lines in the order of its query.
        alone: whether it is the only one of its page.
    """
    column, backwards = _asked(table, alone=alone)
    lines = list(enumerate(table.lines))
    if not column:
        return lines
    lang = language.of_request()
    full = [one for one in lines if one[1].fields[column].text.zh]
    full.sort(key=lambda one: _key(one[1].fields[column], lang), reverse=backwards)
    # What is not there is neither the first nor the last of its kind.
    return full + [one for one in lines if not one[1].fields[column].text.zh]


def chosen(table: Table, *, alone: bool = True) -> bool:
    """Whether another order than that of the query is asked for."""
    return bool(_asked(table, alone=alone)[0])


def heading(table: Table, column: str, *, alone: bool = True) -> Heading | None:
    """The heading of a column; None where there is nothing to be put in order."""
    if len(table.lines) < _LEAST:
        return None
    name = column if alone else f"{table.view.name}.{column}"
    sorted_by, backwards = _asked(table, alone=alone)
    if sorted_by != column:
        return Heading(_address(table, name), "")
    if backwards:
        return Heading(_address(table, ""), "descending")
    return Heading(_address(table, f"-{name}"), "ascending")


def _asked(table: Table, *, alone: bool) -> tuple[str, bool]:
    """The column to sort by and whether from its end; an empty name for none of this table."""
    asked = request.args.get("sort", "")
    backwards = asked.startswith("-")
    view, _, column = asked.removeprefix("-").rpartition(".")
    if column not in table.columns or view != ("" if alone else table.view.name):
        return "", False
    return column, backwards


def _address(table: Table, sort: str) -> str:
    values = [(name, value) for name, value in request.args.items(multi=True) if name != "sort"]
    values += [("sort", sort)] if sort else []
    asked = f"?{urlencode(values, errors='replace')}" if values else ""
    return f"{quote(request.script_root + request.path)}{asked}#table-{table.view.name}"


def _key(field: Field, lang: Language) -> tuple[int, Decimal, int, bytes]:
    """Numbers by size, then statuses by strength, then words."""
    if field.number is not None:
        return 0, field.number, 0, b""
    rank = _STATUSES.index(field.status) if field.status in _STATUSES else len(_STATUSES)
    text = field.text.in_(lang).casefold()
    # The common characters stand there in the order of pinyin, as readers expect them.
    return 1, Decimal(), rank, text.encode("gb18030", "replace")
