"""Why a file is refused: the sentences that several formats share.

Must not know how a format is read.
"""

from __future__ import annotations

from kb.errors import FileProblem
from kb.text import Text

_SAVE = Text(
    zh="另存为普通的 XLSX、ODS 或 CSV 文件再提交",
    en="save it as a plain XLSX, ODS or CSV file and submit that",
)


def broken(what: str) -> FileProblem:
    """The file begins as one of its kind and cannot be read as one.

    Args:
        what: the kind: XLSX, ODS, JSON …
    """
    return FileProblem(
        "broken",
        Text(zh=f"{what} 文件已损坏，读不出", en=f"the {what} file is damaged and cannot be read"),
        _SAVE,
    )


def refused(code: str, zh: str, en: str) -> FileProblem:
    """The file holds what no report needs."""
    return FileProblem(code, Text(zh=zh, en=en), _SAVE)


def wrong_type(zh: str, en: str) -> FileProblem:
    """The file is of another kind.

    Args:
        zh: the kind, in Chinese.
        en: the same in English.
    """
    return FileProblem(
        "wrong-type",
        Text(zh=f"这是{zh}，不是填报表", en=f"this is {en}, not a report"),
        Text(
            zh="可提交 XLSX、ODS、CSV、JSON 或 Turtle 文件",
            en="reports are XLSX, ODS, CSV, JSON or Turtle files",
        ),
    )
