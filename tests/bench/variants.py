"""Questions made of others: with noise of each kind, and the same thing said in other words.

Noise keeps the gold answer of the question that it was made of. Other words are frames that
people use, filled with the names of the lexicon: they test frames, not words. The same seed
gives the same questions. Must not know how questions are answered or judged.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kb.text import Language

Question = dict[str, Any]

_TRADITIONAL = dict(
    zip(
        "农业专术医疗卫养员机构实规划项标达数业办应对学师动设计经营团队导产总量项条类开发问题从无与",
        "農業專術醫療衛養員機構實規劃項標達數業辦應對學師動設計經營團隊導產總量項條類開發問題從無與",
        strict=True,
    )
)


def _swap(text: str, chance: random.Random) -> str:
    """Two neighbouring letters inside one longer word change places."""
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if len(word) >= 7 and word.isalpha()]
    if places:
        place = chance.choice(places)
        word = words[place]
        at = chance.randrange(2, len(word) - 3)
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _double(text: str, chance: random.Random) -> str:
    """A letter inside one longer word is typed twice."""
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    if places:
        place = chance.choice(places)
        at = chance.randrange(2, len(words[place]) - 1)
        words[place] = words[place][:at] + words[place][at] + words[place][at:]
    return " ".join(words)


def _wide(text: str, _: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _bare(text: str, _: random.Random) -> str:
    return text.rstrip("?？。.!！ ")


def _spaced(text: str, chance: random.Random) -> str:
    if " " in text:
        return text.replace(" ", "  ")
    at = chance.randrange(1, max(2, len(text) - 1))
    return text[:at] + " " + text[at:]


_NOISE: dict[Language, dict[str, Callable[[str, random.Random], str]]] = {
    "zh": {
        "traditional": lambda text, _: "".join(_TRADITIONAL.get(c, c) for c in text),
        "polite": lambda text, _: f"您好，麻烦帮我查一下，{_bare(text, _)}，谢谢！",
        "full-width": _wide,
        "no-mark": _bare,
        "spaces": _spaced,
    },
    "en": {
        "swapped": _swap,
        "doubled": _double,
        "polite": lambda text, _: f"Hello, could you please tell me: {text} Thank you!",
        "full-width": _wide,
        "no-mark": _bare,
        "capitals": lambda text, _: text.upper(),
        "spaces": _spaced,
    },
}


def noisy(questions: list[Question], language: Language, seed: int) -> Iterator[Question]:
    """Every question with one kind of noise, the kinds in turn."""
    chance = random.Random(seed)
    kinds = list(_NOISE[language].items())
    for place, question in enumerate(questions):
        name, change = kinds[place % len(kinds)]
        text = change(question["question"], chance)
        if text != question["question"]:
            yield {**question, "question": text, "level": name}


@dataclass(frozen=True, slots=True)
class Frame:
    """What people say for one form: with ``{kind}``, ``{team}`` and ``{thing}`` to fill in."""

    form: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


FRAMES = (
    Frame(
        "list",
        (
            "{team}这块都有什么{kind}",
            "能不能列一下{team}的{kind}",
            "{kind}里面，属于{team}的有哪些？",
            "规划给{team}定了哪些{kind}？",
            "想了解{team}方面的{kind}",
        ),
        (
            "Could you list the {kind} for {team}?",
            "What {kind} does the plan have for {team}?",
            "I would like to know the {kind} of {team}.",
            "{kind} for {team}, please",
            "For {team}, what {kind} are there?",
        ),
    ),
    Frame(
        "count",
        ("{team}总共有多少项{kind}？", "{team}的{kind}有几项？"),
        ("What is the number of {kind} for {team}?", "{team}: how many {kind}?"),
    ),
    Frame(
        "describe",
        ("请介绍一下{thing}", "{thing}是什么？", "{thing}指的是什么"),
        ("Tell me about {thing}.", "What is meant by {thing}?", "Explain {thing}"),
    ),
    Frame(
        "most",
        ("哪支队伍的{kind}最多？", "{kind}最多的是哪支队伍"),
        ("Which team has the largest number of {kind}?", "Which team has the most {kind}?"),
    ),
)
