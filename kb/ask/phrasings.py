"""How people asked for clauses: ``queries/phrasings``, one question a line.

A line has the local names of the clauses, the question, and the local names of what it names.

Must not know what a question means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import FileProblem
from kb.plan import knowledge
from kb.text import Text

#: In place of clauses: the plan does not say it.
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A question as somebody put it who did not know the plan's words.

    Args:
        clauses: IRIs of what answers it; none where the plan does not.
        text: the question.
        senses: IRIs of what it names, as it was understood when it was written down.
    """

    clauses: tuple[str, ...]
    text: str
    senses: tuple[str, ...] = ()


def folder() -> Path:
    """Where they are."""
    return knowledge.root() / "queries" / "phrasings"


def read(base: str, only: Path | None = None) -> Iterator[Phrasing]:
    """All of them, in order.

    Args:
        base: base IRI in force.
        only: of this file.

    Raises:
        FileProblem: a file cannot be read, or a line is no phrasing.
    """
    for path in [only] if only else sorted(folder().glob("*.tsv")):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise _broken(path, 0) from error
        for number, line in enumerate(lines, 1):
            if not line or line.startswith("#"):
                continue
            names, _, rest = line.partition("\t")
            text, _, senses = rest.partition("\t")
            if not text.strip() or not names.strip():
                raise _broken(path, number)
            about = () if names == NOTHING else tuple(names.split())
            yield Phrasing(
                tuple(f"{base}id/{name}" for name in about),
                text,
                tuple(base + name for name in senses.split()),
            )


def _broken(path: Path, line: int) -> FileProblem:
    place = f"{path.name}:{line}" if line else path.name
    return FileProblem(
        "phrasings",
        Text(
            zh=f"{place} 不是问法（条文名、制表符、问题、制表符、所提及者）",
            en=f"{place} is no phrasing",
        ),
        Text(
            zh="每行写：条文的本地名（多个以空格分开，规划未说的写 -）、制表符、问题",
            en="each line has local names of clauses (or - for what the plan does not say), a tab, "
            "and the question",
        ),
    )
