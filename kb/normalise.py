"""A text as a row of units to look up: ideographs and folded words, with their places.

Chinese is looked up character by character, Latin script word by word, so that one set of
rules serves both and a text may mix them. Must not know what any word means.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]  # has no types

#: Signs that part words and say nothing, though Unicode calls them symbols.
_PARTING = frozenset(">|→⇒`^~·•")
#: A text of ASCII letters, ideographs and what only parts words; and its pieces.
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff \-()“”、，]*")
_PIECE = re.compile(r"[a-z]+|[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Unit:
    """One ideograph, word, number or sign.

    Args:
        key: what it is looked up by: folded case, width, plural and spelling.
        start: its first code point in the question.
        end: one past its last.
    """

    key: str
    start: int
    end: int

    @property
    def ideograph(self) -> bool:
        """Whether it is a single Chinese character."""
        return is_ideograph(self.key)

    @property
    def stem(self) -> str:
        """What topics are looked up by: the word without its endings."""
        return stem(self.key)


def is_ideograph(text: str) -> bool:
    """Whether a text is one Chinese character.

    >>> is_ideograph("人"), is_ideograph("a")
    (True, False)
    """
    return len(text) == 1 and (
        "\u3400" <= text <= "\u9fff"
        or "\uf900" <= text <= "\ufaff"
        or "\U00020000" <= text <= "\U0003ffff"
        or text == "〇"
    )


def units(text: str) -> tuple[Unit, ...]:
    """The units of a text, in order; punctuation and spaces only part them.

    >>> [unit.key for unit in units("Measures：ＡＢ类 “津鹰”?")]
    ['measure', 'ab', '类', '津', '鹰']
    """
    found: list[Unit] = []
    word: list[str] = []
    begin = end = 0

    def close() -> None:
        if word:
            found.extend(Unit(key, begin, end) for key in _folded("".join(word)))
            word.clear()

    characters = list(_characters(text))
    for place, (character, offset) in enumerate(characters):
        if "a" <= character <= "z":  # most of all text is this or the next
            begin = begin if word else offset
            end = offset + 1
            word.append(character)
            continue
        if "\u4e00" <= character <= "\u9fff" or is_ideograph(character):
            close()
            found.append(Unit(character, offset, offset + 1))
            continue
        if character == " ":
            close()
            continue
        category = unicodedata.category(character)
        if category[0] in "LNM" or (character in "'’&.," and _joins(characters, place)):
            begin = begin if word else offset
            end = offset + 1
            word.append(character)
        else:
            close()
            if character == "%" or (category[0] == "S" and not _parts(characters, place)):
                found.append(Unit(character, offset, offset + 1))
    close()
    return tuple(found)


def keys(text: str) -> list[str]:
    """The keys of the units of a text, as :func:`units` has them; quick for plain labels.

    >>> keys("Targets of 教师")
    ['target', 'of', '教', '师']
    """
    if not _PLAIN.fullmatch(text):
        return [unit.key for unit in units(text)]
    found: list[str] = []
    for piece in _PIECE.findall(text.lower()):
        if "a" <= piece[0] <= "z":
            found += _folded(piece)
        else:
            found.append(piece)
    return found


@lru_cache(16384)
def stem(key: str) -> str:
    """The stem of an English word by Porter's second algorithm; anything else as it is.

    >>> stem("training"), stem("advisers"), stem("育")
    ('train', 'advis', '育')
    """
    if len(key) < 4 or not key.isascii():
        return key
    return str(_stemmer().stemWord(key))


@lru_cache(1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def _characters(text: str) -> list[tuple[str, int]]:
    """Compatibility forms folded, invisible characters gone, each with its offset."""
    found = []
    for offset, original in enumerate(text):
        if "\u4e00" <= original <= "\u9fff" or "a" <= original <= "z":
            found.append((original, offset))  # most of all text, and nothing to fold
            continue
        found.extend(
            (character, offset)
            for character in unicodedata.normalize("NFKC", original).casefold()
            if unicodedata.category(character) != "Cf"
        )
    return found


def _joins(characters: list[tuple[str, int]], place: int) -> bool:
    """Whether a sign stands inside a word: S&T, team's, 3.56."""
    if not 0 < place < len(characters) - 1:
        return False
    before, after = characters[place - 1][0], characters[place + 1][0]
    if characters[place][0] in ".,":
        return before.isdigit() and after.isdigit()
    return before.isalnum() and after.isalnum() and not is_ideograph(before + after)


def _parts(characters: list[tuple[str, int]], place: int) -> bool:
    """Whether a sign only parts words. Before a number ``>`` is a comparison and does not."""
    sign = characters[place][0]
    if sign == "+":
        around = characters[max(place - 1, 0) : place + 2]
        return len(around) == 3 and all(character.isdigit() for character, _ in around[::2])
    if sign not in _PARTING:
        return False
    following = (c for c, _ in characters[place + 1 :] if not c.isspace())
    return not next(following, "").isdigit()


@lru_cache(4096)  # the words of labels repeat, and a cold start reads thousands
def _folded(word: str) -> tuple[str, ...]:
    """A word's key, or keys where digits and letters meet: 400people.

    >>> _folded("policies"), _folded("team's"), _folded("organization")
    (('policy',), ('team',), ('organisation',))
    """
    parts = re.findall(r"\d+(?:[.,]\d+)*|[^\d]+", word.replace("’", "'"))
    return tuple(key for part in parts if (key := _stem(part.replace(",", ""))))


def _stem(word: str) -> str:
    word = word.strip("'.").removesuffix("'s")
    word = re.sub(r"iz(e|ed|es|ing|ation|ations)$", r"is\1", word)
    if len(word) <= 3 or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    if word.endswith(("ss", "us", "is")):
        return word
    return word[:-1]
