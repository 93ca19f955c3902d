"""Forms near to what a question names, for when the question itself has no answer.

Must not know why it has none.
"""

from __future__ import annotations

from kb.ask.form import Describe, Form, NotStated, Related, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions

#: What is asked of a thing most, by class.
USUAL = ("Measure", "Target", "Mechanism")


def choices(named: Mentions, lexicon: Lexicon) -> tuple[Form, ...]:
    """Forms of what was understood, nearest first."""
    known = named.understood(lexicon).without_appositions(lexicon)
    entities = [
        value for item in known.entities for value in item.values if not lexicon.is_code(value)
    ]
    found: list[Form] = []
    if known.facts:
        found += [NotStated((kind,), tuple(entities[:1])) for f in known.facts for kind in f.values]
    elif known.classes:
        for kind in known.asked_class()[0].values:
            found += related((kind,), entities, lexicon)
            found.append(Select(Set(kind)))
    found += related(tuple(map(lexicon.kind, USUAL)), entities, lexicon)
    found += [Describe(value) for value in entities]
    return tuple(dict.fromkeys(found))


def related(kinds: tuple[str, ...], entities: list[str], lexicon: Lexicon) -> list[Form]:
    """The members of each class that each entity is linked to."""
    return [
        Select(Set.of(kind, [Related((value,))]))
        for value in entities
        for kind in kinds
        if lexicon.linked(kind, value)
    ]
