"""Questions in Chinese and English against their gold answers (tests/questions, judging.py).

Sets: ``a`` to develop with, ``b`` and ``c`` held out, ``d`` free and ``e`` composed questions in
two halves, ``noise`` made of ``a`` by a seed, ``other words`` frames filled with names, ``pairs``
templates asked in both languages, ``dialogues``. A share has the lower end of its 95 % interval
(Wilson) beside it.
``precision`` is of what was answered, ``recall`` of what has an answer, ``refused`` the share of
what has none that was refused rightly, ``reason`` of those with the right reason, ``agree`` the
share of pairs with the same rows in both languages.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from kb import settings, terms
from kb.ask.answer import Answer
from kb.ask.asker import Asker, rows_of
from kb.ask.form import Count, Describe, Extreme, Form, Related, Select, Set
from kb.ask.phrases import plural
from kb.ask.schema import Rows
from kb.ask.sparql import Compiler
from kb.ask.templates import Templates
from kb.ask.verbalise import question as in_words
from kb.plan import graph
from kb.store.embedded import EmbeddedStore
from kb.text import Language
from tests.bench.judging import Verdict, judge, wilson
from tests.bench.variants import FRAMES, noisy
from tests.conftest import ARTICLE

QUESTIONS = Path(__file__).resolve().parents[1] / "questions"
_SEED = 4
_PAIRS = 400

Row = dict[str, object]
Judged = tuple[str, Verdict, float]


def run() -> list[Row]:
    """One row for each set, language and level, and for the whole of each set."""
    source = ARTICLE.read_text(encoding="utf-8") if ARTICLE.is_file() else ""
    asker, select = _asker()
    rows: list[Row] = []
    for language in get_args(Language):
        for name, questions in _sets(asker, language):
            judged = [_judged(asker, gold, language, source) for gold in questions]
            rows += _rows(name, language, judged)
        rows += _rows("dialogues", language, _dialogues(asker, language, source))
    rows += _pairs(asker, select)
    return rows


def _asker() -> tuple[Asker, Rows]:
    chosen = settings.load()
    built = graph.build(chosen)
    store = EmbeddedStore(terms.prefixes(chosen.base))
    store.load(built.data, built.revision)
    select = rows_of(store)
    asker = Asker(select, chosen.base, built.revision)
    asker.ask("Which meaures are there?")  # what is read when first needed is no latency
    asker.ask("哪些举错")
    return asker, select


def _read(name: str, language: Language) -> list[dict[str, Any]]:
    lines = (QUESTIONS / f"{language}-{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def _sets(asker: Asker, language: Language) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    developed = _read("a", language)
    yield "a", developed
    yield "b", _read("b", language)
    yield "c", _read("c", language)
    free = _read("d", language)
    yield "d even", free[::2]
    yield "d odd", free[1::2]
    composed = _read("e", language)
    yield "e odd", composed[::2]
    yield "e even", composed[1::2]
    yield "f", _read("f", language)
    yield "noise", list(noisy(developed, language, _SEED))
    yield "other words", list(_reworded(asker, language))


def _judged(asker: Asker, gold: dict[str, Any], language: Language, source: str) -> Judged:
    began = time.perf_counter()
    answer = asker.ask(gold["question"], language)
    elapsed = (time.perf_counter() - began) * 1000
    return gold["level"], judge(gold, answer, source), elapsed


def _dialogues(asker: Asker, language: Language, source: str) -> list[Judged]:
    judged = []
    for dialogue in _read("dialogues", language):
        context = None
        for place, turn in enumerate(dialogue["turns"], 1):
            began = time.perf_counter()
            answer = asker.ask(turn["question"], language, context)
            elapsed = (time.perf_counter() - began) * 1000
            context = answer.context or context
            judged.append((f"turn {place}", judge(turn, answer, source), elapsed))
    return judged


def _reworded(asker: Asker, language: Language) -> Iterator[dict[str, Any]]:
    """Frames filled with names; the gold is what the canonical question finds."""
    chance = random.Random(_SEED)
    lexicon = asker.lexicon
    kinds = [lexicon.kind(local) for local in ("Measure", "Target", "Mechanism")]
    things = lexicon.members(lexicon.kind("Programme")) + lexicon.members(lexicon.kind("Body"))
    for frame in FRAMES:
        for said in frame.zh if language == "zh" else frame.en:
            for team in lexicon.members(lexicon.kind("TalentTeam")):
                kind, thing = chance.choice(kinds), chance.choice(things)
                members = Set.of(kind, [Related((team.iri,))])
                forms: dict[str, Form] = {
                    "list": Select(members),
                    "count": Count(members),
                    "describe": Describe(thing.iri),
                    "most": Extreme(Set(lexicon.kind("TalentTeam")), "most", Set(kind)),
                }
                canonical = asker.ask(in_words(forms[frame.form], lexicon, language), language)
                named = lexicon.label(kind).in_(language)
                yield {
                    "question": said.format(
                        kind=named if language == "zh" else plural(named),
                        team=lexicon.spoken(team.iri).in_(language),
                        thing=lexicon.spoken(thing.iri).in_(language),
                    ),
                    "level": frame.form,
                    **_gold(canonical),
                }


def _gold(answer: Answer) -> dict[str, Any]:
    spans = sorted({(s.start, s.end) for row in answer.rows for s in row.evidence})
    values = [row.value for row in answer.rows]
    gold: dict[str, Any] = {"status": [answer.status], "evidence": spans, "exact": True}
    if len(values) == 1 and values[0] is not None:
        gold["value"] = values[0]
    return gold


def _pairs(asker: Asker, select: Rows) -> list[Row]:
    """The same form asked in both languages: the same rows, and never none."""
    forms = [form for _, form in Templates(select, Compiler(asker.lexicon)).forms()]
    chosen = random.Random(_SEED).sample(forms, min(_PAIRS, len(forms)))
    agree = answered = 0
    for form in chosen:
        found = [
            asker.ask(in_words(form, asker.lexicon, language), language)
            for language in get_args(Language)
        ]
        answered += all(one.status in ("answered", "not_stated") for one in found)
        agree += found[0].rows == found[1].rows
    return [
        {
            "set": "pairs",
            "language": "both",
            "level": "all",
            "asked": len(chosen),
            "answered": answered,
            "agree": agree / len(chosen),
        }
    ]


# --- figures ----------------------------------------------------------------------------------


def _rows(name: str, language: str, judged: list[Judged]) -> list[Row]:
    levels = sorted({level for level, _, _ in judged})
    rows = [_row(name, language, "all", judged)]
    if len(levels) > 1:
        rows += [
            _row(name, language, level, [one for one in judged if one[0] == level])
            for level in levels
        ]
    return rows


def _row(name: str, language: str, level: str, judged: list[Judged]) -> Row:
    verdicts = [verdict for _, verdict, _ in judged]
    answered = [v for v in verdicts if v.answered]
    answerable = [v for v in verdicts if v.answerable]
    others = [v for v in verdicts if not v.answerable]
    refused = [v for v in others if v.right]
    cited, rightly = (sum(v.citations[i] for v in verdicts) for i in (0, 1))
    times = sorted(elapsed for _, _, elapsed in judged)
    right = [v for v in answered if v.right and v.answerable]
    return {
        "set": name,
        "language": language,
        "level": level,
        "asked": len(verdicts),
        "answered": len(answered),
        **_share("precision", len(right), len(answered)),
        **_share("recall", len(right), len(answerable)),
        "f1": statistics.fmean(v.f1 for v in answerable) if answerable else None,
        **_share("refused", len(refused), len(others)),
        "reason": _of((v.reason for v in refused), len(refused)),
        "citations": rightly / cited if cited else None,
        "p50 ms": statistics.median(times),
        "p99 ms": times[min(len(times) - 1, int(0.99 * len(times)))],
    }


def _share(name: str, right: int, tried: int) -> Row:
    if not tried:
        return {name: None, f"{name} ≥": None}
    return {name: right / tried, f"{name} ≥": wilson(right, tried)[0]}


def _of(flags: Iterable[bool], tried: int) -> float | None:
    return sum(flags) / tried if tried else None
