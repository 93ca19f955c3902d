"""Asks a question of one graph: the one way in, for the command line, the API and the pages.

Must not know the web, nor any word of a language.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pyoxigraph as ox

from kb.ask import context as contexts
from kb.ask import refusing, telling
from kb.ask.answer import Answer, Refusal, Status, Suggestion
from kb.ask.chips import Chip
from kb.ask.confidence import Judge
from kb.ask.context import Context
from kb.ask.failure import Failure, Parsed
from kb.ask.finding import Finder
from kb.ask.follow import FollowUp
from kb.ask.form import (
    Describe,
    Difference,
    Form,
    NotStated,
    Question,
    Related,
    Review,
    Select,
    Set,
    members_of,
)
from kb.ask.guide import Guide
from kb.ask.likeness import Likeness
from kb.ask.mending import repaired_tokens
from kb.ask.missing import MissingFacts
from kb.ask.parse import parse
from kb.ask.repair import Repair, Repairer
from kb.ask.reported import Reported
from kb.ask.rows import Row, RowReader
from kb.ask.scan import Token, scan
from kb.ask.schema import Rows
from kb.ask.sparql import Compiler
from kb.ask.suggesting import Suggester
from kb.ask.templates import Template
from kb.ask.verbalise import reading
from kb.ask.vocabulary import Vocabulary
from kb.normalise import units
from kb.store.interface import Store
from kb.terms import DCTERMS, SKOS
from kb.text import Language, Text

Asked = Literal["auto", "zh", "en"]


def rows_of(store: Store) -> Rows:
    """Rows of a store as text, for an :class:`Asker` on a store."""

    def select(query: str) -> list[dict[str, str]]:
        return [
            {
                name: term.value
                for name, term in row.items()
                if isinstance(term, ox.NamedNode | ox.Literal)
            }
            for row in store.select(query)
        ]

    return select


#: A question of so many characters is not looked through for naming too much.
_SHORT = 200


class Asker:
    """Answers questions over one revision of a graph. Use it from any number of threads.

    Args:
        select: runs a SELECT query: :func:`rows_of` a store, or ``PlanGraph.select``.
        base: base IRI in force.
        revision: the graph's.
        vocabulary: of the graph, where it is at hand already; else it is read from the graph.
    """

    def __init__(
        self, select: Rows, base: str, revision: str = "", vocabulary: Vocabulary | None = None
    ) -> None:
        vocabulary = vocabulary or Vocabulary.read(select, base)
        self.lexicon, self.clauses = vocabulary.lexicon, vocabulary.clauses
        self._vocabulary = vocabulary
        self.revision = revision
        self._select = select
        self._compiler = Compiler(self.lexicon)
        self._reader = RowReader(select, self._compiler)
        self._finder = Finder(select, self._compiler, self._reader)
        self._repairer = Repairer(self.lexicon, vocabulary.keep)
        self._judge = Judge(self.lexicon, self.clauses, self._alike)
        self._last: tuple[tuple[str, Context] | None, Parsed] = (None, Failure("ambiguous"))
        self._reported = Reported(select, self._compiler, self._reader)
        self._missing = MissingFacts(select, self._compiler, self._reader)
        self._suggester = Suggester(
            select, self._compiler, self._finder, self._missing, self.understand
        )
        self._warming = threading.Lock()
        # What helps to ask is kept for longer than this: see :meth:`renewed`.
        self._newest = newest = [(select, self._suggester.holds)]
        self._guide = Guide(
            lambda query: newest[0][0](query),  # noqa: PLW0108 - another one by then
            self._compiler,
            lambda said, form: newest[0][1](said, form),  # noqa: PLW0108
            vocabulary.keep,
        )

    def renewed(self, select: Rows, revision: str) -> Asker:
        """The same over another revision, in which reports differ and the plan does not.

        Reports bring no words and no questions of their own, so what took seconds to make is
        kept, and asks the new graph from now on.

        Args:
            select: runs a SELECT query over the new revision.
            revision: its name.
        """
        new = Asker(select, self._compiler.base, revision, self._vocabulary)
        new._repairer, new._guide, new._newest = self._repairer, self._guide, self._newest
        new._newest[0] = (select, new._suggester.holds)
        new._warming = self._warming
        return new

    def ask(self, question: str, lang: Asked = "auto", context: str | None = None) -> Answer:
        """The answer to one question.

        Args:
            question: in Chinese, English or both.
            lang: language of the answer; ``auto`` is that of the question.
            context: of an earlier answer, for a question that follows on from it; where it is
                none of this revision's, there is no earlier answer.

        Raises:
            QueryStopped, Overloaded: as the store does.
        """
        began = time.perf_counter()
        language = lang if lang != "auto" else language_of(question)
        before = contexts.read(context, self.revision, self._compiler.base, self.lexicon)
        answer = self._answer(question, language, before)
        elapsed = (time.perf_counter() - began) * 1000
        return replace(
            answer,
            # What could not be answered leaves the question before as it was.
            context=answer.context or self._written(before),
            elapsed_ms=elapsed,
            revision=self.revision,
        )

    def understand(self, question: str) -> Parsed:
        """How a question is understood, without answering it."""
        return parse(self._tokens(question)[0], self.lexicon, self.clauses)

    # --- what helps to ask ----------------------------------------------------------------

    def templates(self) -> tuple[Template, ...]:
        """Every template of a question that has an answer."""
        return self._guide.templates()

    def fill(self, name: str, values: Mapping[str, str], lang: Language) -> str:
        """The question that a template asks with a code for each of its slots.

        Raises:
            UnknownName, InputError: no such template, slot or value; says which there are.
        """
        return self._guide.fill(name, values, lang)

    def complete(self, text: str, lang: Language, limit: int) -> tuple[Suggestion, ...]:
        """Questions with answers that fit what is typed; examples where nothing is."""
        return self._guide.complete(text, lang, limit)

    def chips(self, question: str, lang: Language, context: str | None = None) -> tuple[Chip, ...]:
        """How a question is read, in parts that can be taken out or changed."""
        before = contexts.read(context, self.revision, self._compiler.base, self.lexicon)
        parsed = self._understood(question, self._tokens(question)[0], before)
        if not isinstance(parsed, Question):
            return ()
        if parsed.instead is not None and not self._suggester.has_answer(parsed.form):
            parsed = parsed.instead
        return self._guide.chips(parsed.form, lang)

    def warm(self) -> None:
        """Make what is made when first wanted: for repairs, templates and completions.

        Raises:
            QueryStopped, Overloaded: as the store does; then what is left is made when wanted.
        """
        with self._warming:  # revisions that come meanwhile find what the first has made
            self._repairer.warm()
            self._alike()
            self._guide.warm()

    def _understood(self, question: str, tokens: tuple[Token, ...], before: Context) -> Parsed:
        asked, parsed = self._last
        if asked == (question, before):  # a page asks for the answer, and for its chips
            return parsed
        parsed = self._read(question, tokens, before)
        self._last = (question, before), parsed
        return parsed

    def _read(self, question: str, tokens: tuple[Token, ...], before: Context) -> Parsed:
        alone = parse(tokens, self.lexicon, self.clauses)
        follow_up = FollowUp(tokens, alone, self.lexicon, self.clauses, self._members)
        parsed = follow_up.read(before)
        if parsed is not alone or (follow_up.mark and before.last is not None):
            return parsed  # it is about what was answered before
        return self._judge.judge(question, tokens, parsed)

    def _alike(self) -> Likeness:
        return self._vocabulary.alike(self._select)

    # --- answering ------------------------------------------------------------------------

    def _tokens(self, question: str) -> tuple[tuple[Token, ...], tuple[Repair, ...]]:
        return repaired_tokens(question, self.lexicon, self._repairer)

    def _answer(self, question: str, lang: Language, before: Context) -> Answer:
        if len(question) > refusing.LONGEST:
            refusal = refusing.too_long(len(question))
            return self._refused(question[:200], lang, "refused", refusal)
        if not units(question):
            return self._refused(question, lang, "refused", refusing.empty())
        if len(question) > _SHORT:
            overfull = refusing.too_much(scan(question, self.lexicon))
            if overfull is not None:
                return self._refused(question, lang, "refused", overfull)
        tokens, repairs = self._tokens(question)
        parsed = self._understood(question, tokens, before)
        answer = self._answer_parsed(question, lang, parsed, before)
        return replace(answer, repairs=repairs)

    def _members(self, members: Set) -> tuple[str, ...]:
        """The members of a set."""
        query = self._compiler.query(Select(members))
        return tuple(sorted(row["item"] for row in self._select(query)))

    def _written(self, context: Context) -> str:
        return context.written(self.revision, self._compiler.base)

    def _answer_parsed(
        self, question: str, lang: Language, parsed: Parsed, before: Context
    ) -> Answer:
        if isinstance(parsed, Failure):
            return self._progress(question, lang, parsed) or self._failed(question, lang, parsed)
        form = parsed.form
        if isinstance(form, NotStated):
            answer = self._not_stated(question, lang, form)
            return replace(answer, context=self._written(before.then(parsed)))
        review = isinstance(form, Review)
        query = self._finder.review_query() if review else self._compiler.query(form)
        rows = self._finder.rows(form, query)
        if not rows and parsed.instead is not None:
            return self._answer_parsed(question, lang, parsed.instead, before)
        if not rows and isinstance(form, Difference):
            sides = (Select(form.one), Select(form.other))
            return self._failed(question, lang, Failure("ambiguous", (), sides))
        if not rows and _nested(form):
            # That a class was meant as a condition is a guess; nothing found may be its fault.
            apart = self._suggester.related(form)
            return self._failed(question, lang, Failure("ambiguous", (), tuple(apart)))
        return Answer(
            question,
            lang,
            "answered" if rows else "empty",
            self._told(parsed, rows),
            reading(form, self.lexicon),
            query,
            tuple(rows),
            suggestions=self._suggester.suggestions(self._suggester.related(form), lang),
            context=self._written(before.then(parsed)),
        )

    def _told(self, question: Question, rows: list[Row]) -> Text:
        form = question.form
        if isinstance(form, Review):
            return self._finder.reviewed()[1]
        text = telling.found(question, rows, self.lexicon)
        if isinstance(form, Describe):
            return self._with_notes(text, rows[0])
        bodies = self.lexicon.kind("Body")
        if isinstance(form, Select) and form.members.kind == bodies:
            return Text(
                text.zh + "原文没有让任何机构对此负责。",
                text.en + " The source makes no body responsible for any of it.",
            )
        return text

    def _with_notes(self, text: Text, row: Row) -> Text:
        """A description with the class and what the graph says of the thing in words."""
        kind = self.lexicon.label(self.lexicon.kind(row.type)) if row.type else None
        notes: dict[str, str] = {}
        for found in self._select(
            f"""SELECT ?p ?text ?lang WHERE {{
                VALUES ?p {{ <{SKOS}definition> <{DCTERMS}description> <{SKOS}scopeNote> }}
                <{row.iri}> ?p ?l . BIND(STR(?l) AS ?text) BIND(LANG(?l) AS ?lang)
            }} ORDER BY ?p ?text"""
        ):
            notes[found["lang"]] = notes.get(found["lang"], "") + " " + found["text"]
        zh = f"（{kind.zh}）" if kind else ""
        en = f" ({kind.en})" if kind else ""
        return Text(
            f"{zh}{text.zh}{notes.get('zh', '').replace(' ', '')}",
            f"{text.en}{en}{notes.get('en', '')}".replace(f".{en}", f"{en}."),
        )

    def _not_stated(self, question: str, lang: Language, form: NotStated) -> Answer:
        query = self._compiler.implied(form)
        rows = self._missing.implied(query)
        text = self._missing.derived_text(form, rows)
        given = bool(rows)
        if not rows:
            query = self._compiler.query(form)
            rows = self._missing.rows(query)
            text = self._missing.text(form, rows)
            given = any(row.status in ("stated", "external") for row in rows)
        return Answer(
            question,
            lang,
            "answered" if given else "not_stated",
            text,
            reading(form, self.lexicon),
            query,
            tuple(rows),
            suggestions=self._suggester.suggestions(self._suggester.related(form), lang),
        )

    def _progress(self, question: str, lang: Language, failure: Failure) -> Answer | None:
        """What the reports say, where the question is about them and there are any."""
        if failure.asked is None:
            return None
        found = self._reported.find(failure.asked)
        if found is None:
            return None
        return Answer(
            question,
            lang,
            "answered" if found.rows else "empty",
            found.text,
            reading(failure.asked, self.lexicon),
            found.query,
            found.rows,
            suggestions=self._suggester.suggestions(failure.choices, lang),
        )

    # --- where there is no answer ---------------------------------------------------------

    def _failed(self, question: str, lang: Language, failure: Failure) -> Answer:
        status, refusal = refusing.of(failure, self.lexicon)
        unknown = failure.spans if failure.trouble in _UNKNOWN else ()
        return self._refused(question, lang, status, refusal, unknown, failure.choices)

    def _refused(
        self,
        question: str,
        lang: Language,
        status: Status,
        refusal: Refusal,
        unknown: tuple[str, ...] = (),
        choices: tuple[Form, ...] = (),
    ) -> Answer:
        forms = [*choices, *self._suggester.examples()]
        return Answer(
            question,
            lang,
            status,
            refusal.message,
            unknown=unknown,
            refusal=refusal,
            suggestions=self._suggester.suggestions(forms, lang),
        )


_UNKNOWN = ("unknown-word", "no-such-entity", "out-of-scope", "unsupported")


def language_of(question: str) -> Language:
    """The language that a question is asked in: Chinese, where more than a name is Chinese.

    >>> language_of("规划的品牌"), language_of("What is 津鹰?")
    ('zh', 'en')
    """
    found = units(question)
    chinese = sum(unit.ideograph for unit in found)
    begins = bool(found) and found[0].ideograph
    return "zh" if begins or chinese > len(found) - chinese else "en"


def _nested(form: Form) -> bool:
    members = members_of(form)
    return members is not None and any(
        isinstance(item, Related)
        and item.within is not None
        and not item.within.filters
        and not item.negated
        for item in members.filters
    )
