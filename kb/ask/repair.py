"""Repairs of spans that mean nothing: slips of the keyboard, homophones, pinyin, old characters.

Only what is unknown is touched, only in one way, and never into a word of the language that
would turn the question round. Must not know what the question means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from kb.ask.lexicon import Lexicon, Sense
from kb.ask.scan import Token
from kb.ask.vocabulary import Keep, unkept
from kb.ask.words import FOREIGN
from kb.normalise import is_ideograph, keys, stem

#: Words that no slip is taken for: they would turn a question round.
_TURNING = frozenset(
    {"not", "except", "only", "most", "least", "largest", "smallest", "more", "fewer"}
    | {"more-than", "at-least", "less-than", "at-most", "from", "exactly"}
    | {"compare", "differ", "common", "both", "sum", "mean", "each"}
    | {"judgement", "progress", "year"}
)
#: The shortest word that is repaired, and from which length on two slips are allowed.
_SHORTEST, _LONG = 3, 8
#: The shortest word that is taken for a word of questions, a name, a topic, a filler: there
#: are many words that are one letter from a short one, and are right.
_SHORTEST_OF = (_SHORTEST, _SHORTEST, 6, 6)
#: And from which length on two slips are allowed: cancelled is not channelled.
_LONG_OF = (_LONG, _LONG, 11, 11)
#: So many unknown spans are repaired.
_MOST = 12
#: Chinese forms up to this length are found by their sound.
_HEARD = (2, 8)


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair.

    Args:
        written: as the user wrote it.
        read: as it is read.
    """

    written: str
    read: str


