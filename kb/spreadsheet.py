"""Text that a spreadsheet takes for text, whatever somebody wrote into it.

Spreadsheets take a cell that begins like a formula for one, in CSV too, and a workbook is XML,
which has no place for most control characters. Must not know what the text is.
"""

from __future__ import annotations

import re

#: How a cell begins that a spreadsheet would take for a formula or a command.
_FORMULA = tuple("=+-@\t\r\n|%") + tuple("＝＋－＠")
#: What XML 1.0 does not allow, in any form (section 2.2); lone surrogates among them.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def safe(text: str) -> str:
    """A text for a cell of CSV, with an apostrophe before what would be a formula.

    >>> safe("=1+1"), safe("津鹰计划")
    ("'=1+1", '津鹰计划')
    """
    return "'" + text if text.lstrip(" \u3000").startswith(_FORMULA) else text


def written(text: str) -> str:
    r"""A text as a workbook can hold it: what has no place in XML shows as a replacement.

    >>> written("a\x00b")
    'a\ufffdb'
    """
    return _NOT_XML.sub("\ufffd", text)
