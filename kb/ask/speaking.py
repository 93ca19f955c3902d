"""What askers say of themselves before they ask: it is not what they ask for.

*I am in charge of training; what will …* does not ask who is in charge. Must not know names.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.ask.scan import Token

#: Words by which a part of a question asks.
_ASKING = frozenset(
    {"which", "who", "quantity", "people", "share", "define", "cite", "exists", "kind-of", "yes-no"}
)


def about_themselves(tokens: Sequence[Token]) -> frozenset[int]:
    """Places of tokens in parts that ask nothing and only say who asks.

    A part that follows one, and asks nothing either, still tells of the asker. Only where a
    later part names something is there anything else that the question can be about.

    Args:
        tokens: of the question.
    """
    parts: list[list[int]] = []
    for place, token in enumerate(tokens):
        if token.begins or not parts:
            parts.append([])
        parts[-1].append(place)
    asks = [any(_says(tokens[i], _ASKING) for i in part) for part in parts]
    names = [any(tokens[i].content for i in part) for part in parts]
    found: set[int] = set()
    told = False
    for number, part in enumerate(parts):
        # "I am" tells of the asker only; "I" can also say what is wanted.
        themselves = any(tokens[i].role("background") for i in part)
        speaks = any(_says(tokens[i], frozenset({"speaker"})) for i in part)
        told = not asks[number] and (told or themselves or speaks)
        later = range(number + 1, len(parts))
        if told and any(names[i] and (themselves or asks[i]) for i in later):
            found.update(part)
    return frozenset(found)


def _says(token: Token, roles: frozenset[str]) -> bool:
    """Whether a token can be a word of one of the roles, whatever else it names."""
    return any(sense.kind == "word" and sense.value in roles for sense in token.senses)
