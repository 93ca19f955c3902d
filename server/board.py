"""Numbers that all web processes of a service see: one row a process, and a generation.

Each process writes its own row only, from one thread, so nothing is locked and nothing is lost;
whoever wants a total adds the rows up. The row of a process that died stays, and its
replacement goes on counting in it, so a total never falls.
Must not know what the numbers mean.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence

_SIZE = 8


class Board:
    """Shared memory that processes forked from the one that makes it share.

    Args:
        rows: processes that write.
        width: numbers that each writes.
    """

    def __init__(self, rows: int, width: int) -> None:
        self.rows = rows
        self.width = width
        # Anonymous and shared: gone with the last process that has it, whatever happens.
        self._memory = mmap.mmap(-1, (1 + rows * width) * _SIZE)
        self._cells = memoryview(self._memory).cast("d")

    @property
    def generation(self) -> int:
        """Which revision, counted from 0, requests are answered from now."""
        return int(self._cells[0])

    @generation.setter
    def generation(self, number: int) -> None:
        self._cells[0] = number

    def row(self, number: int) -> memoryview[float]:
        """The numbers of one process, to be written by it alone."""
        start = 1 + number * self.width
        return self._cells[start : start + self.width]

    def totals(self) -> Sequence[float]:
        """The sum of all rows, number by number.

        >>> board = Board(rows=2, width=3)
        >>> board.row(0)[1] = 2.0
        >>> board.row(1)[1] = 0.5
        >>> board.totals()
        [0.0, 2.5, 0.0]
        """
        return [sum(cells) for cells in zip(*map(self.row, range(self.rows)), strict=True)]
