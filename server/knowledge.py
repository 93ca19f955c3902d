"""What the service stands on: the checked graph in an engine process, and who answers from it.

Must not know HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb import terms
from kb.ask.asker import Asker, rows_of
from kb.ask.lexicon import Lexicon
from kb.errors import CheckFailed
from kb.plan import graph
from kb.plan.fault import Fault
from kb.settings import Settings
from kb.store.client import EngineClient
from kb.store.owner import Engine
from kb.text import Text


@dataclass(frozen=True)
class Knowledge:
    """One revision of the knowledge base, served by an engine process.

    Args:
        base: base IRI in force.
        revision: of the graph.
        engine: the process that holds the store; close it.
        store: a client of it, for any number of threads.
        asker: answers questions through the store.
    """

    base: str
    revision: str
    engine: Engine
    store: EngineClient
    asker: Asker

    @classmethod
    def start(cls, settings: Settings) -> Knowledge:
        """Build the graph, check its quotes where the source is at hand, start the engine.

        Raises:
            FileProblem: the knowledge cannot be read.
            SourceProblem: the source is missing, or another text than the plan cites.
            CheckFailed: a quote is not what the source says.
        """
        built = graph.build(settings)
        if settings.source is not None:
            from kb.plan.checks import check_source

            faults = check_source(built, settings)
            if faults:
                raise _refused(faults)
        lexicon = Lexicon.read(built.select, built.base)
        engine = Engine.start(
            built.data, built.revision, settings, prefixes=terms.prefixes(built.base)
        )
        store = engine.client()
        asker = Asker(rows_of(store), built.base, built.revision, lexicon)
        return cls(built.base, built.revision, engine, store, asker)

    def close(self) -> None:
        """End the engine, running queries first."""
        self.store.close()
        self.engine.close()


def _refused(faults: list[Fault]) -> CheckFailed:
    shown = faults[:5]
    return CheckFailed(
        "source-check",
        Text(
            zh=f"引文与原文核对发现 {len(faults)} 处不符，服务未启动：\n"
            + "\n".join(fault.render("zh") for fault in shown),
            en=f"{len(faults)} quotes do not agree with the source, so the service does not "
            "start:\n" + "\n".join(fault.render("en") for fault in shown),
        ),
        Text(zh="运行 plankb check --source 查看全部", en="plankb check --source lists them all"),
    )
