"""The rules of the audit as they stand in ``ontology/shapes/report-*.ttl``, and their version.

Each shape is one way in which a rule can have a result. Must not know what any rule says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kb.errors import FileProblem
from kb.plan import knowledge
from kb.reports import compiling
from kb.reports.finding import Outcome, Severity
from kb.terms import DEFAULT_BASE, SH
from kb.text import Text

_SEVERITIES: Mapping[str, Severity] = {
    SH + "Violation": "violation",
    SH + "Warning": "warning",
    SH + "Info": "info",
}
_OUTCOMES: Mapping[str, Outcome] = {"violated": "violated", "not-evaluable": "not-evaluable"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape of a rule.

    Args:
        name: of the rule; several shapes may share it.
        shape: IRI.
        outcome, severity: of its results.
        message, hint: with ``{?name}`` for what the query finds.
        reason: why the rule is there.
        label: the rule in a few words.
        query: a SELECT; without variables ``?this`` where it stands on the set of reports.
        column: the column at fault, where the shape itself says it.
        rows: whether ``?this`` is the row at fault (SHACL Core); otherwise ``?value`` is.
    """

    name: str
    shape: str
    outcome: Outcome
    severity: Severity
    message: Text
    hint: Text
    reason: Text
    label: Text
    query: str
    column: str | None
    rows: bool


@dataclass(frozen=True, slots=True)
class Search:
    """One query, for one shape or for several that look at the same rows.

    Args:
        query: a SELECT; for several shapes with ``?has0`` … which say what is there.
        rules: the shapes.
    """

    query: str
    rules: tuple[Rule, ...]

    def broken(self, row: Mapping[str, str]) -> Iterator[Rule]:
        """The shapes that a row is a result of; values as their text."""
        if len(self.rules) == 1:
            yield self.rules[0]
            return
        for place, rule in enumerate(self.rules):
            if row.get(f"has{place}") == "false":
                yield rule


@dataclass(frozen=True)
class RuleSet:
    """All rules, how to look for what breaks them, and the digest of their files."""

    rules: tuple[Rule, ...]
    searches: tuple[Search, ...]
    version: str
    files: tuple[Path, ...]
    text: str = field(repr=False)


@cache
def load(base: str = DEFAULT_BASE) -> RuleSet:
    """Read the rules; once for each base.

    Raises:
        FileProblem: a file is no Turtle, or a shape lacks what a rule needs.
    """
    return read(sorted((knowledge.root() / "ontology" / "shapes").glob("report-*.ttl")), base)


def read(files: list[Path], base: str = DEFAULT_BASE) -> RuleSet:
    """Read the rules of certain files."""
    digest = hashlib.sha256()
    store = ox.Store()
    texts = []
    for path in files:
        text = knowledge.read_text(path, base)
        digest.update(f"{path.name} {len(text)}\n{text}".encode())
        texts.append(text)
        try:
            store.load(text.encode(), ox.RdfFormat.TURTLE)
        except SyntaxError as error:
            raise FileProblem(
                "turtle-syntax",
                Text(
                    zh=f"{path}：不是合法的 Turtle：{error.msg}",
                    en=f"{path}: not Turtle: {error.msg}",
                ),
                Text(zh="改正语法", en="mend the syntax"),
                file=str(path),
            ) from error
    shapes = _Shapes(store, base + "ns#")
    rules = shapes.rules()
    return RuleSet(
        rules, shapes.searches(rules), digest.hexdigest()[:16], tuple(files), "\n".join(texts)
    )


