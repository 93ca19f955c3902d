"""What the service stands on: the checked graph in an engine or a remote store, and who answers.

Must not know HTTP.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from kb import terms
from kb.ask import stock
from kb.ask.asker import Asker, rows_of
from kb.ask.vocabulary import Vocabulary
from kb.errors import CheckFailed, PlankbError
from kb.plan import graph
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph
from kb.settings import Settings
from kb.store.client import EngineClient
from kb.store.interface import Limits
from kb.store.owner import Engine
from kb.store.remote import RemoteStore
from kb.text import Text
from server.places import roam
from server.reported import Reported, Served, plan_of


@dataclass(frozen=True)
class Checked:
    """One revision of the graph, fit to be served.

    Args:
        served: its name, and what it has of the ledger.
        file: everything, as N-Quads; whoever starts an engine on it takes it away.
        vocabulary: read from it, where that is done already.
    """

    served: Served
    file: Path
    vocabulary: Vocabulary | None = None

    @property
    def revision(self) -> str:
        """Its name."""
        return self.served.revision

    @classmethod
    def build(cls, settings: Settings, folder: Path) -> Checked:
        """Build the graph, check its quotes where the source is at hand, read the vocabulary.

        The reports that are in force in the ledger are part of it.

        Args:
            settings: in force.
            folder: for the file.

        Raises:
            FileProblem: the knowledge cannot be read.
            SourceProblem: the source is missing, or another text than the plan cites.
            CheckFailed: a quote is not what the source says.
            Overloaded: the database of the ledger does not answer.
        """
        built = graph.build(settings)
        if settings.source is not None:
            from kb.plan.checks import check_source

            faults = check_source(built, settings)
            if faults:
                raise _refused(faults)
        vocabulary = stock.vocabulary(settings, built.revision, lambda: built.select)
        return cls.of(built, Reported.of(settings, built), folder, vocabulary)

    @classmethod
    def of(
        cls,
        built: PlanGraph,
        reported: Reported,
        folder: Path,
        vocabulary: Vocabulary | None = None,
    ) -> Checked:
        """The plan graph with reports, written down."""
        handle, name = tempfile.mkstemp(suffix=".nq", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(built.data)
            file.writelines(reported.data)
        return cls(reported.served, Path(name), vocabulary)

    def start(self, settings: Settings) -> Engine:
        """An engine process that holds it; close it."""
        return _engine(self.file, self.revision, settings)


@dataclass(frozen=True, slots=True)
class Patched:
    """What makes the next revision of one that is served.

    Args:
        before: the revision that it is to be applied to.
        served: the name of the next, and what it has of the ledger.
        file: a :class:`kb.store.patch.Patch`, which the engine takes away.
    """

    before: str
    served: Served
    file: Path

    @property
    def revision(self) -> str:
        """Its name."""
        return self.served.revision


def _engine(data: Path | bytes, revision: str, settings: Settings) -> Engine:
    prefixes = terms.prefixes(settings.base)
    return Engine.start(data, revision, settings, prefixes=prefixes, watched=False)


@dataclass(frozen=True)
class Knowledge:
    """One revision of the knowledge base, in an engine process of its own or in a remote store.

    Args:
        base: base IRI in force.
        revision: of the graph; empty where a remote store does not say.
        store: a client of the engine or of the remote store, for any number of threads.
        asker: answers questions through the store.
        engine: the process that holds the store, or tries queries before a remote one has them,
            where this process started it; close it.
        until: newest entry of the ledger that it may have something of.
    """

    base: str
    revision: str
    store: EngineClient | RemoteStore
    asker: Asker
    engine: Engine | None = None
    until: int = 0

    @classmethod
    def start(cls, settings: Settings) -> Knowledge:
        """Check the graph and start an engine for it, or load it into the remote store.

        Raises:
            PlankbError: as :meth:`Checked.build` and :meth:`kb.store.owner.Engine.start`, or
                the remote store does not answer.
        """
        if settings.store:
            publish(settings)
            return cls.remote(settings)
        with tempfile.TemporaryDirectory(prefix="plankb-first-") as folder:
            checked = Checked.build(settings, Path(folder))
            engine = checked.start(settings)
        made = cls.of(engine, checked.revision, settings, checked.vocabulary)
        return replace(made, until=checked.served.until)

    @classmethod
    def of(
        cls, engine: Engine, revision: str, settings: Settings, vocabulary: Vocabulary | None = None
    ) -> Knowledge:
        """The knowledge in an engine that this process started."""
        return cls._over(engine.client(), revision, settings, vocabulary, engine)

    @classmethod
    def at(cls, path: str | os.PathLike[str], revision: str, settings: Settings) -> Knowledge:
        """The knowledge in an engine that another process started and will close.

        Args:
            path: of the engine's socket; of the one for trials, where there is a remote store.
            revision: that it holds.
            settings: in force.
        """
        client = EngineClient(path, Limits.of(settings))
        if settings.store:
            return cls._remote(client, settings)
        return cls._over(client, revision, settings)

    def then(self, engine: Engine, served: Served, settings: Settings) -> Knowledge:
        """The knowledge after this one, in an engine that this process started."""
        made = self._then(engine.client(), served.revision, settings, engine)
        return replace(made, until=served.until)

    def then_at(self, path: str | os.PathLike[str], revision: str, settings: Settings) -> Knowledge:
        """The knowledge after this one, as :meth:`at`."""
        if settings.store:
            return self.at(path, revision, settings)
        return self._then(EngineClient(path, Limits.of(settings)), revision, settings)

    def _then(
        self, store: EngineClient, revision: str, settings: Settings, engine: Engine | None = None
    ) -> Knowledge:
        if plan_of(self.revision) != plan_of(revision):
            return self._over(store, revision, settings, engine=engine)
        asker = self.asker.renewed(rows_of(store), revision)
        return Knowledge(self.base, revision, store, asker, engine)

    @classmethod
    def remote(cls, settings: Settings) -> Knowledge:
        """The knowledge that is in the remote store, and an engine without data for trials.

        Raises:
            PlankbError: it does not answer, or is being loaded, or the engine did not start.
        """
        engine = _engine(b"", "trial", settings)
        try:
            return cls._remote(engine.client(), settings, engine)
        except BaseException:
            engine.close()
            raise

    @classmethod
    def _remote(
        cls, trial: EngineClient, settings: Settings, engine: Engine | None = None
    ) -> Knowledge:
        store = RemoteStore.of(settings, trial)
        return cls._over(store, store.state().revision, settings, engine=engine)

    @classmethod
    def _over(
        cls,
        store: EngineClient | RemoteStore,
        revision: str,
        settings: Settings,
        vocabulary: Vocabulary | None = None,
        engine: Engine | None = None,
    ) -> Knowledge:
        if vocabulary is None and revision:
            # That of the plan: reports bring no words of their own.
            plan = plan_of(revision)
            vocabulary = stock.vocabulary(settings, plan, lambda: rows_of(store))
        asker = Asker(rows_of(store), settings.base, revision, vocabulary)
        return cls(settings.base, revision, store, asker, engine)

    def warm(self) -> None:
        """Make what questions may want, in a thread of its own; nobody waits for it.

        It ends with the process, or when the store is gone.
        """

        def work() -> None:
            roam()
            with contextlib.suppress(PlankbError, OSError):
                self.asker.warm()

        threading.Thread(target=work, name="warm", daemon=True).start()

    def close(self) -> None:
        """Close the connections, and end the engine if it is this process's."""
        self.store.close()
        if self.engine is not None:
            self.engine.close()


def publish(settings: Settings) -> None:
    """Load the checked graph into the remote store, if that may be and it has another one.

    Raises:
        PlankbError: as :meth:`Checked.build`, or the store refused or does not answer.
    """
    if not settings.store_write:
        return
    with (
        tempfile.TemporaryDirectory(prefix="plankb-") as folder,
        RemoteStore.of(settings) as store,
    ):
        checked = Checked.build(settings, Path(folder))
        state = store.state()
        if state.revision != checked.revision or state.loading:
            store.load(checked.file.read_bytes(), checked.revision)


def _refused(faults: list[Fault]) -> CheckFailed:
    shown = faults[:5]
    return CheckFailed(
        "source-check",
        Text(
            zh=f"引文与原文核对发现 {len(faults)} 处不符，不予提供服务：\n"
            + "\n".join(fault.render("zh") for fault in shown),
            en=f"{len(faults)} quotes do not agree with the source, so this is not served:\n"
            + "\n".join(fault.render("en") for fault in shown),
        ),
        Text(zh="运行 plankb check --source 查看全部", en="plankb check --source lists them all"),
    )
