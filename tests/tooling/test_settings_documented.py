"""docs/operating.md lists the table of settings, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

from kb.settings import TABLE

ROW = re.compile(r"\| `(PLANKB_\w+)` \| (?:`(.*?)`)? ?\| (.*?) \| (.*?) \|")


def test_the_document_and_the_table_agree(root: Path) -> None:
    text = (root / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [match.groups() for line in text.splitlines() if (match := ROW.fullmatch(line))]
    assert rows == [
        (
            setting.variable,
            None if setting.default in (None, "") else str(setting.default),
            setting.help.en,
            setting.help.zh,
        )
        for setting in TABLE
    ]
