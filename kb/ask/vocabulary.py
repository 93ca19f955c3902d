"""All that understanding a question needs of a graph: its words, its clauses, what is said of them.

Must not know how a question is understood.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kb.ask import phrasings
from kb.ask.clauses import Clauses
from kb.ask.lexicon import Lexicon
from kb.ask.likeness import Likeness
from kb.ask.schema import Rows

#: Gives what was kept under a name, a JSON value, or what is made now.
Keep: TypeAlias = Callable[[str, Callable[[], Any]], Any]


def unkept(_: str, make: Callable[[], Any]) -> Any:
    """A :data:`Keep` that keeps nothing."""
    return make()


@dataclass(frozen=True)
class Vocabulary:
    """Words and clauses of one revision of a graph.

    Args:
        lexicon: surface forms, and what they can mean.
        clauses: what the plan provides, by topic.
        alike: reads what is said of the clauses from the same graph, which takes a second.
        keep: what else is made from them, and takes as long.
    """

    lexicon: Lexicon
    clauses: Clauses
    alike: Callable[[Rows], Likeness] = field(compare=False)
    keep: Keep = field(default=unkept, compare=False)

    @classmethod
    def read(cls, select: Rows, base: str) -> Vocabulary:
        """Read it from a graph.

        Args:
            select: runs a SELECT query over the graph.
            base: base IRI in force.
        """
        lexicon = Lexicon.read(select, base)
        clauses = Clauses.read(select, lexicon.schema)
        return cls(lexicon, clauses, reader(lexicon, clauses, base))


class Reader:
    """Reads the likeness of a graph when it is first wanted, and keeps it.

    Args:
        read: reads it, with what runs a SELECT query over the graph.
    """

    def __init__(self, read: Callable[[Rows], Likeness]) -> None:
        self._read = read
        self._found: Likeness | None = None
        self._lock = threading.Lock()

    def __call__(self, select: Rows) -> Likeness:
        """It; who comes while it is read waits for it."""
        with self._lock:
            if self._found is None:
                self._found = self._read(select)
            return self._found


def reader(lexicon: Lexicon, clauses: Clauses, base: str) -> Reader:
    """What reads the likeness of a graph from it.

    Args:
        lexicon: of the graph.
        clauses: of the graph.
        base: base IRI in force.
    """
    return Reader(lambda select: Likeness.read(select, lexicon, clauses, phrasings.read(base)))
