"""Tells whether words mark a question as one that follows on from another, and in which way.

那教师呢, only those with a number, where does it say so: a question that is whole bears no mark.
Must not know what was asked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from kb.ask.failure import Parsed
from kb.ask.form import Question
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions
from kb.ask.scan import Token

Mark = Literal["", "instead", "only", "those", "bare", "fact"]

#: Words for the upper and the lower end.
LARGER, SMALLER = ("most", "largest", "more"), ("least", "smallest", "fewer")
#: What a question can be made of that names nothing.
_ASKING = (
    "which", "who", "quantity", "people", "cite", "compare", "differ", "common", "gap", "pair",
    "those",
    "descending", "ascending", *LARGER, *SMALLER,
)  # fmt: skip
#: Words that ask by themselves.
_QUESTIONS = ("which", "who", "quantity", "people", "share", "exists", "define", "cite", "compare")
_EMPTY = ("filler", "background", "and", "what-about", "those", "only", "both")


class Marks:
    """What marks one question.

    Args:
        tokens: of the question.
        parsed: what it means by itself.
        lexicon: of the graph.

    Attributes:
        named: what it names; one that only stands for a thing is no number there: the lower one.
        mark: the way in which it follows on; empty where it does not.
    """

    def __init__(self, tokens: Sequence[Token], parsed: Parsed, lexicon: Lexicon) -> None:
        self.tokens = tuple(tokens)
        self.parsed = parsed
        self.lexicon = lexicon
        named = Mentions.of(tokens, lexicon)
        amounts = tuple(a for a in named.amounts if not idle(self.tokens[a.place]))
        self.named = replace(named, amounts=amounts)
        self.mark = self._found()

    def says(self, *roles: str) -> bool:
        """Whether a word of one of the roles stands anywhere; it may also stand for a topic."""
        return any(_says(token, *roles) for token in self.tokens)

    def _found(self) -> Mark:  # noqa: PLR0911 - one for each kind of mark
        named = self.named
        subject = bool(self.subjects or named.topics or named.scopes)
        asked = any(not item.loose for item in named.classes)
        words = [token for token in self.tokens if not idle(token)]
        first = next((t for t in self.tokens if not _only_filler(t)), None)
        if first is None or (named.unknown and not named.anything and not named.amounts):
            return ""
        if named.has("judgement", "progress", "year", "help", "agree"):
            return ""
        if named.facts:
            lone = not (subject or named.classes or named.amounts)
            return "fact" if lone else ""
        if first.role("only", "except"):
            return "" if asked and subject else "only"
        demonstrative = self.demonstrated() is not None
        codes = bool(named.entities) and not (subject or named.classes)
        if codes and self.says("cite"):
            return "those"  # where the percentage comes from
        pointing = demonstrative or any(self._points(place) for place in range(len(self.tokens)))
        if pointing and (demonstrative or named.has("pair") or not subject):
            return "those"
        if words and all(_says(token, *_ASKING) for token in words):
            return "bare"
        opens = first.role("what-about", "and") and not first.role("which")
        if opens or self.tokens[-1].role("what-about"):
            return "" if self.says(*_QUESTIONS) and subject else "instead"
        return ""

    @property
    def whole(self) -> bool:
        """Whether it asks for members of a class by itself."""
        asked = any(not item.loose for item in self.named.classes)
        return asked and isinstance(self.parsed, Question) and self.says(*_QUESTIONS)

    @property
    def subjects(self) -> list[Mention]:
        """Entities named, codes such as units aside."""
        return [item for item in self.named.entities if not self.lexicon.is_code(item.values[0])]

    def _points(self, place: int) -> bool:
        """Whether a word stands for what was spoken of; not in *teams that grow*."""
        token = self.tokens[place]
        relative = token.role("filler") and place > 0 and self.tokens[place - 1].content
        return token.role("those", "pair") and not relative

    def demonstrated(self) -> Mention | None:
        """A class that is pointed at: 这支队伍."""
        for item in self.named.classes:
            before = self.tokens[: item.place][-2:]
            named = any(
                self.lexicon.is_a(value, item.values[0])
                for entity in self.named.entities
                for value in entity.values
            )
            pointed = any(token.role("those", "pair") for token in before)
            if pointed and not named and not self.named.asked(item.place):
                return item
        return None


def _says(token: Token, *roles: str) -> bool:
    """Whether a token has a word's sense of some roles; it may also stand for a topic."""
    if token.of("class", "entity", "clause", "fact", "number"):
        return False
    return any(sense.kind == "word" and sense.value in roles for sense in token.senses)


def idle(token: Token) -> bool:
    """Whether a token neither names nor asks anything."""
    kinds = {sense.kind for sense in token.senses}
    if kinds == {"word", "number"} and token.of("word").count("filler"):
        return True  # the lower one
    return not token.content and not _says(token, *_ASKING) and token.role(*_EMPTY, "define")


def _only_filler(token: Token) -> bool:
    words = {sense.value for sense in token.senses if sense.kind == "word"}
    return not token.content and bool(words) and words <= {"filler", "general", "background"}
