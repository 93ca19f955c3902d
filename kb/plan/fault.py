"""A fault that a check found in the plan: what falls short, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from kb.text import Language, Text


@dataclass(frozen=True)
class Fault:
    """One thing that falls short.

    Attributes:
        check: name of the check that found it.
        subject: IRI or file that it is about.
        message: what is wrong.
        hint: what to do.
        place: ``file:line`` where it can be mended; empty where no file says it.
    """

    check: str
    subject: str
    message: Text
    hint: Text
    place: str = ""

    def render(self, language: Language) -> str:
        """One line for a terminal: place, check, message, hint."""
        start = f"{self.place}: " if self.place else ""
        return f"{start}[{self.check}] {self.message.in_(language)} — {self.hint.in_(language)}"
