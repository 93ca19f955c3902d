"""The plan graph as a whole: what was written, what follows from it, and its revision.

Must not know the web, nor how a question is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kb import terms
from kb.plan import examples, knowledge, loading, overlay, rules, topics
from kb.plan.kept import Kept
from kb.plan.loading import Loaded, graph_iri, vocabulary_graph
from kb.settings import Settings
from kb.text import Text

#: Said by every answer, page and export: what the knowledge base knows the plan from.
SOURCE_NOTICE = Text(
    zh="依据的是报纸对规划的摘要，不是规划原文。",
    en="The source is a newspaper's summary of the plan, not the plan itself.",
)


@dataclass(frozen=True)
class PlanGraph:
    """All quads of the knowledge base, each in the graph of its status.

    Attributes:
        base: base IRI in force.
        plans: codes of the plans.
        data: everything as N-Quads in UTF-8, derived statements included.
        revision: short digest of all that the data was made from.
        ontology: the folder that it was read from.
    """

    base: str
    plans: tuple[str, ...]
    data: bytes
    revision: str
    ontology: Path

    @cached_property
    def quads(self) -> tuple[ox.Quad, ...]:
        """The data, quad by quad; literals as they were written."""
        return tuple(ox.parse(self.data, format=ox.RdfFormat.N_QUADS))

    @cached_property
    def store(self) -> ox.Store:
        """The data in a store of its own, for the library's trusted queries."""
        store = ox.Store()
        store.bulk_load(self.data, ox.RdfFormat.N_QUADS)
        return store

    def with_quads(self, quads: Iterable[ox.Quad]) -> PlanGraph:
        """The same knowledge base with other quads, to try what a check makes of them."""
        return replace(self, data=_nquads(quads))

    @cached_property
    def _loaded(self) -> Loaded:
        return loading.load(self.base, self.ontology)

    def place_of(self, iri: str) -> str:
        """``file:line`` where an IRI is described; an empty text where no file does.

        The files are read again for it, as only a fault wants to know.
        """
        return self._loaded.place_of(iri)

    def select(self, query: str) -> list[dict[str, str]]:
        """Rows of one of our own SELECT queries over the union of all graphs.

        IRIs and literals are given as their text; unbound variables are left out.
        """
        solutions = self.store.query(query, use_default_graph_as_union=True)
        assert isinstance(solutions, ox.QuerySolutions), "a SELECT query is needed"
        names = [variable.value for variable in solutions.variables]
        return [
            {name: row[name].value for name in names if row[name] is not None} for row in solutions
        ]


def build(settings: Settings, ontology: Path | None = None) -> PlanGraph:
    """Load the knowledge, apply the operator's overlay, run the rules.

    The whole graph comes from the cache where it was built from the same inputs before.

    Args:
        settings: base, overlay and cache are used.
        ontology: another ``ontology`` folder, for tests and further plans.

    Raises:
        FileProblem: a file or rule cannot be read; nothing is half loaded.
    """
    folder = ontology or knowledge.root() / "ontology"
    rule_set = rules.read(settings.base)
    revision = _revision(settings, folder, rule_set)
    plans = tuple(plan.name for plan in loading.plan_folders(folder))
    cached = Kept.of(settings, f"graph-{revision}.nq")
    data = cached.read()
    if data is None:
        data = _nquads(_built(settings, folder, rule_set))
        cached.write(data)
    return PlanGraph(settings.base, plans, data, revision, folder)


def _built(settings: Settings, folder: Path, rule_set: list[rules.Rule]) -> list[ox.Quad]:
    loaded = loading.load(settings.base, folder)
    stated = list(loaded.quads)
    if settings.overlay is not None:
        stated = overlay.apply(stated, settings.overlay, settings.base)
    for rule in rule_set:
        stated.extend(rule.describe(settings.base))
    derived: list[ox.Quad] = []
    for plan in loaded.plans:
        seen = _seen_by(stated, plan, loaded)
        derived += topics.classify(seen, settings.base, plan)
        derived += rules.derive(seen, rule_set, settings.base, plan)
    return stated + derived + examples.quads(settings.base)


def _nquads(quads: Iterable[ox.Quad]) -> bytes:
    body = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert body is not None
    return body


def _seen_by(quads: Iterable[ox.Quad], plan: str, loaded: Loaded) -> list[ox.Quad]:
    """The quads of one plan and of the vocabulary."""
    start = graph_iri(loaded.base, plan, "").value
    vocabulary = vocabulary_graph(loaded.base)
    return [
        quad
        for quad in quads
        if quad.graph_name == vocabulary
        or (isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(start))
    ]


def _revision(settings: Settings, folder: Path, rule_set: list[rules.Rule]) -> str:
    """Digest of everything the graph is made from; the number grows with this module's way."""
    digest = hashlib.sha256(f"plankb graph 4 {settings.base}\n".encode())
    files = loading.vocabulary_files(folder)
    files += [path for plan in loading.plan_folders(folder) for path in sorted(plan.glob("*.ttl"))]
    texts = [
        (path.relative_to(folder).as_posix(), knowledge.read_text(path, settings.base))
        for path in files
    ]
    texts += [(rule.name, rule.file.text) for rule in rule_set]
    competency = knowledge.query_files("competency", settings.base)
    texts += [(file.path.name, file.text) for file in competency]
    texts.append(("prefixes", str(terms.prefixes(settings.base))))
    if settings.overlay is not None:
        texts.append((settings.overlay.name, knowledge.read_text(settings.overlay)))
    for name, text in texts:
        digest.update(f"{name} {len(text)}\n{text}".encode())
    return digest.hexdigest()[:16]
