"""From the Turtle files to the quads of the plan graph, each in the graph of its status.

A resource is written in one place, in both languages; which graph a statement belongs to
follows from data: the file's name (``editorial…``, ``external…``, ``spans``, ``source`` –
anything else is stated) and the editorial policies of the vocabulary. Must not know what
a correct plan is; the checks do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kb.errors import FileProblem
from kb.plan import knowledge
from kb.terms import DEFAULT_BASE, RDF
from kb.text import Text

TYPE = ox.NamedNode(RDF + "type")

_PREFIXED_FILES = {
    "editorial": "editorial",
    "external": "external",
    "source": "evidence",
    "spans": "evidence",
}
_SYNTAX_PLACE = re.compile(r"line (\d+)(?: (?:and|between) columns? (\d+))?")


@dataclass(frozen=True)
class KnowledgeFile:
    """One Turtle file as read: its path, its text and its triples."""

    path: Path
    text: str
    triples: tuple[ox.Triple, ...]
    prefixes: dict[str, str] = field(default_factory=dict)

    def line_of(self, iri: str) -> int | None:
        """The line on which the file begins to speak about an IRI, from 1."""
        names = [f"<{iri}>"] + [
            f"{prefix}:{iri[len(namespace) :]}"
            for prefix, namespace in self.prefixes.items()
            if iri.startswith(namespace)
        ]
        return min((self._lines[name] for name in names if name in self._lines), default=None)

    @cached_property
    def _lines(self) -> dict[str, int]:
        """The first line that begins with a name, at its very start."""
        found: dict[str, int] = {}
        for number, line in enumerate(self.text.splitlines(), 1):
            if line and not line[0].isspace():
                found.setdefault(line.split(maxsplit=1)[0], number)
        return found


def parse(path: Path, base: str = DEFAULT_BASE) -> KnowledgeFile:
    """Read one Turtle file, whole or not at all.

    Args:
        path: the file.
        base: the base IRI in force.

    Raises:
        FileProblem: unreadable, not Turtle (with line and column), or with a blank node,
            which could not be cited.
    """
    text = knowledge.read_text(path, base)
    prefixes: dict[str, str] = {}
    triples = []
    try:
        parser = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
        triples = [quad.triple for quad in parser]
        prefixes = dict(parser.prefixes)
    except SyntaxError as error:
        place = _SYNTAX_PLACE.search(str(error))
        line = error.lineno or (int(place[1]) if place else None)
        at = f"{path}:{line}" if line else str(path)
        raise FileProblem(
            "turtle-syntax",
            Text(zh=f"{at}：不是合法的 Turtle：{error.msg}", en=f"{at}: not Turtle: {error.msg}"),
            Text(
                zh="改正这一行附近的语法；常见的是缺少句号、分号、引号或前缀声明",
                en="mend the syntax near this line; often a full stop, semicolon, quote or "
                "@prefix is missing",
            ),
            file=str(path),
            line=line,
        ) from error
    for triple in triples:
        if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
            raise FileProblem(
                "blank-node",
                Text(
                    zh=f"{path}：含有空白节点（谓词 {triple.predicate.value}）",
                    en=f"{path}: has a blank node (predicate {triple.predicate.value})",
                ),
                Text(zh="给它一个 IRI，以便引用", en="give it an IRI, so that it can be cited"),
                file=str(path),
            )
    return KnowledgeFile(path, text, tuple(triples), prefixes)


@dataclass(frozen=True)
class Policies:
    """What the vocabulary's editorial policies cover: languages, properties, classes."""

    languages: frozenset[str]
    properties: frozenset[str]
    classes: frozenset[str]

    @classmethod
    def of(cls, triples: Iterable[ox.Triple], ns: str) -> Policies:
        """Collect them from the vocabulary's triples."""
        found: dict[str, set[str]] = {"forLanguage": set(), "forProperty": set(), "forClass": set()}
        for triple in triples:
            name = triple.predicate.value.removeprefix(ns)
            if name in found and not isinstance(triple.object, ox.Triple | ox.BlankNode):
                found[name].add(triple.object.value)
        return cls(*(frozenset(found[key]) for key in ("forLanguage", "forProperty", "forClass")))

    def cover(self, triple: ox.Triple, types: frozenset[str]) -> bool:
        """Whether a statement is editorial wherever it is written.

        Args:
            triple: the statement.
            types: the class IRIs of its subject.
        """
        return (
            triple.predicate.value in self.properties
            or bool(types & self.classes)
            or (isinstance(triple.object, ox.Literal) and triple.object.language in self.languages)
        )


