"""How much a file may cost before it is refused.

Must not know how anything is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost.

    Args:
        upload_mb: its size, in MiB.
        rows: rows of all sheets together, headings and empty rows between them included.
        seconds: processor time that parsing it may take.
        memory_mb: memory that reading may take, in MiB.
        unpacked_mb: size of the parts of a workbook once unpacked, in MiB.
        ratio: how many times larger than packed a part may be.
        columns: columns of a sheet.
    """

    upload_mb: int = 20
    rows: int = 20_000
    seconds: float = 5.0
    memory_mb: int = 512
    unpacked_mb: int = 100
    ratio: int = 250
    columns: int = 256

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Those that an operator has set."""
        return cls(
            upload_mb=settings.upload_mb,
            rows=settings.upload_rows,
            seconds=settings.upload_seconds,
        )
