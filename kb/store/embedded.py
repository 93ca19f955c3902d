"""The store in this process: pyoxigraph, in memory.

A query here has no deadline and no memory limit; :mod:`kb.store.guard` and
:mod:`kb.store.engine` run it in a process that can be killed.
Must not know about processes.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from kb.errors import InputError, QueryProblem
from kb.store import formats, reading, rows
from kb.store.interface import Form, Limits, Result, Row, Term
from kb.store.patch import Patch
from kb.text import Text

#: Quads that are loaded in one transaction.
_AT_ONCE = 10_000


class EmbeddedStore:
    """A :class:`kb.store.interface.Store` on pyoxigraph in memory.

    Args:
        prefixes: known to every query without declaration, and used to shorten IRIs.
        base: IRI that relative IRIs in queries are resolved against.
        union: whether the default graph of a query is the union of all named graphs, as the
            knowledge base has it. Without, it is the dataset's own default graph, and
            a triple may stand in several graphs, as in the W3C's test data.
    """

    def __init__(
        self,
        prefixes: Mapping[str, str] | None = None,
        *,
        base: str | None = None,
        union: bool = True,
    ) -> None:
        self._prefixes = dict(prefixes or {})
        self._prefixes_as_used = [(name, f"{name}:", iri) for name, iri in self._prefixes.items()]
        self._base = base
        self._union = union
        self._store = ox.Store()
        self._revision = ""

    @property
    def revision(self) -> str:
        """The name of the loaded revision; empty before the first."""
        return self._revision

    def __len__(self) -> int:
        return len(self._store)

    def load(self, data: Iterable[ox.Quad] | bytes | Path, revision: str) -> None:
        """As :meth:`kb.store.interface.Store.load`; also from a file of N-Quads."""
        store = ox.Store()
        if isinstance(data, bytes | Path):
            try:
                if isinstance(data, Path):
                    store.load(path=data, format=ox.RdfFormat.N_QUADS)
                else:
                    store.load(data, ox.RdfFormat.N_QUADS)
            except SyntaxError as error:
                raise _no_quads(error) from error
        else:
            # Nobody sees this store yet, and a transaction holds all that it adds a second time.
            quads = iter(data)
            while part := list(itertools.islice(quads, _AT_ONCE)):
                store.extend(part)
        if self._union:
            _check_once(store)
        self._store, self._revision = store, revision

    def patch(self, patch: Patch, revision: str) -> None:
        """Make a new revision of what is here, in time that grows with the patch alone.

        Not for a store that is read meanwhile: whoever has one forks before, and where this
        raises throws it away.

        Args:
            patch: the graphs that change.
            revision: the name of the new revision.

        Raises:
            InputError: the N-Quads do not parse, name other graphs, or a triple stands in two.
        """
        graphs = {ox.NamedNode(iri) for iri in patch.graphs}
        try:
            quads = list(ox.parse(patch.data, ox.RdfFormat.N_QUADS))
        except SyntaxError as error:
            raise _no_quads(error) from error
        strange = next((quad for quad in quads if quad.graph_name not in graphs), None)
        if strange is not None:
            raise InputError(
                "patch-graph",
                Text(
                    zh=f"增量中有其他图的四元组：{strange.graph_name}",
                    en=f"the patch has a quad of another graph: {strange.graph_name}",
                ),
            )
        for graph in graphs:
            self._store.remove_graph(graph)
        if self._union:
            found: dict[ox.Triple, ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = {}
            for quad in quads:
                others = self._store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
                elsewhere = {other.graph_name for other in others}
                elsewhere.add(found.setdefault(quad.triple, quad.graph_name))
                if elsewhere != {quad.graph_name}:
                    raise _twice(quad.triple, map(str, elsewhere | {quad.graph_name}))
        self._store.extend(quads)
        self._revision = revision

    def check(self, text: str) -> Form:
        """Read and parse a query without running it, and say its form.

        Raises:
            QueryProblem: it does not parse, or may not run.
        """
        query = reading.read(text)
        try:
            self._parse(query.text, self._base)
            if query.says_service:
                self._refuse_service(query.text, self._base)
        except SyntaxError as error:
            raise syntax_problem(query.text, str(error)) from error
        return query.form

    def query(
        self,
        text: str,
        *,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base: str | None = None,
        limits: Limits | None = None,
        client: str = "",  # noqa: ARG002  nobody else asks here
    ) -> Result:
        """As :meth:`kb.store.interface.Store.query`, but only ``result_mb`` is enforced."""
        began = time.perf_counter()
        query = reading.read(text, self._prefixes, base or self._base)
        chosen = formats.choose(format, query.form)
        cap = None if limits is None else int(limits.result_mb * 2**20)
        try:
            answer = self._evaluate(query, default_graphs, named_graphs, base)
            body, count = formats.write(answer, chosen, prefixes=self._prefixes, limit=cap)
        except (RuntimeError, ValueError, OSError) as error:
            if isinstance(error, QueryProblem):
                raise
            raise _failed(error) from error
        return Result(
            query.form,
            chosen.name,
            chosen.media_type,
            body,
            count,
            self._revision,
            time.perf_counter() - began,
        )

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> list[Row]:
        """As :meth:`kb.store.interface.Store.select`, without limits."""
        query = reading.read(reading.bind(text, bindings or {}), self._prefixes, self._base)
        if query.form != "select":
            raise rows.not_select(query.form)
        answer = self._evaluate(query, (), ())
        return rows.of(cast(ox.QuerySolutions, answer))

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad, in no particular order."""
        return iter(self._store)

    def graph(self, iri: str) -> Iterator[ox.Triple]:
        """The triples of one named graph; none where there is no such graph."""
        name = ox.NamedNode(iri)
        return (quad.triple for quad in self._store.quads_for_pattern(None, None, None, name))

    def nquads(self, iri: str | None = None) -> bytes:
        """All quads as N-Quads, or the triples of one graph as N-Triples."""
        if iri is None:
            return self._store.dump(format=ox.RdfFormat.N_QUADS) or b""
        name = ox.NamedNode(iri)
        return self._store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=name) or b""

    def _evaluate(
        self,
        query: reading.Reading,
        default: Sequence[str],
        named: Sequence[str],
        base: str | None = None,
    ) -> formats.Answer:
        base = base or self._base
        # The engine reads each of them anew for each query.
        prefixes = {name: iri for name, used, iri in self._prefixes_as_used if used in query.text}
        options: dict[str, Any] = {"prefixes": prefixes, "base_iri": base}
        if default or named:
            # SPARQL 1.1 Protocol 2.1.4: parameters take the place of FROM and FROM NAMED.
            options["default_graph"] = _graphs(default)
            options["named_graphs"] = _graphs(named)
        else:
            # With this flag the engine would not look at FROM at all.
            options["use_default_graph_as_union"] = self._union and query.dataset is None
        try:
            if query.says_service:
                self._refuse_service(query.text, base)
            return self._store.query(query.text, **options)
        except SyntaxError as error:
            raise syntax_problem(query.text, str(error)) from error

    def _refuse_service(self, text: str, base: str | None) -> None:
        """Refuse a query in which the engine itself would see the keyword SERVICE.

        Its parser is looser than the grammar's terminals: it takes ``SERVICESILENT`` and
        ``SERVICEex:x``. So the letters are misspelt throughout, which changes no string,
        name or comment in kind: if it still parses, none of them was the keyword.
        """
        letters = "q"
        while f"s{letters}ervice" in text.lower():
            letters += "q"
        without = re.sub("(?i)s(?=ervice)", rf"\g<0>{letters}", text)
        try:
            self._parse(without, base)
        except SyntaxError:
            self._parse(text, base)  # a syntax error of the query's own goes before
            raise reading.no_service() from None

    def _parse(self, text: str, base: str | None) -> None:
        """Let the engine parse a query and not evaluate any of it.

        It has no call for that. But a value for a variable that is not there is refused
        after parsing and before evaluation; even SELECT would reach out when evaluated.
        """
        name = "none"
        while name in text:
            name += "_"
        try:
            ox.Store().query(
                text,
                prefixes=self._prefixes,
                base_iri=base,
                substitutions={ox.Variable(name): ox.Literal("")},
            )
        except RuntimeError:
            return
        raise AssertionError("the engine evaluates what it should only parse")


