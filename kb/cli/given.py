"""Text that a user gives in a file or on standard input.

Must not know what the text is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kb.errors import InputError
from kb.text import Text


def read(file: Path) -> str:
    """The text of a file, or of standard input where the file is ``-``.

    Raises:
        FileProblem: the file cannot be read, or is not UTF-8.
        InputError: standard input is not UTF-8.
    """
    if str(file) != "-":
        from kb.plan import knowledge

        return knowledge.read_text(file)
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "file-encoding",
            Text(zh="标准输入不是 UTF-8", en="standard input is not UTF-8"),
            Text(zh="请以 UTF-8 给出", en="give it in UTF-8"),
        ) from error
