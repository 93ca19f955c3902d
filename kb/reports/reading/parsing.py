"""From bytes to tables of texts, by what the bytes are and not by what the file is called.

Runs in the process that is walled in. Must not know headings, code lists or rules.
"""

from __future__ import annotations

from kb.errors import FileProblem
from kb.reports.reading import delimited
from kb.reports.reading.grid import Grid
from kb.reports.reading.limits import Limits
from kb.reports.sheet import Upload
from kb.text import Text


def parse(upload: Upload, limits: Limits) -> tuple[Grid, ...]:
    """The tables of a file.

    Raises:
        FileProblem: it is too large, of no kind that is read, or broken.
    """
    if len(upload.data) > limits.upload_mb * 2**20:
        raise FileProblem(
            "too-large",
            Text(
                zh=f"文件超过 {limits.upload_mb} MiB",
                en=f"the file is larger than {limits.upload_mb} MiB",
            ),
            Text(zh="填报表没有这么大；请检查是否选错了文件", en="no report is; check the file"),
        )
    return delimited.grids(upload.data, limits)
