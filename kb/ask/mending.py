"""The tokens of a question as it was meant: with the repairs that make something known of it.

A repair that leaves its word unknown is none. Must not know how words are repaired, nor what
the question means.
"""

from __future__ import annotations

from kb.ask.lexicon import Lexicon
from kb.ask.repair import Repair, Repairer
from kb.ask.scan import Token, scan

#: A shorter Latin word that is all that is named is no slip.
_TELLING = 5
Scanned = tuple[tuple[Token, ...], tuple[Repair, ...]]


def repaired_tokens(question: str, lexicon: Lexicon, repairer: Repairer) -> Scanned:
    """The tokens, and what was read as something else than it was written."""
    tokens = scan(question, lexicon)
    if all(token.known for token in tokens):
        return tokens, ()
    repaired, repairs = repairer.repair(question, tokens)
    if repaired == question:
        return tokens, ()
    again = scan(repaired, lexicon)
    if not repairs:  # another script
        if all(token.known for token in again):
            return again, ()
        return _useful(repaired, again, *repairer.repair(repaired, again), lexicon)
    return _useful(question, tokens, repaired, repairs, lexicon)


def _useful(
    question: str,
    tokens: tuple[Token, ...],
    repaired: str,
    repairs: tuple[Repair, ...],
    lexicon: Lexicon,
) -> Scanned:
    """The repaired question without the repairs that helped nothing."""
    if not repairs:
        return tokens, ()
    again = scan(repaired, lexicon)
    names = any(token.content for token in tokens)
    short = all(len(one.written) < _TELLING for one in repairs if one.written.isascii())
    latin = any(one.written.isascii() for one in repairs)
    if not names and ((latin and short) or not all(token.known for token in again)):
        return tokens, ()  # one word of a question about something else: golf is no gold
    unknown = " ".join(token.text for token in again if not token.known).casefold().split()
    kept = tuple(one for one in repairs if one.read.casefold() not in unknown)
    if len(kept) == len(repairs):
        return again, repairs
    place = 0
    for one in repairs:
        start = question.find(one.written, place)
        if one in kept:
            question = question[:start] + one.read + question[start + len(one.written) :]
        place = start + len(one.read if one in kept else one.written)
    return scan(question, lexicon), kept
