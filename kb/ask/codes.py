"""Teams that are called by their codes: the party, enterprise and professional teams.

The words are everyday words; only in a list that ends in the word for a team are they names.
Must not know what a question asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.ask.lexicon import Lexicon, Sense
from kb.ask.scan import Token
from kb.normalise import stem


def coded(tokens: Sequence[Token], lexicon: Lexicon) -> tuple[Token, ...]:
    """The tokens with the codes of teams read as the teams, where they stand in such a list."""
    kind = lexicon.kind("TalentTeam")
    names = {team.notation: team.iri for team in lexicon.members(kind) if team.notation}
    found = list(tokens)
    for last, token in enumerate(tokens):
        if not _ends(token, lexicon, kind):
            continue
        for place in range(last - 1, -1, -1):
            word = tokens[place].text.casefold().removeprefix("the ")
            if word in names and not _team(tokens[place], lexicon, kind):
                found[place] = replace(tokens[place], senses=(Sense("entity", names[word]),))
            elif not (
                _team(tokens[place], lexicon, kind) or tokens[place].role("and", "or", "both")
            ):
                break
    return tuple(found)


def _ends(token: Token, lexicon: Lexicon, kind: str) -> bool:
    """Whether a token says *team*, alone or after the name of one."""
    named = _team(token, lexicon, kind) and stem(token.text.split()[-1].casefold()) == "team"
    return named or (kind in token.of("class") and not any(s.loose for s in token.senses))


def _team(token: Token, lexicon: Lexicon, kind: str) -> bool:
    return any(lexicon.is_a(iri, kind) for iri in token.of("entity"))