def _graphs(iris: Sequence[str]) -> list[ox.NamedNode]:
    try:
        # Each once: a dataset is a set, but the engine would count twice.
        return [ox.NamedNode(iri) for iri in dict.fromkeys(iris)]
    except ValueError as error:
        raise QueryProblem(
            "query-dataset",
            Text(zh=f"图的名称不是 IRI：{error}", en=f"the name of a graph is no IRI: {error}"),
            Text(zh="给出完整的 IRI", en="give a full IRI"),
        ) from error


def _failed(error: Exception) -> QueryProblem:
    return QueryProblem(
        "query-failed",
        Text(zh=f"查询无法执行：{error}", en=f"the query cannot be evaluated: {error}"),
    )


_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
#: Sets of characters say nothing to a reader, SERVICE is refused, and the rest is of
#: SPARQL 1.2 or the engine's own: none of it is advice to give.
_USELESS = ("[", "SERVICE", "LATERAL", '"{|', '"|}', '"~', '"<<')
_EXPECTED = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^,\[]+')


def syntax_problem(text: str, message: str) -> QueryProblem:
    """The engine's syntax error with its place, what stands there and what may stand there.

    Args:
        text: the query.
        message: ``error at LINE:COLUMN: expected …``
    """
    match = _PLACE.match(message)
    if match is None:
        return QueryProblem(
            "query-syntax",
            Text(zh=f"查询有语法错误：{message}", en=f"the query does not parse: {message}"),
        )
    line, column = int(match.group(1)), int(match.group(2))
    items = [item.strip() for item in _EXPECTED.findall(match.group(3))]
    items = [item for item in items if item and not item.startswith(_USELESS)]
    sentences = [item for item in items if " " in item and not item.startswith('"')]
    lines = text.split("\n")
    content = lines[line - 1] if line <= len(lines) else ""
    there = content[max(column - 2, 0) : column + 28].strip()
    if "Prefix not found" in sentences:
        there = content[: column - 1].split()[-1] if content[: column - 1].split() else there
        hint = Text(
            zh="此前缀没有声明：在查询开头加一行 PREFIX",
            en="its prefix is not declared: add a PREFIX line at the head of the query",
        )
    elif sentences:
        hint = Text(zh=f"原因：{'; '.join(sentences)}", en="; ".join(sentences))
    else:
        expected = ", ".join(items[:8]) + (" …" if len(items) > 8 else "")
        hint = Text(zh=f"此处可以是：{expected}", en=f"what may stand there: {expected}")
    near = Text(zh=f"“{there}”附近", en=f", near “{there}”") if there else Text(zh="", en="")
    return QueryProblem(
        "query-syntax",
        Text(
            zh=f"查询有语法错误：第 {line} 行第 {column} 列{near.zh}",
            en=f"the query does not parse: line {line}, column {column}{near.en}",
        ),
        hint if sentences or items else None,
        line=line,
        column=column,
    )


