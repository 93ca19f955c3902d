"""Counting the words that were searched for to confirm that a fact is missing.

The hits in the graph are the program's, never a person's; they are counted again
wherever the text is at hand. Must not know which facts a plan should have.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.plan.evidence import Source
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph
from kb.text import Text


def searches(graph: PlanGraph, source: Source) -> list[tuple[str, str, int | None]]:
    """The word searches of the plan that a source belongs to: IRI, word, recorded hits."""
    ns = graph.base + "ns#"
    plan = source.iri.split("/source/")[0] + "/"
    rows = graph.select(
        f"""SELECT ?s ?word ?hits WHERE {{ ?s a <{ns}WordSearch> ; <{ns}word> ?word .
            OPTIONAL {{ ?s <{ns}hits> ?hits }} }} ORDER BY ?s"""
    )
    return [
        (row["s"], row["word"], int(row["hits"]) if "hits" in row else None)
        for row in rows
        if row["s"].startswith(plan)
    ]


def count(text: str, word: str) -> int:
    """How often a word stands in a text, without overlaps.

    >>> count("人才引进机制，引进人才", "引进")
    2
    """
    return text.count(word)


def check_counts(graph: PlanGraph, text: str, source: Source) -> Iterator[Fault]:
    """Searches whose recorded hits are not what the text gives."""
    for iri, word, hits in searches(graph, source):
        actual = count(text, word)
        if hits != actual:
            yield Fault(
                "count",
                iri,
                Text(
                    zh=f"“{word}”记为出现 {hits} 次，原文为 {actual} 次",
                    en=f"“{word}” is recorded with {hits} hits; the source has {actual}",
                ),
                Text(
                    zh="运行 `plankb spans --source 文件` 重新计数",
                    en="run `plankb spans --source FILE` to count again",
                ),
                graph.place_of(iri),
            )


def write_counts(graph: PlanGraph, text: str, source: Source) -> str:
    """The content of ``source-counts.ttl``: the hits of every search, by the program."""
    local = source.iri.rsplit("/", 1)[-1]
    plan = source.iri.split("/source/")[0] + "/"
    lines = [
        "# How often the words searched for occur in the source.",
        "# `plankb spans --source FILE` writes this file; do not edit it by hand.",
        f"@prefix : <{graph.base}ns#> .",
        f"@prefix search: <{plan}search/> .",
        f"@prefix source: <{source.iri.removesuffix(local)}> .",
        "",
    ]
    for iri, word, _ in searches(graph, source):
        lines.append(
            f"search:{iri.rsplit('/', 1)[-1]} :hits {count(text, word)} ; "
            f":inSource source:{local} .  # {word}"
        )
    return "\n".join(lines) + "\n"
