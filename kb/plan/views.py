"""Views: queries that a page shows as a table, each with its headings and, if any, its picture.

Each is a query of ``queries/views`` with a comment header; adding a view is adding a file. A view
that takes a parameter has it in a line ``VALUES ?NAME { … }``, so the file runs as it stands.
Must not know the web, nor what any view shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal as OneOf
from typing import cast

from kb.errors import FileProblem, UnknownName
from kb.plan import knowledge
from kb.plan.knowledge import QueryFile
from kb.text import Text

Kind = OneOf["bars", "matrix", "waterfall", "links", "progress"]
#: Each with how many columns it needs at least.
_KINDS = {"bars": 2, "matrix": 3, "waterfall": 3, "links": 3, "progress": 8}
_COLUMN = re.compile(r"column (\w+) zh")


@dataclass(frozen=True, slots=True)
class Picture:
    """How a view is drawn, each word after the kind a column of its table.

    ``bars LABEL VALUE [SCALE [GROUP [NOTE …]]]``: bars of one scale can be compared. ``matrix ROW
    COLUMN VALUE``. ``waterfall LABEL VALUE SIGN [SCALE]``: the sign is ``+`` for a part, ``=`` for
    the whole, ``?`` for what no part accounts for. ``links FROM TO STATUS [GROUP]``. ``progress
    LABEL YEAR VALUE LOW HIGH AIM UNIT GRADE [GROUP]``: values with their intervals against an aim.
    """

    kind: Kind
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One view.

    Args:
        name: in addresses: the file's, without its number.
        label: its heading; about: what the table says and how to read it.
        of: local names of the classes on whose pages it stands; empty for a view of its own.
        parameter: the variable that the page's resource takes the place of; empty for none.
        columns: headings, by variable, in the order of the header.
        picture: None for a table only.
        query: SPARQL, ready to run with the example that the file holds.
    """

    name: str
    label: Text
    about: Text
    of: tuple[str, ...]
    parameter: str
    columns: dict[str, Text]
    picture: Picture | None
    query: str

    def bound(self, *iris: str) -> str:
        """The query with resources in place of its example.

        Args:
            iris: that exist in the graph, so that they hold nothing but IRIs.
        """
        named = " ".join(f"<{iri}>" for iri in iris)
        line = re.compile(rf"VALUES \?{self.parameter} \{{[^}}]*\}}")
        return line.sub(lambda _: f"VALUES ?{self.parameter} {{ {named} }}", self.query, count=1)


@lru_cache(maxsize=4)
def views(base: str) -> tuple[View, ...]:
    """All views, by the numbers of their files.

    Raises:
        FileProblem: a file lacks part of its header.
    """
    return tuple(_view(file) for file in knowledge.query_files("views", base))


def view(name: str, base: str) -> View:
    """One view.

    Raises:
        UnknownName: there is none of that name; the message lists those that there are.
    """
    known = views(base)
    for one in known:
        if one.name == name:
            return one
    names = [one.name for one in known if not one.parameter]
    raise UnknownName(
        "no-such-view",
        Text(f"没有“{name[:80]}”这个视图", f"there is no view “{name[:80]}”"),
        Text(f"有：{'、'.join(names)}", f"there are: {', '.join(names)}"),
    )


def _view(file: QueryFile) -> View:
    lines = file.text.splitlines()
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    names = [match[1] for key in file.header if (match := _COLUMN.fullmatch(key))]
    parameter = file.header.get("parameter", "")
    if parameter and f"VALUES ?{parameter} {{" not in file.text:
        raise _wrong(file, f"“VALUES ?{parameter} {{ … }}”")
    return View(
        file.path.stem.lstrip("0123456789-"),
        file.bilingual("label"),
        file.bilingual("about"),
        tuple(file.header.get("of", "").split()),
        parameter,
        {name: file.bilingual(f"column {name}") for name in names},
        _picture(file, names),
        "\n".join(lines).strip() + "\n",
    )


def _picture(file: QueryFile, names: list[str]) -> Picture | None:
    kind, *columns = file.header.get("picture", "").split() or [""]
    if not kind:
        return None
    if len(columns) < _KINDS.get(kind, len(columns) + 1) or set(columns) - set(names):
        raise _wrong(file, f"“# picture: {'|'.join(_KINDS)} COLUMN …”")
    return Picture(cast(Kind, kind), tuple(columns))


def _wrong(file: QueryFile, wanted: str) -> FileProblem:
    return FileProblem(
        "view-header",
        Text(f"{file.path}:1：应有 {wanted}", f"{file.path}:1: it should have {wanted}"),
        Text("按其他视图文件的写法补上", "write it as the other views have it"),
        file=str(file.path),
        line=1,
    )
