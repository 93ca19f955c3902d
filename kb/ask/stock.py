"""The vocabulary of a plan graph, from the cache folder where it was read from there before.

Must not know what a vocabulary holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from kb.ask import clauses, lexicon, likeness, phrasings, schema, words, written
from kb.ask.likeness import Likeness
from kb.ask.schema import Rows
from kb.ask.vocabulary import Reader, Vocabulary, reader
from kb.plan import kept, knowledge, topics
from kb.settings import Settings

#: Whose way of working decides what a vocabulary holds: with other code it is made anew.
_MAKERS = (clauses, lexicon, likeness, phrasings, schema, words, written, topics)


def vocabulary(settings: Settings, revision: str, select: Callable[[], Rows]) -> Vocabulary:
    """The vocabulary of one revision of the graph that the settings give.

    Args:
        settings: base and cache are used.
        revision: of the graph; names all that it was made from.
        select: gives what runs a SELECT query over the graph, where it has to be read.

    Raises:
        FileProblem: a language file cannot be read.
    """
    made = _digest()
    if made is None:
        return Vocabulary.read(select(), settings.base)
    file = kept.Kept.of(settings, f"vocabulary-{revision}-{made}.json")
    text = file.read()
    if text is None:
        found = Vocabulary.read(select(), settings.base)
        file.write(written.write(found.lexicon, found.clauses))
        parts = found.lexicon, found.clauses
    else:
        parts = written.read(text)
    read = reader(*parts, settings.base)

    def alike(select: Rows) -> Likeness:
        file = kept.Kept.of(settings, f"likeness-{revision}-{made}.json")
        text = file.read()
        if text is not None:
            return Likeness.from_json(text)
        found = read(select)
        file.write(found.to_json())
        return found

    return Vocabulary(*parts, Reader(alike))


def _digest() -> str | None:
    """Digest of the language files and of the code that reads them; None where they are hidden."""
    digest = hashlib.sha256()
    folder = knowledge.root() / "queries" / "language"
    asked = phrasings.folder().glob("*.tsv")
    code = Path(lexicon.__file__).parents[1] / "normalise.py"
    files = [
        *sorted(folder.glob("*.yaml")),
        *sorted(asked),
        code,
        *(Path(str(m.__file__)) for m in _MAKERS),
    ]
    try:
        for file in files:
            text = file.read_bytes()
            digest.update(f"{file.name} {len(text)}\n".encode() + text)
    except OSError:
        return None
    return digest.hexdigest()[:16]
