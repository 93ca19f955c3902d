"""A revision that requests are answered from.

Must not know what is asked of it.
"""

from __future__ import annotations

from kb.store.awaited import Lines
from kb.store.client import EngineClient
from kb.store.interface import Limits
from server.knowledge import Knowledge


class Serving:
    """A revision, and how many requests are being answered from it.

    Args:
        knowledge: of that revision.
        generation: its number.
    """

    __slots__ = ("generation", "inflight", "knowledge", "limits", "lines")

    def __init__(self, knowledge: Knowledge, generation: int) -> None:
        self.knowledge = knowledge
        self.generation = generation
        self.inflight = 0
        store = knowledge.store
        self.lines = Lines(store.path) if isinstance(store, EngineClient) else None
        self.limits = store.limits if isinstance(store, EngineClient) else Limits()

    def close(self) -> None:
        """Nothing is answered from it any more."""
        self.knowledge.close()
        if self.lines is not None:
            self.lines.close()
