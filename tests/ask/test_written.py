"""A vocabulary that was kept is the one that the graph gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb import settings
from kb.ask import stock, written
from kb.ask.asker import Asker
from kb.ask.schema import Rows
from kb.ask.vocabulary import Vocabulary
from kb.plan.graph import PlanGraph


def test_what_is_written_reads_back_as_it_was(graph: PlanGraph) -> None:
    made = Vocabulary.read(graph.select, graph.base)
    lexicon, clauses = written.read(written.write(made.lexicon, made.clauses))
    assert (lexicon, clauses) == (made.lexicon, made.clauses)
    # The order of senses decides which comes first, and sets do not tell it.
    assert list(lexicon.surfaces.items()) == list(made.lexicon.surfaces.items())
    assert list(lexicon.tree) == list(made.lexicon.tree)
    assert written.write(lexicon, clauses) == written.write(made.lexicon, made.clauses)


@pytest.mark.needs_ci
def test_the_graph_is_read_once_and_never_by_a_file_that_was_altered(
    graph: PlanGraph, tmp_path: Path
) -> None:
    chosen = replace(settings.load({}), cache=tmp_path)
    reads = []

    def select() -> Rows:
        reads.append(1)
        return graph.select

    first = stock.vocabulary(chosen, graph.revision, select)
    assert stock.vocabulary(chosen, graph.revision, select) == first
    assert len(reads) == 1
    (file,) = tmp_path.glob("vocabulary-*.json")
    file.write_bytes(file.read_bytes().replace("农".encode(), "工".encode()))
    assert stock.vocabulary(chosen, graph.revision, select) == first
    assert len(reads) == 2
    stock.vocabulary(chosen, "another", select)
    assert len(reads) == 3


def test_a_folder_that_cannot_be_written_costs_time_only(graph: PlanGraph, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    chosen = replace(settings.load({}), cache=tmp_path / "file")
    kept = stock.vocabulary(chosen, graph.revision, lambda: graph.select)
    asker = Asker(graph.select, graph.base, graph.revision, kept)
    assert asker.ask("农村实用人才队伍有哪些举措？").status == "answered"
