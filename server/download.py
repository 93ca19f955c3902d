"""An answer as a file to take home: CSV for a spreadsheet, Markdown with its citations.

CSV follows RFC 4180, in UTF-8 with the mark that spreadsheets look for; no cell can start a
formula there. Markdown is CommonMark with footnotes. Must not know HTTP.
"""

from __future__ import annotations

import csv
import io
import re

from kb.spreadsheet import safe
from kb.text import Language, Text
from server.shown import Shown, ShownRow, plain

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&]|^(?:[#+-]|\d+(?=[.)])))")

_COLUMNS = (
    "label_zh", "label_en", "team", "value", "unit", "comparator", "role", "status",
    "type", "iri", "citations", "quotes", "source", "positions", "source_sha256",
)  # fmt: skip


def as_csv(shown: Shown) -> str:
    """The rows, one line each, with their clauses; the first line names the columns."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(_COLUMNS)
    for row in shown.rows:
        own = [shown.citations[number - 1] for number in row.numbers]
        value = row.row.value
        lines.writerow(
            [
                safe(row.row.label.zh),
                safe(row.row.label.en),
                safe(row.row.team),
                ":".join(map(str, value)) if isinstance(value, tuple) else value,
                *map(safe, (row.row.unit, row.row.comparator, row.row.role, row.row.status)),
                safe(row.row.type),
                safe(row.row.iri),
                safe(" ".join(f"[{number}]" for number in row.numbers)),
                safe(" ¦ ".join(citation.quote for citation in own)),
                safe(" ".join(dict.fromkeys(citation.source.name for citation in own))),
                # A single range would be read as a date or a sum, so each has its brackets.
                safe(" ".join(f"[{citation.start},{citation.end})" for citation in own)),
                safe(" ".join(dict.fromkeys(citation.source.sha256 for citation in own))),
            ]
        )
    return "\ufeff" + written.getvalue()


def as_markdown(shown: Shown, lang: Language, link: str, names: dict[str, Text]) -> str:
    """The question, the answer, its rows as a table, and each clause as a footnote.

    Args:
        shown: the answer.
        lang: of the text.
        link: to the answer's page.
        names: headings of the columns and names of the statuses.
    """
    answer = shown.answer
    said = {name: text.in_(lang) for name, text in names.items()}
    parts = [f"# {_text(answer.question)}", _text(answer.text.in_(lang))]
    if answer.reading:
        parts.append(f"{said['reading']}: {_text(answer.reading.in_(lang))}")
    if shown.rows:
        head = [said[name] for name in ("item", "team", "value", "status", "citations")]
        lines = [_line(head), _line(["---"] * len(head))]
        lines += [_line(_row(row, lang, said)) for row in shown.rows]
        parts.append("\n".join(lines))
    parts.append(f"> {_text(answer.notice.in_(lang))}")
    parts.append(f"<{link}>")
    parts += [f"[^{c.number}]: {_text(c.cited(lang), keep=True)}" for c in shown.citations]
    return "\n\n".join(parts) + "\n"


def _row(row: ShownRow, lang: Language, said: dict[str, str]) -> list[str]:
    value = " ".join(filter(None, (row.comparator.in_(lang), row.value.in_(lang))))
    return [
        _text(row.row.label.in_(lang)),
        _text(row.team.in_(lang)),
        _text(value),
        said.get(row.row.status, row.row.status),
        "".join(f"[^{number}]" for number in row.numbers),
    ]


def _text(text: str, *, keep: bool = False) -> str:
    r"""A text on one line, of which Markdown makes nothing else.

    >>> _text("a|b *c*\n<d>")
    'a\\|b \\*c\\* \\<d\\>'
    """
    line = plain(text)
    return line.replace("<", "\\<").replace("[", "\\[") if keep else _SPECIAL.sub(r"\\\1", line)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
