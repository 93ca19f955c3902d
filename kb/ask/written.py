"""A vocabulary as text and back, so that a cold start need not read it from the graph again.

JSON, as nothing in it can run. An IRI is written once and then goes by its number. Must not know
where the text is kept, nor how a vocabulary is made.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Mapping
from typing import Any

from kb.ask.clauses import Clause, Clauses
from kb.ask.lexicon import Lexicon, Sense, Thing
from kb.ask.schema import Schema
from kb.ask.words import Words
from kb.text import Text

#: What stands in a tree for the senses of a form.
_LEAF = ""


def write(lexicon: Lexicon, clauses: Clauses) -> bytes:
    """A vocabulary as JSON in UTF-8."""
    schema = lexicon.schema
    names = _Numbers()
    senses: dict[Sense, int] = {}
    content = {
        "ns": schema.ns,
        "links": [names.of(link) for link in sorted(schema.links)],
        "parents": {kind: sorted(above) for kind, above in schema.parents.items()},
        "cited": sorted(schema.cited),
        "roles": lexicon.words.roles,
        "endings": lexicon.words.person_endings,
        "things": [
            [
                names[thing.iri],
                names.of(sorted(thing.kinds)),
                thing.label.zh,
                thing.label.en,
                thing.notation,
            ]
            for thing in lexicon.things.values()
        ],
        "scope": sorted(lexicon.scope),
        "provisions": sorted(lexicon.provisions),
        "words": sorted(lexicon.topic_words),
        "surfaces": [[names[iri], forms] for iri, forms in lexicon.surfaces.items()],
        "tree": _numbered(lexicon.tree, senses),
        "stems": _numbered(lexicon.stems, senses),
        "clauses": [
            [
                names[clause.iri],
                names.of(sorted(clause.kinds)),
                names[clause.team],
                names.of(sorted(clause.own)),
                names.of(sorted(clause.topics)),
                names.of(sorted(clause.linked)),
                sorted(clause.values),
            ]
            for clause in clauses.all.values()
        ],
        "light": sorted(clauses.light),
        "subjects": sorted(clauses.subjects),
        "text": clauses.text,
        "senses": [[sense.kind, names[sense.value], sense.loose] for sense in senses],
    }
    content["names"] = list(names)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def read(text: bytes) -> tuple[Lexicon, Clauses]:
    """What was written."""
    collecting = gc.isenabled()
    # Of all that is made here nothing is garbage, and looking for some takes as long again.
    gc.disable()
    try:
        return _read(text)
    finally:
        if collecting:
            gc.enable()


def _read(text: bytes) -> tuple[Lexicon, Clauses]:
    content: dict[str, Any] = json.loads(text)
    names: list[str] = content["names"]

    def named(numbers: Iterable[int]) -> frozenset[str]:
        return frozenset(names[number] for number in numbers)

    schema = Schema(
        content["ns"],
        frozenset((names[c], names[p], names[d]) for c, p, d in content["links"]),
        {kind: frozenset(above) for kind, above in content["parents"].items()},
        frozenset(content["cited"]),
    )
    words = Words(
        {role: tuple(phrases) for role, phrases in content["roles"].items()},
        {language: tuple(endings) for language, endings in content["endings"].items()},
    )
    things = {
        names[iri]: Thing(names[iri], named(kinds), Text(zh, en), notation)
        for iri, kinds, zh, en, notation in content["things"]
    }
    senses = [Sense(kind, names[value], loose) for kind, value, loose in content["senses"]]
    for tree in (content["tree"], content["stems"]):
        _meant(tree, senses)
    lexicon = Lexicon(
        schema,
        words,
        things,
        frozenset(content["scope"]),
        content["tree"],
        content["stems"],
        frozenset(content["provisions"]),
        set(content["words"]),
        {names[iri]: forms for iri, forms in content["surfaces"]},
    )
    clauses = {
        names[iri]: Clause(
            names[iri],
            named(kinds),
            names[team],
            named(own),
            named(topics),
            named(linked),
            frozenset(values),
        )
        for iri, kinds, team, own, topics, linked, values in content["clauses"]
    }
    light, subjects = frozenset(content["light"]), frozenset(content["subjects"])
    return lexicon, Clauses(clauses, light, subjects, content["text"])


class _Numbers(dict[str, int]):
    """Numbers for texts, in the order in which they are first asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]

    def of(self, texts: Iterable[str]) -> list[int]:
        return [self[text] for text in texts]


def _numbered(tree: Mapping[str, Any], senses: dict[Sense, int]) -> dict[str, Any]:
    """A tree with numbers in place of its senses."""
    return {
        key: [senses.setdefault(sense, len(senses)) for sense in below]
        if key == _LEAF
        else _numbered(below, senses)
        for key, below in tree.items()
    }


def _meant(tree: dict[str, Any], senses: list[Sense]) -> None:
    """Put the senses back into a tree."""
    rest = [tree]
    while rest:
        node = rest.pop()
        if _LEAF in node:
            node[_LEAF] = [senses[number] for number in node[_LEAF]]
        rest += [below for key, below in node.items() if key != _LEAF]
