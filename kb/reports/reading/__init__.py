"""From the bytes of an upload to observations: every format, one way in.

The bytes are parsed in a process of its own (:mod:`kb.reports.reading.isolated`), which gives
tables of texts; what these mean is found here. Must not know the rules, nor the web.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import FileProblem
from kb.reports.finding import Finding
from kb.reports.observation import Observation
from kb.reports.reading.limits import Limits
from kb.reports.sheet import Sheet, Upload
from kb.text import Text

if TYPE_CHECKING:
    from kb.reports.codelists import CodeLists


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one file.

    Args:
        file: its name.
        sha256: of its bytes.
        sheets: those that are reports, as they were written.
        observations: one a row, in order.
        findings: what reading found, row by row.
        refused: why the file is no report; None where it is one. Then nothing of it is read.
        code: short name of that reason, for programs (``too-large``); empty for none.
    """

    file: str
    sha256: str
    sheets: tuple[Sheet, ...] = ()
    observations: tuple[Observation, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: Text | None = None
    code: str = ""

    @property
    def rows(self) -> int:
        """How many rows of data it has."""
        return sum(len(sheet.rows) for sheet in self.sheets)


def read(upload: Upload, lists: CodeLists, limits: Limits | None = None) -> Reading:
    """Read a report. Whatever the bytes are, the result is a reading or says why there is none.

    Args:
        upload: name and bytes.
        lists: what may be written in it.
        limits: what it may cost; by default those of :class:`Limits`.
    """
    # On use: the process that parses files needs none of this, and observing uses this package.
    from kb.reports.observing import observe
    from kb.reports.reading.isolated import READERS
    from kb.reports.reading.sheets import sheets

    limits = limits or Limits()
    try:
        found = sheets(upload, READERS.parse(upload, limits))
    except FileProblem as problem:
        hint = problem.hint or Text(zh="", en="")
        refused = Text(
            zh="；".join(filter(None, (problem.message.zh, hint.zh))),
            en="; ".join(filter(None, (problem.message.en, hint.en))),
        )
        return Reading(upload.name, upload.sha256, refused=refused, code=problem.code)
    observations, findings = observe(found, lists)
    return Reading(upload.name, upload.sha256, found, observations, findings)