class _Shapes:
    """The shapes of one set of files."""

    def __init__(self, store: ox.Store, ns: str) -> None:
        self._store = store
        self._ns = ns

    def rules(self) -> tuple[Rule, ...]:
        shapes = dict(sorted(self._shapes()))
        named = {
            name: (self._text(shape, SH + "name"), self._text(shape, self._ns + "reason"))
            for shape, name in ((ox.NamedNode(iri), name) for iri, name in shapes.items())
            if self._texts(shape, SH + "name") is not None
        }
        for iri, name in shapes.items():
            if name not in named:
                raise _lacking(iri, "sh:name, :reason")
        found = [self._rule(ox.NamedNode(iri), name, *named[name]) for iri, name in shapes.items()]
        return tuple(sorted(found, key=lambda rule: (rule.name, rule.shape)))

    def searches(self, rules: tuple[Rule, ...]) -> tuple[Search, ...]:
        """A query for each rule, and one for those that ask one class for some value."""
        alone = []
        together: dict[str, list[tuple[str, Rule]]] = {}
        for rule in rules:
            asked = compiling.required(self._store, ox.NamedNode(rule.shape)) if rule.rows else None
            if asked is None:
                alone.append(Search(rule.query, (rule,)))
            else:
                together.setdefault(asked[0], []).append((asked[1], rule))
        for target, some in together.items():
            found = tuple(rule for _, rule in some)
            query = found[0].query
            if len(found) > 1:
                query = compiling.select_lacking(target, [path for path, _ in some])
            alone.append(Search(query, found))
        return tuple(alone)

    def _shapes(self) -> Iterator[tuple[str, str]]:
        """Shapes and the names of their rules."""
        named = ox.NamedNode(self._ns + "ruleName")
        for quad in self._store.quads_for_pattern(None, named, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                yield quad.subject.value, quad.object.value

    def _rule(self, shape: ox.NamedNode, name: str, label: Text, reason: Text) -> Rule:
        ns = self._ns
        outcome = _OUTCOMES.get(self._one(shape, ns + "outcome"))
        severity = _SEVERITIES.get(self._one(shape, SH + "severity"))
        if outcome is None or severity is None:
            raise _lacking(shape.value, ":outcome, sh:severity")
        constraint = self._object(shape, SH + "sparql")
        if constraint is not None:
            query = self._prefixes(constraint) + self._one(constraint, SH + "select")
            message, column = self._text(constraint, SH + "message"), None
        else:
            query = compiling.select(self._store, shape)
            message = self._text(shape, SH + "message")
            column = compiling.first_property(self._store, shape).removeprefix(ns)
        return Rule(
            name,
            shape.value,
            outcome,
            severity,
            message,
            self._text(shape, ns + "hint"),
            reason,
            label,
            query,
            column,
            constraint is None,
        )

    def _prefixes(self, constraint: ox.NamedNode | ox.BlankNode) -> str:
        lines = []
        for holder in self._objects(constraint, SH + "prefixes"):
            for declared in self._objects(holder, SH + "declare"):
                prefix = self._one(declared, SH + "prefix")
                lines.append(f"PREFIX {prefix}: <{self._one(declared, SH + 'namespace')}>\n")
        return "".join(sorted(lines))

    def _objects(self, subject: object, predicate: str) -> list[ox.NamedNode | ox.BlankNode]:
        quads = self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]  # subjects only
        return [
            quad.object for quad in quads if isinstance(quad.object, ox.NamedNode | ox.BlankNode)
        ]

    def _object(self, subject: object, predicate: str) -> ox.NamedNode | ox.BlankNode | None:
        return next(iter(self._objects(subject, predicate)), None)

    def _one(self, subject: object, predicate: str) -> str:
        quads = self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]  # as above
        values = [quad.object.value for quad in quads if not isinstance(quad.object, ox.Triple)]
        if len(values) != 1:
            raise _lacking(str(subject), predicate)
        return values[0]

    def _texts(self, subject: object, predicate: str) -> dict[str, str] | None:
        quads = self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]  # as above
        found = {
            quad.object.language or "": quad.object.value
            for quad in quads
            if isinstance(quad.object, ox.Literal)
        }
        return found or None

    def _text(self, subject: object, predicate: str) -> Text:
        texts = self._texts(subject, predicate) or {}
        if "zh" not in texts or "en" not in texts:
            raise _lacking(str(subject), predicate)
        return Text(zh=texts["zh"], en=texts["en"])


def _lacking(shape: str, what: str) -> FileProblem:
    return FileProblem(
        "rule-incomplete",
        Text(
            zh=f"形状 {shape} 缺少 {what}（中英文）",
            en=f"the shape {shape} lacks {what} (zh and en)",
        ),
        Text(zh="在 ontology/shapes 里补上", en="add it in ontology/shapes"),
        file=shape,
    )
