"""The vocabulary of a plan graph, from the cache folder where it was read from there before.

Must not know what a vocabulary holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb import normalise
from kb.ask import phrasings, written
from kb.ask.likeness import Likeness
from kb.ask.schema import Rows
from kb.ask.vocabulary import Reader, Vocabulary, reader
from kb.plan import kept, knowledge, topics
from kb.settings import Settings


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

    def place(name: str) -> kept.Kept:
        return kept.Kept.of(settings, f"{name}-{revision}-{made}.json")

    file = place("vocabulary")
    text = file.read()
    if text is None:
        found = Vocabulary.read(select(), settings.base)
        file.write(written.write(found.lexicon, found.clauses))
        parts = found.lexicon, found.clauses
    else:
        parts = written.read(text)
    read = reader(*parts, settings.base)

    def alike(select: Rows) -> Likeness:
        file = place("likeness")
        text = file.read()
        if text is not None:
            return Likeness.from_json(text)
        found = read(select)
        file.write(found.to_json())
        return found

    def keep(name: str, make: Callable[[], Any]) -> Any:
        file = place(name)
        text = file.read()
        if text is not None:
            return json.loads(text)
        found = make()
        file.write(json.dumps(found, ensure_ascii=False).encode())
        return found

    return Vocabulary(*parts, Reader(alike), keep)


def _digest() -> str | None:
    """Digest of the language files and of the code that reads them; None where they are hidden."""
    digest = hashlib.sha256()
    folder = knowledge.root() / "queries" / "language"
    asked = phrasings.folder().glob("*.tsv")
    files = [
        *sorted(folder.glob("*.yaml")),
        *sorted(asked),
        *sorted(Path(__file__).parent.glob("*.py")),
        *(Path(str(each.__file__)) for each in (normalise, topics)),
    ]
    try:
        for file in files:
            text = file.read_bytes()
            digest.update(f"{file.name} {len(text)}\n".encode() + text)
    except OSError:
        return None
    return digest.hexdigest()[:16]