@dataclass(frozen=True)
class Loaded:
    """All knowledge as read: quads by status graph, and the files they came from."""

    base: str
    plans: tuple[str, ...]
    quads: tuple[ox.Quad, ...]
    files: tuple[KnowledgeFile, ...]

    def place_of(self, iri: str) -> str:
        """``file:line`` where an IRI is described, or an empty text where nothing says."""
        for file in self.files:
            line = file.line_of(iri)
            if line is not None:
                return f"{file.path}:{line}"
        return ""


def graph_iri(base: str, plan: str, status: str) -> ox.NamedNode:
    """The named graph of one status of a plan.

    >>> graph_iri("https://w3id.org/plankb/", "jiangjin-6-4", "stated").value
    'https://w3id.org/plankb/graph/jiangjin-6-4/stated'
    """
    return ox.NamedNode(f"{base}graph/{plan}/{status}")


def vocabulary_graph(base: str) -> ox.NamedNode:
    """The named graph of the vocabulary and the concept schemes."""
    return ox.NamedNode(f"{base}graph/vocabulary")


def vocabulary_files(ontology: Path) -> list[Path]:
    """The Turtle files of the vocabulary and the schemes, in a stable order."""
    return sorted([*ontology.glob("*.ttl"), *(ontology / "schemes").glob("*.ttl")])


def plan_folders(ontology: Path) -> list[Path]:
    """The folders of the plans, in a stable order; a plan's code is its folder's name."""
    return sorted(path for path in (ontology / "plans").glob("*") if path.is_dir())


def load(base: str = DEFAULT_BASE, ontology: Path | None = None) -> Loaded:
    """Read the vocabulary, the schemes and every plan of ``ontology/``.

    Args:
        base: the base IRI in force.
        ontology: another folder of the same layout, for tests and further plans.

    Raises:
        FileProblem: a file cannot be read; nothing is loaded then.
    """
    folder = ontology or knowledge.root() / "ontology"
    vocabulary = [parse(path, base) for path in vocabulary_files(folder)]
    ns = base + "ns#"
    policies = Policies.of((t for file in vocabulary for t in file.triples), ns)
    quads = [
        ox.Quad(t.subject, t.predicate, t.object, vocabulary_graph(base))
        for file in vocabulary
        for t in file.triples
    ]
    files = list(vocabulary)
    plans = []
    for plan in plan_folders(folder):
        read = [parse(path, base) for path in sorted(plan.glob("*.ttl"))]
        quads += _routed(read, plan.name, base, policies)
        files += read
        plans.append(plan.name)
    # The same statement written twice in one graph is one statement.
    return Loaded(base, tuple(plans), tuple(dict.fromkeys(quads)), tuple(files))


def _routed(
    files: list[KnowledgeFile], plan: str, base: str, policies: Policies
) -> Iterator[ox.Quad]:
    types: dict[str, set[str]] = {}
    for file in files:
        for triple in file.triples:
            if triple.predicate == TYPE:
                types.setdefault(_iri(triple.subject), set()).add(_iri(triple.object))
    evidence = base + "ns#evidence"
    for file in files:
        home = next(
            (
                status
                for start, status in _PREFIXED_FILES.items()
                if file.path.stem.startswith(start)
            ),
            "stated",
        )
        for triple in file.triples:
            if triple.predicate.value == evidence:
                status = "evidence"
            elif home == "stated" and policies.cover(
                triple, frozenset(types.get(_iri(triple.subject), ()))
            ):
                status = "editorial"
            else:
                status = home
            yield ox.Quad(
                triple.subject, triple.predicate, triple.object, graph_iri(base, plan, status)
            )


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
