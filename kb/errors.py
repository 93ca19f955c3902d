"""The one tree of errors. The command line, the pages and the API render the same error.

    PlankbError                a fault of plankb itself                    exit 3
    ├── InputError             something given to it cannot be used        exit 2
    │   ├── FileProblem        a file is missing, unreadable, malformed
    │   ├── SourceProblem      the source text is absent or another one
    │   ├── QueryProblem       a query does not parse or may not run
    │   └── UnknownName        a format, code or resource that does not exist
    ├── CheckFailed            a check found something                     exit 1
    ├── QueryStopped           a query was ended (deadline, memory, size)  exit 2
    └── Overloaded             no place in the queue; try again later      exit 2
        └── BudgetSpent        a client has used up its query time         exit 2

Each carries a code, a message and a hint in both languages, and the fields it is about
(file, line, query …), so that a caller can use the data and not only the text.
Must not know where an error is shown.
"""

from __future__ import annotations

from kb.text import Language, Text


class PlankbError(Exception):
    """A fault of plankb itself, and the root of the tree.

    Args:
        code: short name of the kind of fault, stable for programs (``query-deadline``).
        message: what is wrong, and where.
        hint: what to do about it.
        fields: the data the error is about, by name.
    """

    exit_status = 3

    def __init__(
        self, code: str, message: Text, hint: Text | None = None, **fields: object
    ) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message
        self.hint = hint
        self.fields = fields

    def render(self, language: Language) -> str:
        """Message and hint as lines for a person, in one language."""
        lines = [self.message.in_(language)]
        if self.hint is not None:
            lines.append(self.hint.in_(language))
        return "\n".join(lines)


class InputError(PlankbError, ValueError):
    """Something given to plankb cannot be used: it says what and how to mend it."""

    exit_status = 2


class FileProblem(InputError):
    """A file is missing, unreadable or malformed; fields: file, line (when known)."""


class SourceProblem(InputError):
    """The text of the source is absent, or is not the text that the plan cites."""


class QueryProblem(InputError):
    """A query does not parse (code query-syntax) or may not run (query-refused)."""


class UnknownName(InputError):
    """A format, code or resource that does not exist; the message lists those that do."""


class CheckFailed(PlankbError):
    """A check found something that falls short; the findings are in the message."""

    exit_status = 1


class QueryStopped(PlankbError):
    """A query was ended: query-deadline, query-memory, query-size or query-cancelled."""

    exit_status = 2


class Overloaded(PlankbError):
    """All workers are busy and the queue is full; fields: retry_after (seconds)."""

    exit_status = 2


class BudgetSpent(Overloaded):
    """A client has used up its query time (query-budget); fields: retry_after (seconds)."""