def _check_once(store: ox.Store) -> None:
    """Refuse a triple that stands in two graphs: the engine's union would count it twice."""
    # Found by walking: to count distinct triples, all of them would be held a second time.
    named = "GRAPH ?g { ?s ?p ?o }"
    other = "GRAPH ?h { ?s ?p ?o } FILTER(?g != ?h)"
    twice = store.query(f"ASK {{ {{ {named} {other} }} UNION {{ ?s ?p ?o . {named} }} }}")
    if not cast(ox.QueryBoolean, twice):
        return
    for quad in store:
        graphs = [
            str(other.graph_name)
            for other in store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
        ]
        if len(graphs) > 1:
            raise _twice(quad.triple, graphs)


def _twice(triple: ox.Triple, graphs: Iterable[str]) -> InputError:
    listed = sorted(graphs)
    where = ", ".join(listed)
    return InputError(
        "triple-twice",
        Text(
            zh=f"三元组 {triple} 同时在几个图中：{where}",
            en=f"the triple {triple} stands in several graphs: {where}",
        ),
        Text(
            zh="只保留在其中一个图里；否则合并查询会把它计算多次",
            en="keep it in one of them; a query over all graphs would count it twice",
        ),
        triple=str(triple),
        graphs=listed,
    )


def _no_quads(error: SyntaxError) -> InputError:
    return InputError(
        "quads-syntax",
        Text(zh=f"N-Quads 数据有误：{error}", en=f"the N-Quads do not parse: {error}"),
        line=error.lineno,
    )
