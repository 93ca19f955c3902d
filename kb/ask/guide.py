"""What helps to ask, over one graph: templates, completions and the parts of a reading.

Made when first wanted and kept for as long as the graph is the same. Must not know the web.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from kb.ask.answer import Suggestion
from kb.ask.chips import Chip, Chips
from kb.ask.complete import Completer
from kb.ask.form import Form
from kb.ask.schema import Rows
from kb.ask.sparql import Compiler
from kb.ask.templates import Template, Templates
from kb.ask.verbalise import question
from kb.ask.vocabulary import Keep
from kb.text import Language

#: How many forms are remembered with the question that asks them.
_KEPT = 4096


class Guide:
    """Helps to ask.

    Args:
        select: runs a SELECT query.
        compiler: writes the queries.
        holds: whether a question is understood as a form, and that has an answer.
        keep: keeps what may be completed.
    """

    def __init__(
        self, select: Rows, compiler: Compiler, holds: Callable[[str, Form], bool], keep: Keep
    ) -> None:
        self._lexicon = compiler.lexicon
        self._templates = Templates(select, compiler)
        self._completer = Completer(self._templates, keep)
        self._chips = Chips(self._templates.skeletons)
        self._holds = holds
        self._said = lru_cache(_KEPT)(self._say)

    def templates(self) -> tuple[Template, ...]:
        """Every template of a question."""
        return self._templates.all

    def fill(self, name: str, values: Mapping[str, str], lang: Language) -> str:
        """The question of a template with these values.

        Raises:
            UnknownName, InputError: no such template, slot or value; says which there are.
        """
        return question(self._templates.form(name, values), self._lexicon, lang)

    def complete(self, text: str, lang: Language, limit: int) -> tuple[Suggestion, ...]:
        """Questions with answers that fit what is typed."""
        return tuple(Suggestion(said, lang) for said in self._completer.complete(text, lang, limit))

    def warm(self) -> None:
        """Make the templates and what is completed from them."""
        self._completer.warm()

    def chips(self, form: Form, lang: Language) -> tuple[Chip, ...]:
        """The parts of a form that can be taken out or changed."""
        return self._chips.of(form, lambda other: self._said(other, lang))

    def _say(self, form: Form, lang: Language) -> str | None:
        said = question(form, self._lexicon, lang)
        return said if self._holds(said, form) else None
