"""Why a question yields no form.

Must not know what is said about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from kb.ask.form import Form, Progress, Question

Trouble: TypeAlias = Literal[
    "unknown-word",
    "ambiguous",
    "no-such-entity",
    "out-of-scope",
    "no-report",
    "not-found",
    "help",
    "no-previous",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no form comes out.

    Args:
        trouble: what kind of.
        spans: the pieces of the question that it is about.
        choices: forms of what was understood, for suggestions.
        kind: class of the entity that does not exist.
        asked: what reports, if there are any, are asked for.
    """

    trouble: Trouble
    spans: tuple[str, ...] = ()
    choices: tuple[Form, ...] = ()
    kind: str = ""
    asked: Progress | None = None


Parsed: TypeAlias = Question | Failure