class Repairer:
    """Repairs questions by one lexicon's words.

    Args:
        lexicon: of the graph.
        keep: keeps how words sound.
    """

    def __init__(self, lexicon: Lexicon, keep: Keep = unkept) -> None:
        self._lexicon = lexicon
        self._keep = keep

    def repair(self, question: str, tokens: Sequence[Token]) -> tuple[str, tuple[Repair, ...]]:
        """The question with what can be repaired, and how.

        Args:
            question: as the user wrote it.
            tokens: of it.
        """
        unknown = [token for token in tokens if not token.known]
        if any(is_ideograph(c) for token in unknown for c in token.text):
            simplified = _simplified(question)
            if simplified != question and len(simplified) == len(question):
                return simplified, ()  # another script, and no slip
        if len(unknown) > _MOST or sum(len(token.text) for token in unknown) > _MOST * _LONG:
            return question, ()  # no slips, but another language
        found: list[tuple[int, int, str]] = []
        latin = [token for token in unknown if token.text.isascii()]
        found += self._by_pinyin(latin)
        for token in latin:
            found += self._misspelt(token, found)
        for token in unknown:
            if not token.text.isascii():
                found += self._misheard(question, token)
        repairs = []
        for start, end, right in sorted(found, reverse=True):
            repairs.append(Repair(question[start:end], right))
            question = question[:start] + right + question[end:]
        return question, tuple(reversed(repairs))

    # --- spelling --------------------------------------------------------------------------

    def _misspelt(
        self, token: Token, taken: list[tuple[int, int, str]]
    ) -> Iterator[tuple[int, int, str]]:
        for match in re.finditer(r"[A-Za-z]+", token.text):
            word = match[0].casefold()
            start = token.start + match.start()
            if (
                len(word) < _SHORTEST
                or match[0].isupper()
                or any(a <= start < b for a, b, _ in taken)
            ):
                continue
            right = self._nearest(word)
            if right:
                yield start, start + len(word), right

    def _nearest(self, word: str) -> str:
        """The word that a slip stands for: a name or word of questions before any other."""
        from rapidfuzz import process  # only who needs a repair waits for it
        from rapidfuzz.distance import OSA

        if word in self._right:
            return ""
        (key,) = keys(word) or [word]
        for shortest, long, words in zip(_SHORTEST_OF, _LONG_OF, self._words, strict=True):
            most = 2 if len(word) >= long else 1
            if len(key) < shortest:
                break
            near = process.extract(key, words, scorer=OSA.distance, score_cutoff=most, limit=4)
            if not near or near[0][1] == 0:
                continue
            # A slip is seldom in the first letter: tractors are no actors.
            first = [w for w, score, _ in near if score == near[0][1] and w[0] == key[0]]
            if len({stem(w) for w in first}) == 1:
                return first[0]
        return ""

    @cached_property
    def _right(self) -> frozenset[str]:
        """Words that are written right, though nothing is known of them."""
        return frozenset(word.casefold() for word in self._lexicon.words.roles.get(FOREIGN, ()))

    @cached_property
    def _words(self) -> tuple[tuple[str, ...], ...]:
        """Latin words that a slip may stand for: of questions, names, topics, fillers."""
        asking: set[str] = set()
        names: set[str] = set()
        empty: set[str] = set()
        turning: set[str] = set()
        for path, senses in _forms(self._lexicon.tree):
            roles = {sense.value for sense in senses if sense.kind == "word"}
            if FOREIGN in roles and len(senses) == 1:
                continue  # a slip is for a word that is understood
            if roles & _TURNING and len(path) == 1:
                into = turning
            elif roles and roles <= {"filler", "general", "background"}:
                into = empty
            else:
                short = len(path) == 1
                into = asking if short and (roles or senses[0].kind == "class") else names
            into.update(key for key in path if key.isascii() and key.isalpha() and len(key) > 2)
        topics = self._lexicon.topic_words
        return tuple(
            tuple(sorted(words - turning))
            for words in (asking, names - asking, topics - names, empty - names)
        )

    # --- sound -----------------------------------------------------------------------------

    def _misheard(self, question: str, token: Token) -> Iterator[tuple[int, int, str]]:
        """A Chinese form of the same sound, about the unknown span."""
        for length in range(_HEARD[1], _HEARD[0] - 1, -1):
            for start in range(max(0, token.end - length), token.start + 1):
                piece = question[start : start + length]
                if len(piece) < length or start + length < token.end:
                    continue
                if not all(map(is_ideograph, piece)):
                    continue
                same = [
                    form
                    for form in self._sounds.get(_sound(piece), ())
                    if len(form) == length
                    and sum(a == b for a, b in zip(form, piece, strict=True)) * 2 >= length
                ]
                if len(same) == 1:
                    yield start, start + length, same[0]
                    return

    def _by_pinyin(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
        """A Chinese form written as it sounds: nongcun shiyong rencai."""
        for token in tokens:
            words = list(re.finditer(r"[A-Za-z]+", token.text))
            place = 0
            while place < len(words):
                for end in range(min(len(words), place + _HEARD[1]), place, -1):
                    sound = "".join(w[0].casefold() for w in words[place:end])
                    forms = [f for f in self._named_sounds.get(sound, ()) if len(f) > 2]
                    if len(forms) == 1:
                        yield (
                            token.start + words[place].start(),
                            token.start + words[end - 1].end(),
                            forms[0],
                        )
                        place = end - 1
                        break
                place += 1

    @property
    def _sounds(self) -> dict[str, list[str]]:
        """Chinese forms by their pinyin: names first, then what topics are called."""
        return self._heard[1]

    @property
    def _named_sounds(self) -> dict[str, list[str]]:
        """Chinese names by their pinyin; topics are too many for a Latin word to be sure."""
        return self._heard[0]

    @cached_property
    def _heard(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        def hear() -> list[dict[str, list[str]]]:
            named: dict[str, list[str]] = {}
            _hear(named, self._lexicon.tree)
            every = {sound: list(forms) for sound, forms in named.items()}
            _hear(every, self._lexicon.stems)
            return [named, every]

        named, every = self._keep("sounds", hear)
        return named, every

    def warm(self) -> None:
        """Read what repairs need, so that the first one does not wait."""
        _simplified("人才")
        _sound("人才")
        assert self._heard
        assert self._words is not None


def _hear(found: dict[str, list[str]], tree: dict[str, Any]) -> None:
    """Add the Chinese forms of a tree under their sounds."""
    for path, senses in _forms(tree):
        if not _HEARD[0] <= len(path) <= _HEARD[1] or not all(map(is_ideograph, path)):
            continue
        if {s.value for s in senses if s.kind == "word"} & (_TURNING | {FOREIGN}):
            continue
        if len(path) == 2 and all(s.loose or s.kind == "topic" for s in senses):
            continue  # a classroom is no teacher, though it sounds like one
        form = "".join(path)
        forms = found.setdefault(_sound(form), [])
        if form not in forms:
            forms.append(form)


def _forms(tree: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], list[Sense]]]:
    rest: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), tree)]
    while rest:
        path, node = rest.pop()
        for key, below in node.items():
            if key == "":
                yield path, below
            else:
                rest.append(((*path, key), below))


@lru_cache(4096)
def _sound(text: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


@lru_cache(1)
def _converter() -> Any:
    from opencc import OpenCC  # type: ignore[import-untyped]  # has no types

    return OpenCC("t2s")


def _simplified(text: str) -> str:
    """Traditional characters as simplified ones."""
    return str(_converter().convert(text))
