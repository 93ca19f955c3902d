"""Splits a clause's name that is no more than a kind and a class: 激励机制, 培养机制.

Said of other teams it is a kind of mechanism, and not the one mechanism that has no other name.
Must not know what a question asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.ask.lexicon import Lexicon
from kb.ask.scan import Token
from kb.normalise import is_ideograph

#: A class word of Chinese has at least so many characters, and leaves as many before it.
_SHORTEST = 2


def split(tokens: Sequence[Token], lexicon: Lexicon) -> tuple[Token, ...]:
    """The tokens, with a code and a class in place of a name that is made of both."""
    found: list[Token] = []
    for token in tokens:
        parts = _parts(token, lexicon) if token.of("clause") and not token.quoted else ()
        found += parts or (token,)
    return tuple(found)


def _parts(token: Token, lexicon: Lexicon) -> tuple[Token, ...]:
    text = token.text
    if token.of("entity") or not all(map(is_ideograph, text)):
        return ()
    for cut in range(_SHORTEST, len(text) - _SHORTEST + 1):
        first, last = lexicon.senses(text[:cut]), lexicon.senses(text[cut:])
        codes = [s for s in first if s.kind == "entity" and lexicon.is_code(s.value)]
        kinds = [s for s in last if s.kind == "class" and not s.loose]
        if codes and kinds:
            middle = token.start + cut
            return (
                replace(token, text=text[:cut], end=middle, senses=tuple(codes)),
                replace(
                    token,
                    text=text[cut:],
                    start=middle,
                    senses=tuple(kinds),
                    parted=False,
                    begins=False,
                    opens=False,
                ),
            )
    return ()
