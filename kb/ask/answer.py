"""An answer as everyone gets it: the library, the command line, the API and the pages.

Follows the JSON of the outside contract. Must not know how it was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from kb.ask.repair import Repair
from kb.ask.rows import Row
from kb.plan.graph import SOURCE_NOTICE
from kb.text import Language, Text

Status: TypeAlias = Literal["answered", "empty", "not_stated", "clarify", "refused"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer: a kind of the contract, and a message."""

    kind: str
    message: Text


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that has an answer."""

    question: str
    lang: Language


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, how it was read, and what was found.

    Args:
        question: as the user wrote it.
        lang: the language of the answer.
        status: of the answer, as in the contract.
        text: a sentence or two, without the notice on the source.
        reading: the logical form in words; None where there is none.
        sparql: the query that gives the rows.
        rows: what was found.
        unknown: spans of the question that were not understood.
        repairs: spans of the question that were read as something else.
        refusal: why not, where it is not answered.
        suggestions: further questions.
        context: to be sent back with a question that follows on from this one.
        elapsed_ms: time taken.
        revision: of the graph.
    """

    question: str
    lang: Language
    status: Status
    text: Text
    reading: Text | None = None
    sparql: str = ""
    rows: tuple[Row, ...] = ()
    unknown: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    refusal: Refusal | None = None
    suggestions: tuple[Suggestion, ...] = ()
    context: str = ""
    elapsed_ms: float = 0.0
    revision: str = ""

    @property
    def exit_status(self) -> int:
        """0 where it is an answer, 1 where it is a question back or a refusal."""
        return 0 if self.status in ("answered", "empty", "not_stated") else 1

    @property
    def notice(self) -> Text:
        """What the plan is known from."""
        return SOURCE_NOTICE

    @property
    def full_text(self) -> str:
        """The sentence in the answer's language, ending with the notice on the source."""
        joint = "" if self.lang == "zh" else " "
        return self.text.in_(self.lang) + joint + self.notice.in_(self.lang)

    def as_dict(self) -> dict[str, object]:
        """The JSON of the contract; keys without a value are left out."""
        content: dict[str, object] = {
            "question": self.question,
            "lang": self.lang,
            "status": self.status,
            "reading": self.reading.as_dict() if self.reading else None,
            "text": self.full_text,
            "notice": self.notice.as_dict(),
            "sparql": self.sparql,
            "rows": [row.as_dict() for row in self.rows],
            "unknown": list(self.unknown),
            "repaired": [{"written": r.written, "read": r.read} for r in self.repairs],
            "refusal": self.refusal
            and {"kind": self.refusal.kind, "message": self.refusal.message.as_dict()},
            "suggestions": [{"question": s.question, "lang": s.lang} for s in self.suggestions],
            "context": self.context,
            "elapsed_ms": round(self.elapsed_ms, 2),
            "revision": self.revision,
        }
        empty: tuple[object, ...] = ("", None, [])
        return {key: value for key, value in content.items() if key == "rows" or value not in empty}
