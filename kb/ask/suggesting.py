"""What could be asked next: questions that are understood, and have an answer.

Must not know how questions are answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kb.ask.answer import Suggestion
from kb.ask.choices import USUAL, related
from kb.ask.failure import Parsed
from kb.ask.finding import Finder
from kb.ask.form import (
    Count,
    Describe,
    Form,
    NotStated,
    Question,
    Related,
    Select,
    Set,
    members_of,
)
from kb.ask.missing import MissingFacts
from kb.ask.schema import Rows
from kb.ask.sparql import STAND_INS, Compiler
from kb.ask.verbalise import question as in_words
from kb.text import Language

_SUGGESTED = 3


class Suggester:
    """Suggests questions over one graph.

    Args:
        select: runs a SELECT query.
        compiler: writes the queries.
        finder: finds the rows of a form.
        missing: answers questions for missing facts.
        understand: reads a question.
    """

    def __init__(
        self,
        select: Rows,
        compiler: Compiler,
        finder: Finder,
        missing: MissingFacts,
        understand: Callable[[str], Parsed],
    ) -> None:
        self._select = select
        self._compiler = compiler
        self._finder = finder
        self._missing = missing
        self._understand = understand
        self.lexicon = compiler.lexicon

    def holds(self, said: str, form: Form) -> bool:
        """Whether a question is understood as a form, and that has an answer."""
        parsed = self._understand(said)
        return isinstance(parsed, Question) and parsed.form == form and self.has_answer(form)

    def suggestions(self, forms: Iterable[Form], lang: Language) -> tuple[Suggestion, ...]:
        """Questions that ask the forms, of those that have an answer."""
        found: list[Suggestion] = []
        for form in dict.fromkeys(forms):
            if len(found) == _SUGGESTED:
                break
            text = in_words(form, self.lexicon, lang)
            if self.holds(text, form):
                found.append(Suggestion(text, lang))
        return tuple(found)

    def has_answer(self, form: Form) -> bool:
        """Whether a form has an answer."""
        if isinstance(form, Describe):
            return form.entity in self.lexicon.things
        if isinstance(form, NotStated):
            return self._missing.gap_known(form)
        members = members_of(form)
        if members is None:
            return True
        if isinstance(form, Select | Count):
            return self._select(self._compiler.query(Count(members)))[0]["count"] != "0"
        return bool(self._finder.rows(form, self._compiler.query(form)))

    def examples(self) -> list[Form]:
        """Questions for someone who does not know what can be asked."""
        teams = self.lexicon.members(self.lexicon.kind("TalentTeam"))
        return [
            Select(Set.of(self.lexicon.kind(local), [Related((team.iri,))]))
            for team, local in zip(teams[::3], USUAL, strict=False)
        ]

    def related(self, form: Form) -> list[Form]:
        """What could be asked next about the same thing."""
        members = members_of(form)
        entities: list[str] = list(members.related) if members else []
        if isinstance(form, Describe):
            entities = [form.entity]
        elif isinstance(form, NotStated):
            entities = list(form.about)
        kinds = tuple(self.lexicon.kind(local) for local in (*USUAL, "Body"))
        next_forms = related(kinds, entities[:1], self.lexicon)
        if isinstance(form, Select) and form.members.kind == self.lexicon.kind("Body"):
            next_forms = [*self._responsible(entities), *next_forms]
        return [other for other in next_forms if other != form]

    def _responsible(self, entities: list[str]) -> list[Form]:
        """Who is responsible: what someone who asks for bodies may want to know."""
        kinds = self.lexicon.members(self.lexicon.kind("FactKind"))
        return [
            NotStated((kind.iri,), tuple(entities[:1]))
            for kind in kinds
            if kind.notation in STAND_INS
        ]
