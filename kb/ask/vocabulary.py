"""All that understanding a question needs of a graph: its words, and its clauses.

Must not know how a question is understood.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.ask.clauses import Clauses
from kb.ask.lexicon import Lexicon
from kb.ask.schema import Rows


@dataclass(frozen=True)
class Vocabulary:
    """Words and clauses of one revision of a graph.

    Args:
        lexicon: surface forms, and what they can mean.
        clauses: what the plan provides, by topic.
    """

    lexicon: Lexicon
    clauses: Clauses

    @classmethod
    def read(cls, select: Rows, base: str) -> Vocabulary:
        """Read it from a graph.

        Args:
            select: runs a SELECT query over the graph.
            base: base IRI in force.
        """
        lexicon = Lexicon.read(select, base)
        return cls(lexicon, Clauses.read(select, lexicon.schema))
