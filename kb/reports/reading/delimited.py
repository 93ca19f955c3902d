"""Tables in text files: comma, semicolon or tab; UTF-8, UTF-16 with its mark, or GB18030.

Must not know headings beyond how many it sees, nor what a cell means.
"""

from __future__ import annotations

import codecs
import csv
import io

from kb.errors import FileProblem
from kb.reports.reading import headings
from kb.reports.reading.grid import Grid, too_many_rows
from kb.reports.reading.limits import Limits
from kb.text import Text

_DELIMITERS = (",", ";", "\t")
#: Characters and lines from the top that are looked at for the delimiter: a title may stand there.
_BEGIN, _TOP = 20_000, 10


def text_of(data: bytes) -> str:
    """The text of a file.

    Raises:
        FileProblem: it is in no encoding that is read, or has NUL characters.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        tried = ["utf-8-sig"]
    else:
        # What is UTF-8 is hardly ever anything else; GB18030 decodes nearly everything.
        tried = ["utf-8", "gb18030"]
    for encoding in tried:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise FileProblem(
        "encoding",
        Text(
            zh="文件不是 UTF-8、GB18030 或带标记的 UTF-16 文本",
            en="the file is no text in UTF-8, GB18030, or UTF-16 with its mark",
        ),
        Text(zh="另存为“CSV UTF-8”", en="save it as “CSV UTF-8”"),
    )


def grids(data: bytes, limits: Limits) -> tuple[Grid, ...]:
    """The one table of a text file.

    Raises:
        FileProblem: encoding or quotes are at fault, or there are too many rows.
    """
    text = text_of(data)
    delimiter = _delimiter(text)
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(rows) >= limits.rows:
                raise too_many_rows(limits.rows)
            rows.append(tuple(row))
    except csv.Error as error:
        raise FileProblem(
            "quotes",
            Text(
                zh=f"第 {reader.line_num} 行的引号不成对，或引号后还有文字",
                en=f"line {reader.line_num}: a quotation mark is not closed, or text follows it",
            ),
            Text(
                zh='含逗号或引号的单元格写作 "…"，其中的引号写两次',
                en='write a cell with commas or quotation marks as "…", each mark in it twice',
            ),
            line=reader.line_num,
        ) from error
    return (Grid(None, tuple(rows)),)


def _delimiter(text: str) -> str:
    """The sign with which most of our headings are seen in one of the first lines."""
    begin = io.StringIO(text[:_BEGIN], newline="")
    lines = [line for line, _ in zip(begin, range(_TOP), strict=False)]

    def seen(delimiter: str) -> tuple[int, int]:
        return max(
            (
                (headings.known_in([cell.strip().strip('"') for cell in cells]), len(cells))
                for line in lines
                if (cells := line.split(delimiter))
            ),
            default=(0, 0),
        )

    return max(_DELIMITERS, key=seen)
