"""Shapes of SHACL Core as SPARQL queries, which run over any number of rows at once.

What our shapes use is compiled (a property shape with target classes or nodes, a path, and
constraints on its values); anything else is refused, so that no constraint is passed over.
The meaning is SHACL's (W3C Recommendation of 20 July 2017, sections 2 and 4). Must not know
what any shape says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import pyoxigraph as ox

from kb.errors import FileProblem
from kb.terms import RDF, RDFS, SH
from kb.text import Text

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal

_NIL = ox.NamedNode(RDF + "nil")
#: Parameters that say something about a shape and constrain nothing.
_SILENT = frozenset(
    {"path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "name",
     "message", "severity", "description", "order", "group", "defaultValue", "deactivated",
     "flags"}
)  # fmt: skip


def select(store: ox.Store, shape: Node) -> str:
    """A SELECT of ``?this`` and ``?value``: the results of validating a property shape.

    Args:
        store: holds the shape.
        shape: the property shape, with its targets.

    Raises:
        FileProblem: it uses a part of SHACL that is not compiled.
    """
    return _Compiler(store).select(shape)


def required(store: ox.Store, shape: Node) -> tuple[str, str] | None:
    """The target and the path of a shape that asks for a value of any kind, and for nothing else.

    Returns:
        Both as SPARQL; None for other shapes.
    """
    return _Compiler(store).required(shape)


def select_lacking(target: str, paths: Sequence[str]) -> str:
    """One SELECT for several shapes of :func:`required` that have the same target.

    Looking at a row once for all of them takes little more than looking at it for one.

    Returns:
        A SELECT of ``?this``, where something is lacking, and of ``?has0``, ``?has1`` … which
        say for each path whether there is a value.
    """
    there = [f"EXISTS {{ ?this {path} ?value{place} }}" for place, path in enumerate(paths)]
    told = " ".join(f"({one} AS ?has{place})" for place, one in enumerate(there))
    return f"SELECT ?this {told} WHERE {{ {target} FILTER(!({' && '.join(there)})) }}"


def first_property(store: ox.Store, shape: Node) -> str:
    """The first property of a shape's path: what its results are about."""
    path = _Compiler(store).one(shape, "path")
    while not isinstance(path, ox.NamedNode):
        compiler = _Compiler(store)
        inner = compiler.maybe(path, "alternativePath") or compiler.maybe(path, "inversePath")
        path = inner if isinstance(inner, ox.NamedNode) else next(compiler.items(inner or path))
    return path.value


