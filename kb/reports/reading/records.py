"""JSON: a list of objects, or ``{"rows": […]}``, with the headings as keys.

Numbers are kept as they are written: ``3.50`` has two decimals. Must not know what any key means.
"""

from __future__ import annotations

import json
from typing import Any

from kb.errors import FileProblem
from kb.reports.reading.broken import broken, refused
from kb.reports.reading.delimited import text_of
from kb.reports.reading.grid import Grid, too_many_rows
from kb.reports.reading.limits import Limits


def grids(data: bytes, limits: Limits) -> tuple[Grid, ...]:
    """The rows as a table, with the keys as its first row.

    Raises:
        FileProblem: it is no JSON, or no list of rows.
    """
    try:
        content = json.loads(
            text_of(data).lstrip("\ufeff"),
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except FileProblem:  # a kind of ValueError
        raise
    except (ValueError, RecursionError) as error:
        raise broken("JSON") from error
    rows = content.get("rows") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _no_rows()
    if len(rows) + 1 > limits.rows:
        raise too_many_rows(limits.rows)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        return ()
    if len(keys) > limits.columns:
        raise _no_rows()
    table = [tuple(keys)]
    table += [tuple(_text(row.get(key)) for key in keys) for row in rows]
    return (Grid(None, tuple(table)),)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise refused(
            "key-twice",
            f"JSON 的一行中键“{twice}”出现两次",
            f"the key “{twice}” stands twice in a row of the JSON",
        )
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return ":".join(value)  # the parts of a ratio
    raise _no_rows()


def _no_rows() -> FileProblem:
    return refused(
        "no-rows-in-json",
        'JSON 应为由行组成的列表，或 {"rows": […]}，每行是列名到值的对象',
        'the JSON should be a list of rows, or {"rows": […]}, each an object of columns and values',
    )
