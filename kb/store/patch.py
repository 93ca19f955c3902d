"""What a revision changes of the one before it: whole graphs that are replaced, added or gone.

Must not know what the graphs are about, nor who keeps them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Patch:
    """The graphs that are others now.

    Args:
        graphs: IRIs of all of them; what these graphs had before goes.
        data: what they have now, as N-Quads in UTF-8; no quad of any other graph.

    >>> patch = Patch(("http://example.org/g",), b"")
    >>> Patch.read(patch.written()) == patch
    True
    """

    graphs: tuple[str, ...]
    data: bytes

    @classmethod
    def of(cls, graphs: Iterable[str], data: bytes) -> Self:
        """The patch of these graphs, each once."""
        return cls(tuple(sorted(set(graphs))), data)

    def written(self) -> bytes:
        """For a file: a line that names the graphs, then the quads."""
        return json.dumps(self.graphs).encode() + b"\n" + self.data

    @classmethod
    def read(cls, written: bytes) -> Self:
        """What :meth:`written` gave.

        Raises:
            ValueError: it is no patch.
        """
        head, _, data = written.partition(b"\n")
        graphs = json.loads(head)
        if not isinstance(graphs, list) or not all(isinstance(one, str) for one in graphs):
            raise ValueError("no patch")
        return cls(tuple(graphs), data)
