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

#: Words of a comparison, in which two of one class stand.
_COMPARING = ("compare", "differ", "common", "more", "fewer", "gap", "both")


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
    if any(token.role(*_COMPARING) for token in tokens):
        _shortened(found, lexicon, kind)
    return tuple(found)


def _shortened(found: list[Token], lexicon: Lexicon, kind: str) -> None:
    """Beside a team in a comparison, the word that the label of another begins with is that team.

    企业和专技都有的行动计划: 企业 alone is a body.
    """
    for place, token in enumerate(found):
        if _team(token, lexicon, kind) or not token.of("entity", "topic"):
            continue
        beside = [
            found[place + step * 2]
            for step in (-1, 1)
            if 0 <= place + step * 2 < len(found)
            and found[place + step].role("and", "or", "compare")
        ]
        if not any(_team(other, lexicon, kind) for other in beside):
            continue
        word = token.text.casefold().removeprefix("the ")
        teams = [
            team.iri
            for team in lexicon.members(kind)
            if (len(word) > 1 and team.label.zh.startswith(word)) or team.notation == word
        ]
        if len(teams) == 1:
            found[place] = replace(token, senses=(Sense("entity", teams[0]),))


def _ends(token: Token, lexicon: Lexicon, kind: str) -> bool:
    """Whether a token says *team*, alone or after the name of one, or what teams have."""
    if _team(token, lexicon, kind):
        return stem(token.text.split()[-1].casefold()) == "team"
    kinds = {s.value for s in token.senses if s.kind == "class" and not s.loose}
    # The enterprise targets are those of the team.
    return bool(kinds & {kind, lexicon.kind("Target"), *lexicon.provisions})


def _team(token: Token, lexicon: Lexicon, kind: str) -> bool:
    return any(lexicon.is_a(iri, kind) for iri in token.of("entity"))
