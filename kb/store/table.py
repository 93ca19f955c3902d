"""A result as a plain table for a terminal, its columns in line for CJK text too.

Widths follow Unicode Standard Annex 11 (wide and fullwidth characters take two cells).
Must not know where it is shown; it never cuts a value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

import pyoxigraph as ox

from kb.store.interface import Term


def write(
    answer: ox.QuerySolutions | ox.QueryBoolean,
    prefixes: Mapping[str, str],
    check: Callable[[int], None],
) -> tuple[bytes, int]:
    """The answer as a table in UTF-8, and its number of rows (1 for ASK).

    Args:
        answer: of SELECT or ASK.
        prefixes: to shorten IRIs, by prefix.
        check: told the least size in bytes that the table will have; raises if too large.
    """
    if isinstance(answer, ox.QueryBoolean):
        return (b"true\n" if answer else b"false\n"), 1
    head = [variable.value for variable in answer.variables]
    spaces = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
    rows: list[list[str]] = []
    size = 0
    for solution in answer:
        row = [cell(term, spaces) for term in solution]
        rows.append(row)
        size += sum(map(len, row)) + 1
        check(size)
    widths = [
        max([width(name), *(width(row[column]) for row in rows)])
        for column, name in enumerate(head)
    ]
    # One long value widens its column in every row.
    check(len(rows) * sum(widths[:-1]))
    rule = "  ".join("─" * w for w in widths)
    lines = [_line(head, widths), rule, *(_line(row, widths) for row in rows)]
    return ("\n".join(lines) + "\n").encode(), len(rows)


def _line(cells: list[str], widths: list[int]) -> str:
    padded = (text + " " * (w - width(text)) for text, w in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def width(text: str) -> int:
    r"""Cells of a terminal that the text takes.

    >>> width("plan"), width("计划"), width("e\u0301")
    (4, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cell(term: Term | None, prefixes: list[tuple[str, str]]) -> str:
    """How one value is shown: IRIs shortened, literals as their text, nothing unprintable.

    Args:
        term: the value, or None where the variable is not bound.
        prefixes: prefix and namespace, the longest namespace first.
    """
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        for prefix, namespace in prefixes:
            if term.value.startswith(namespace):
                local = term.value[len(namespace) :]
                if local and not set(local) & set("/#?:"):
                    return printable(f"{prefix}:{local}")
        return printable(f"<{term.value}>")
    if isinstance(term, ox.Literal):
        tag = f"@{term.language}" if term.language else ""
        return printable(term.value + tag)
    return printable(str(term))


def printable(text: str) -> str:
    r"""The text with control characters escaped: a value must not steer the terminal.

    >>> printable("a\x1b[2Jb"), printable("计划\u3000书")
    ('a\\x1b[2Jb', '计划\u3000书')
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or unicodedata.category(c) == "Zs" else _escaped(c) for c in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
