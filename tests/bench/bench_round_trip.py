"""Forms put in words and understood again: every type skeleton of the logical form.

The quick test takes some of each shape; this goes through all, in both languages, and lists
what is understood otherwise on the error stream.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import get_args

from kb import settings
from kb.ask.asker import Asker
from kb.ask.form import Question
from kb.ask.skeletons import Skeletons
from kb.ask.verbalise import question
from kb.plan import graph
from kb.text import Language
from tests.ask.sampling import samples

_SEED = 7


def run() -> list[dict[str, object]]:
    """One row for each kind of form and language."""
    built = graph.build(settings.load())
    asker = Asker(built.select, built.base, built.revision)
    tried: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    for _, form in samples(Skeletons(asker.lexicon), _SEED):
        for language in get_args(Language):
            said = question(form, asker.lexicon, language)
            understood = asker.understand(said)
            key = (type(form).__name__, language)
            tried[key] += 1
            if isinstance(understood, Question) and understood.form == form:
                held[key] += 1
            else:
                print(f"{said} -> {understood}", file=sys.stderr)
    return [
        {"form": form, "language": language, "tried": count, "held": held[form, language]}
        for (form, language), count in sorted(tried.items())
    ]
