"""Questions that fit what has been typed so far; each has an answer.

They are the templates with each of their values, so nothing else can be offered. What is typed
may be the beginning of a question, the beginnings of words in any order, part of a Chinese name
or its pinyin. Must not know how a question is understood or answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from itertools import chain, zip_longest
from typing import Any

from kb.ask.form import Count, Describe, Form
from kb.ask.lexicon import Lexicon
from kb.ask.templates import Templates
from kb.ask.verbalise import question
from kb.ask.vocabulary import Keep
from kb.normalise import is_ideograph, keys
from kb.text import Language

#: Longer than this is a question of its own.
_LONGEST = 200
#: Of one template, before others had their turn.
_OF_ONE = 2
_SHORTEST_PINYIN = 2


@dataclass(frozen=True, slots=True)
class _Entry:
    """A question to offer.

    Args:
        template: the place of its template.
        text: itself.
        words: its words, parted and preceded by spaces, without endings of number.
        others: other names of what it names, each on a line.
        sounds: its pinyin, and the initials of it; nothing in English.
    """

    template: int
    text: str
    words: str
    others: str
    sounds: tuple[str, str]


class Completer:
    """Completes over the templates of one graph; reads them when it is first asked.

    Args:
        templates: of the graph.
        keep: keeps what is offered, which takes seconds to make.
    """

    def __init__(self, templates: Templates, keep: Keep) -> None:
        self._templates = templates
        self._keep = keep
        self._lexicon: Lexicon = templates.lexicon

    def complete(self, text: str, lang: Language, limit: int) -> tuple[str, ...]:
        """Questions in a language, the nearest first.

        Args:
            text: what is typed; may be empty, or end within a word.
            lang: of the questions.
            limit: how many at most.
        """
        typed = " ".join(_words(text[:_LONGEST]))
        if limit < 1:
            return ()
        if not typed:
            return self._examples[lang][:limit]
        found: list[tuple[int, int, _Entry]] = []
        for place, entry in enumerate(self._entries[lang]):
            rank = _rank(entry, typed, text)
            if rank is not None:
                found.append((rank, place, entry))
        return tuple(_mixed([entry for _, _, entry in sorted(found, key=_turn)], limit))

    def warm(self) -> None:
        """Make the entries and examples, so that who types first does not wait."""
        assert self._entries

    @property
    def _examples(self) -> dict[Language, tuple[str, ...]]:
        """For who has not typed anything."""
        return self._offered[0]

    @property
    def _entries(self) -> dict[Language, list[_Entry]]:
        return self._offered[1]

    @cached_property
    def _offered(self) -> tuple[dict[Language, tuple[str, ...]], dict[Language, list[_Entry]]]:
        def make() -> dict[Language, list[Any]]:
            examples, entries = self._made_examples(), self._made_entries()
            return {
                lang: [examples[lang], [astuple(entry) for entry in entries[lang]]]
                for lang in entries
            }

        kept: dict[Language, list[Any]] = self._keep("completions", make)
        return (
            {lang: tuple(examples) for lang, (examples, _) in kept.items()},
            {lang: [_Entry(*entry) for entry in entries] for lang, (_, entries) in kept.items()},
        )

    def _made_entries(self) -> dict[Language, list[_Entry]]:
        places: dict[str, int] = {}
        entries: dict[Language, list[_Entry]] = {"zh": [], "en": []}
        for name, form in self._templates.forms():
            place = places.setdefault(name, len(places))
            others = self._others(form)
            for language, known in entries.items():
                text = question(form, self._lexicon, language)
                own = sounds(text) if language == "zh" else ("", "")
                known.append(_Entry(place, text, _line(text), others, own))
        return entries

    def _made_examples(self) -> dict[Language, tuple[str, ...]]:
        """Every kind of form in turn, one of each template."""
        by_kind: dict[str, list[Form]] = {}
        for _, form in self._templates.examples("zh"):
            plain = isinstance(form, Count | Describe)
            by_kind.setdefault(("~" if plain else "") + type(form).__name__, []).append(form)
        # What has a name in it says more than a whole class.
        named = [
            sorted(forms, key=lambda form: "id/" not in repr(form))
            for _, forms in sorted(by_kind.items(), key=lambda item: (item[0][0] == "~", item[0]))
        ]
        named.sort(key=len, reverse=True)
        forms = [f for f in chain.from_iterable(zip_longest(*named)) if f is not None]
        return {
            "zh": tuple(question(form, self._lexicon, "zh") for form in forms),
            "en": tuple(question(form, self._lexicon, "en") for form in forms),
        }

    def _others(self, form: Form) -> str:
        """Further names of the things in a form, so that they are found by any of them."""
        names = {surface for iri in _iris(form) for surface in self._lexicon.surfaces.get(iri, ())}
        lines = {" ".join(keys(name)) for name in names}
        return "".join(f"\n {line}" for line in sorted(lines)) + "\n"


def _iris(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _iris(one)
    else:
        for name in getattr(part, "__slots__", ()):
            yield from _iris(getattr(part, name))


def _words(text: str) -> list[str]:
    """The keys of a text; the last word as it is, for it may be half of one."""
    found = keys(text)
    last = text.rsplit(maxsplit=1)[-1].casefold() if text.split() else ""
    if found and last.isascii() and last.isalpha() and not text[-1].isspace():
        # keys fold plurals, and half a word may look like one: “bus” of “business”
        found[-1] = last
    return found


def _line(text: str) -> str:
    return " " + " ".join(keys(text)) + " " + " ".join(text.casefold().split())


@lru_cache(4096)
def sounds(text: str) -> tuple[str, str]:
    """The pinyin of a text, without tones, and the initials of it.

    >>> sounds("农村人才")
    ('nongcunrencai', 'ncrc')
    """
    from pypinyin import lazy_pinyin  # as in repairs: it takes a while to load

    syllables = lazy_pinyin([c for c in text if is_ideograph(c)])
    return "".join(syllables), "".join(syllable[:1] for syllable in syllables)


def _rank(entry: _Entry, typed: str, text: str) -> int | None:
    """How near an entry is to what is typed; 0 is nearest, None is not at all."""
    if entry.words.startswith(" " + typed):
        return 0
    if " " + typed in entry.words or f"\n {typed}\n" in entry.others:
        return 1
    words = typed.split(" ")
    if all(" " + word in entry.words for word in words):
        return 2
    if all(" " + word in entry.words or " " + word in entry.others for word in words):
        return 3
    compact = "".join(text.split()).casefold()
    whole, initials = entry.sounds
    if len(compact) >= _SHORTEST_PINYIN and compact.isascii() and compact.isalpha():
        if compact in initials:
            return 4 if initials.startswith(compact) else 5
        if whole.startswith(compact):
            return 4
        if len(compact) > _SHORTEST_PINYIN and compact in whole:
            return 5
    return None


def _turn(item: tuple[int, int, _Entry]) -> tuple[int, int]:
    return item[0], item[1]


def _mixed(entries: Iterable[_Entry], limit: int) -> list[str]:
    """A few of each template first, then what is left of them."""
    taken: dict[int, int] = {}
    first: list[str] = []
    rest: list[str] = []
    for entry in entries:
        taken[entry.template] = taken.get(entry.template, 0) + 1
        (first if taken[entry.template] <= _OF_ONE else rest).append(entry.text)
        if len(first) == limit:
            break
    return list(dict.fromkeys([*first, *rest]))[:limit]