class _Compiler:
    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def select(self, shape: Node) -> str:
        path = self.path(self.one(shape, "path"))
        branches = [
            branch
            for name, value in self._parameters(shape)
            for branch in self._constraint(name, value, path, shape)
        ]
        targets = list(self._targets(shape))
        if not targets or not branches:
            raise _refused(shape, "a shape without target or constraint")
        # The target stands in each branch: a filter sees only its own group.
        joined = " UNION ".join(
            f"{{ {_joined(target, branch)} }}" for target in targets for branch in branches
        )
        return f"SELECT DISTINCT ?this ?value WHERE {{ {joined} }}"

    def required(self, shape: Node) -> tuple[str, str] | None:
        targets, parameters = list(self._targets(shape)), list(self._parameters(shape))
        if len(targets) != 1 or len(parameters) != 1:
            return None
        name, value = parameters[0]
        if name != "minCount" or _text(value) != "1":
            return None
        return targets[0], self.path(self.one(shape, "path"))

    def _parameters(self, shape: Node) -> Iterator[tuple[str, Term]]:
        for quad in self._store.quads_for_pattern(shape, None, None):
            name = quad.predicate.value
            if name.startswith(SH) and name.removeprefix(SH) not in _SILENT:
                assert not isinstance(quad.object, ox.Triple)
                yield name.removeprefix(SH), quad.object

    def _targets(self, shape: Node) -> Iterator[str]:
        if self.maybe(shape, "deactivated") is not None:
            raise _refused(shape, "sh:deactivated")
        for quad in self._store.quads_for_pattern(shape, None, None):
            value = quad.object
            match quad.predicate.value.removeprefix(SH):
                case "targetClass":
                    yield f"?this a/<{RDFS}subClassOf>* {value} ."
                case "targetNode":
                    yield f"BIND({value} AS ?this)"
                case "targetSubjectsOf":
                    yield f"?this {value} ?anyObject ."
                case "targetObjectsOf":
                    yield f"?anySubject {value} ?this ."

    def path(self, path: Term) -> str:
        """A SHACL path in SPARQL's notation."""
        if isinstance(path, ox.NamedNode):
            return f"<{path.value}>"
        assert isinstance(path, ox.BlankNode), "a path is no literal"
        for name, written in (
            ("inversePath", "^({})"),
            ("zeroOrMorePath", "({})*"),
            ("oneOrMorePath", "({})+"),
            ("zeroOrOnePath", "({})?"),
        ):
            inner = self.maybe(path, name)
            if inner is not None:
                return written.format(self.path(inner))
        either = self.maybe(path, "alternativePath")
        if either is not None:
            return "(" + "|".join(self.path(item) for item in self.items(either)) + ")"
        return "(" + "/".join(self.path(item) for item in self.items(path)) + ")"

    def _constraint(self, name: str, value: Term, path: str, shape: Node) -> Iterator[str]:
        each = f"?this {path} ?value ."
        made = _ON_VALUES.get(name)
        if made is not None:
            yield f"{each} FILTER({made(value)})"
            return
        match name:
            case "minCount":
                if int(_text(value)) == 1:
                    yield f"FILTER NOT EXISTS {{ ?this {path} ?any }}"
                elif int(_text(value)) > 1:
                    yield self._counted(path, f"< {int(_text(value))}", optional=True)
            case "maxCount":
                if int(_text(value)) == 0:
                    yield f"?this {path} ?any ."  # no ?value: the number is at fault
                else:
                    yield self._counted(path, f"> {int(_text(value))}", optional=False)
            case "class":
                yield f"{each} FILTER NOT EXISTS {{ ?value a/<{RDFS}subClassOf>* {value} }}"
            case "hasValue":
                yield f"FILTER NOT EXISTS {{ ?this {path} {value} }}"
            case "in":
                known = ", ".join(str(item) for item in self.items(value))
                if any(isinstance(item, ox.Literal) for item in self.items(value)):
                    # IN compares values, SHACL terms: 1 and 01 are two terms.
                    tests = " || ".join(f"sameTerm(?value, {item})" for item in self.items(value))
                    yield f"{each} FILTER(!({tests}))"
                else:
                    yield f"{each} FILTER(?value NOT IN ({known}))"
            case "pattern":
                flags = self.maybe(shape, "flags")
                more = f", {flags}" if flags is not None else ""
                yield f"{each} FILTER(ISBLANK(?value) || !REGEX(STR(?value), {value}{more}))"
            case _:
                raise _refused(shape, f"sh:{name}")

    @staticmethod
    def _counted(path: str, test: str, *, optional: bool) -> str:
        found = f"?this {path} ?counted"
        inner = f"OPTIONAL {{ {found} }}" if optional else found
        return (
            f"{{ SELECT ?this (COUNT(DISTINCT ?counted) AS ?number) "
            f"WHERE {{ ?this ?p ?o . {inner} }} "
            f"GROUP BY ?this HAVING(COUNT(DISTINCT ?counted) {test}) }}"
        )

    def items(self, head: Term) -> Iterator[Term]:
        """The members of an RDF list."""
        while head != _NIL:
            yield self._only(head, RDF + "first")
            head = self._only(head, RDF + "rest")

    def one(self, subject: Term, name: str) -> Term:
        """The value of a parameter that must be there."""
        return self._only(subject, SH + name)

    def maybe(self, subject: Term, name: str) -> Term | None:
        """The value of a parameter that may be there."""
        return next(self._values(subject, SH + name), None)

    def _only(self, subject: Term, predicate: str) -> Term:
        found = next(self._values(subject, predicate), None)
        if found is None:
            raise _refused(subject, f"no <{predicate}>")
        return found

    def _values(self, subject: Term, predicate: str) -> Iterator[Term]:
        if isinstance(subject, ox.Literal):
            return
        for quad in self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None):
            assert not isinstance(quad.object, ox.Triple)
            yield quad.object


def _joined(target: str, branch: str) -> str:
    # Engines that take patterns as they are written begin at what few rows have; but a node
    # that a target gives is bound before it is used.
    return f"{target} {branch}" if target.startswith("BIND") else f"{branch} {target}"


def _compared(sign: str) -> Callable[[Term], str]:
    # A value that cannot be compared is a result too, and an error would pass it over.
    return lambda value: f"!COALESCE(?value {sign} {value}, false)"


def _kinds(value: Term) -> str:
    kind = _text(value).removeprefix(SH)
    tests = [
        test
        for name, test in (
            ("IRI", "ISIRI(?value)"),
            ("Literal", "ISLITERAL(?value)"),
            ("BlankNode", "ISBLANK(?value)"),
        )
        if name in kind
    ]
    return f"!({' || '.join(tests)})"


_ON_VALUES: dict[str, Callable[[Term], str]] = {
    "datatype": lambda value: (
        f"!(ISLITERAL(?value) && COALESCE(DATATYPE(?value) = {value}, false))"
    ),
    "nodeKind": _kinds,
    "minInclusive": _compared(">="),
    "maxInclusive": _compared("<="),
    "minExclusive": _compared(">"),
    "maxExclusive": _compared("<"),
    "minLength": lambda value: f"ISBLANK(?value) || STRLEN(STR(?value)) < {value}",
    "maxLength": lambda value: f"ISBLANK(?value) || STRLEN(STR(?value)) > {value}",
}


def _text(value: Term) -> str:
    return value.value


def _refused(shape: Term, what: str) -> FileProblem:
    return FileProblem(
        "shape-not-compiled",
        Text(zh=f"形状 {shape}：{what} 未能编译", en=f"the shape {shape}: {what} is not compiled"),
        Text(zh="改用 sh:sparql", en="use sh:sparql instead"),
        file=str(shape),
    )
