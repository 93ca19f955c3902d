"""All checks of the plan in one run: shapes, hygiene, evidence, figures, questions.

Must not know what any check looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kb.errors import SourceProblem
from kb.plan import agreement, competency, evidence, examples, gaps, knowledge, shapes
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph, build
from kb.settings import Settings
from kb.text import Text


@dataclass(frozen=True)
class Report:
    """What a run of the checks found.

    Attributes:
        faults: everything that falls short, in a stable order.
        ran: names of the checks that ran.
        source_checked: whether the text of the source was at hand.
        statements: number of statements about the plan that were traced.
    """

    faults: tuple[Fault, ...]
    ran: tuple[str, ...]
    source_checked: bool
    statements: int


def check_source(graph: PlanGraph, settings: Settings) -> list[Fault]:
    """Every quote, and the count of every searched word, against the text of the source.

    Nothing is checked where no text is set; that is not a fault.

    Raises:
        SourceProblem: the file is missing, or is another text than the plan cites.
    """
    if settings.source is None:
        return []
    source, text = read_source(graph, settings.source)
    return [
        *evidence.check_quotes(graph, text, source),
        *evidence.check_coverage(graph, text, source),
        *gaps.check_counts(graph, text, source),
    ]


def read_source(graph: PlanGraph, path: Path) -> tuple[evidence.Source, str]:
    """The source whose text a file holds, and the text.

    Raises:
        SourceProblem: no source of the graph has this text.
    """
    known = evidence.sources(graph)
    for source in known[:-1]:
        try:
            return source, evidence.read_source(path, source)
        except SourceProblem as error:
            if error.code == "source-missing":
                raise
    if not known:
        raise SourceProblem(
            "no-source",
            Text(zh="规划图没有说明任何出处", en="the plan graph describes no source"),
            Text(zh="检查 source.ttl", en="check source.ttl"),
        )
    return known[-1], evidence.read_source(path, known[-1])


def check_hygiene(graph: PlanGraph) -> Iterator[Fault]:
    """What the queries of ``queries/hygiene`` find; each row is a fault."""
    # The examples say how to ask and nothing of the plan, in words that are not ours to declare.
    own = examples.examples_graph(graph.base)
    graph = graph.with_quads(quad for quad in graph.quads if quad.graph_name != own)
    for file in knowledge.query_files("hygiene", graph.base):
        message, hint = file.bilingual("message"), file.bilingual("hint")
        for row in graph.select(file.text):
            subject = row["subject"]
            values = {
                "subject": subject.removeprefix(graph.base),
                "detail": row.get("detail", "").replace(graph.base, ""),
            }
            yield Fault(
                file.name,
                subject,
                Text(zh=_filled(message.zh, values), en=_filled(message.en, values)),
                hint,
                graph.place_of(subject),
            )


def _filled(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template.strip()


def _without_overlay(graph: PlanGraph, settings: Settings) -> PlanGraph:
    """The graph whose answers the expected rows are: an operator's assignments change some."""
    if settings.overlay is None:
        return graph
    return build(replace(settings, overlay=None), graph.ontology)


def run(
    graph: PlanGraph, settings: Settings, progress: Callable[[str], None] | None = None
) -> Report:
    """Run every check.

    Args:
        graph: the plan graph.
        settings: ``source`` says where the text of the source is.
        progress: called with the name of each check as it begins.

    Raises:
        SourceProblem: the source's file is missing or is another text.
    """
    checks: dict[str, Callable[[], Iterator[Fault] | list[Fault]]] = {
        "evidence": lambda: evidence.check_spans(graph),
        "source": lambda: check_source(graph, settings),
        "figures": lambda: agreement.check_agreement(graph),
        "hygiene": lambda: check_hygiene(graph),
        "shapes": lambda: shapes.check_shapes(graph),
        "competency": lambda: competency.check_competency(_without_overlay(graph, settings)),
    }
    faults: list[Fault] = []
    for name, check in checks.items():
        if progress is not None:
            progress(name)
        faults += check()
    about = ("/stated", "/derived", "/editorial", "/external")
    statements = sum(str(quad.graph_name).rstrip(">").endswith(about) for quad in graph.quads)
    return Report(tuple(faults), tuple(checks), settings.source is not None, statements)
