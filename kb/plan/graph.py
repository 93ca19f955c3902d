"""The plan graph as a whole: what was written, what follows from it, and its revision.

Must not know the web, nor how a question is asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kb.plan import loading, overlay, rules
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
        quads: everything, derived statements included.
        revision: short digest of all that the quads were made from.
        loaded: the files they were read from.
    """

    base: str
    plans: tuple[str, ...]
    quads: tuple[ox.Quad, ...]
    revision: str
    loaded: Loaded

    @cached_property
    def store(self) -> ox.Store:
        """The quads in a store of their own, for the library's trusted queries."""
        store = ox.Store()
        store.bulk_extend(self.quads)
        return store

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

    The derived graph comes from the cache where the same inputs were derived before.

    Args:
        settings: base, overlay and cache are used.
        ontology: another ``ontology`` folder, for tests and further plans.

    Raises:
        FileProblem: a file or rule cannot be read; nothing is half loaded.
    """
    loaded = loading.load(settings.base, ontology)
    stated = list(loaded.quads)
    if settings.overlay is not None:
        stated = overlay.apply(stated, settings.overlay, settings.base)
    rule_set = rules.read(settings.base)
    for rule in rule_set:
        stated.extend(rule.describe(settings.base))
    revision = _revision(settings, loaded, rule_set)
    cached = _cache_file(settings, revision)
    derived = _read_cache(cached)
    if derived is None:
        derived = []
        for plan in loaded.plans:
            derived += rules.derive(_seen_by(stated, plan, loaded), rule_set, settings.base, plan)
        _write_cache(cached, derived)
    return PlanGraph(settings.base, loaded.plans, (*stated, *derived), revision, loaded)


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


def _revision(settings: Settings, loaded: Loaded, rule_set: list[rules.Rule]) -> str:
    """Digest of everything the graph is made from; the number grows with this module's way."""
    digest = hashlib.sha256(f"plankb graph 1 {settings.base}\n".encode())
    texts = [(file.path.name, file.text) for file in loaded.files]
    texts += [(rule.name, rule.file.text) for rule in rule_set]
    if settings.overlay is not None:
        texts.append(("overlay", settings.overlay.read_text(encoding="utf-8-sig")))
    for name, text in texts:
        digest.update(f"{name} {len(text)}\n{text}".encode())
    return digest.hexdigest()[:16]


def _cache_file(settings: Settings, revision: str) -> Path:
    folder = settings.cache
    if folder is None:
        home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        folder = Path(home).expanduser() / "plankb"
    return folder / f"derived-{revision}.nq"


def _read_cache(path: Path) -> list[ox.Quad] | None:
    """The cached quads; None where there are none or the file was cut or altered."""
    try:
        first, _, body = path.read_bytes().partition(b"\n")
    except (OSError, RuntimeError):
        return None
    if first != b"# " + hashlib.sha256(body).hexdigest().encode():
        return None
    return list(ox.parse(body, format=ox.RdfFormat.N_QUADS))


def _write_cache(path: Path, quads: list[ox.Quad]) -> None:
    """Keep the derived quads; a folder that cannot be written costs time only."""
    body = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert body is not None
    with contextlib.suppress(OSError, RuntimeError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".derived-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b"# " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
