"""Running the CONSTRUCT rules of ``queries/rules`` in strata, to a fixpoint within each.

A rule is a query with a header (``# stratum``, ``# label zh`` …). What it constructs goes
to the derived graph; it mints its IRIs from a hash of rule and inputs, and names both in
what it constructs. Rules that look for absence stand in a later stratum than what they
look at. Must not know any particular rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kb.errors import FileProblem, PlankbError
from kb.plan import knowledge
from kb.plan.knowledge import QueryFile
from kb.plan.loading import graph_iri, vocabulary_graph
from kb.terms import DCTERMS, RDF, SKOS
from kb.text import Language, Text

#: A stratum that still yields new statements after this many rounds does not end.
MOST_ROUNDS = 50


@dataclass(frozen=True)
class Rule:
    """A derivation rule: its query file, stratum, label and explanation."""

    file: QueryFile
    stratum: int
    label: Text
    explanation: Text

    @property
    def name(self) -> str:
        """The rule's name, which is its file's."""
        return self.file.name

    def describe(self, base: str) -> Iterator[ox.Quad]:
        """The rule as a resource of the vocabulary graph."""
        iri = ox.NamedNode(f"{base}id/rule/{self.name}")
        graph = vocabulary_graph(base)
        ns = base + "ns#"

        def quad(predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
            return ox.Quad(iri, ox.NamedNode(predicate), value, graph)

        yield quad(RDF + "type", ox.NamedNode(ns + "Rule"))
        yield quad(DCTERMS + "identifier", ox.Literal(self.name))
        yield quad(ns + "stratum", ox.Literal(self.stratum))
        languages: tuple[Language, ...] = ("zh", "en")
        for language in languages:
            label = self.label.in_(language)
            why = self.explanation.in_(language)
            yield quad(SKOS + "prefLabel", ox.Literal(label, language=language))
            yield quad(SKOS + "definition", ox.Literal(why, language=language))


def read(base: str) -> list[Rule]:
    """All rules, by stratum and name.

    Raises:
        FileProblem: a rule lacks part of its header, or its stratum is no number.
    """
    rules = []
    for file in knowledge.query_files("rules", base):
        try:
            stratum = int(file.header["stratum"])
        except (KeyError, ValueError) as error:
            raise FileProblem(
                "query-header",
                Text(
                    zh=f"{file.path}:1：缺少“# stratum: 数字”",
                    en=f"{file.path}:1: lacks “# stratum: NUMBER”",
                ),
                Text(zh="在文件开头补上这一行", en="add the line at the top of the file"),
                file=str(file.path),
                line=1,
            ) from error
        rules.append(Rule(file, stratum, file.bilingual("label"), file.bilingual("explanation")))
    return sorted(rules, key=lambda rule: (rule.stratum, rule.name))


def derive(quads: Iterable[ox.Quad], rules: list[Rule], base: str, plan: str) -> list[ox.Quad]:
    """What the rules derive from a plan's quads (and the vocabulary's).

    Args:
        quads: everything the rules may look at.
        rules: the rules; strata run in ascending order.
        base: base IRI in force.
        plan: the plan's code, which names the derived graph.

    Returns:
        The derived quads, sorted; none of them is among ``quads``.

    Raises:
        FileProblem: a rule does not parse, or is no CONSTRUCT.
        PlankbError: a stratum does not come to an end.
    """
    graph = graph_iri(base, plan, "derived")
    store = ox.Store()
    store.bulk_extend(quads)
    known = {quad.triple for quad in store}
    derived: dict[ox.Quad, None] = {}
    for stratum in sorted({rule.stratum for rule in rules}):
        for _ in range(MOST_ROUNDS):
            new = [
                ox.Quad(t.subject, t.predicate, t.object, graph)
                for rule in rules
                if rule.stratum == stratum
                for t in _construct(store, rule)
                if t not in known
            ]
            if not new:
                break
            store.extend(new)
            known.update(quad.triple for quad in new)
            derived.update(dict.fromkeys(new))
        else:
            names = ", ".join(rule.name for rule in rules if rule.stratum == stratum)
            raise PlankbError(
                "rules-endless",
                Text(
                    zh=f"第 {stratum} 层的规则（{names}）在 {MOST_ROUNDS} 轮后仍有新结果",
                    en=f"the rules of stratum {stratum} ({names}) still derive new statements "
                    f"after {MOST_ROUNDS} rounds",
                ),
                Text(
                    zh="检查规则铸造的 IRI 是否只取决于输入",
                    en="check that the IRIs they mint depend on their inputs only",
                ),
            )
    return sorted(derived, key=str)


def _construct(store: ox.Store, rule: Rule) -> list[ox.Triple]:
    try:
        result = store.query(rule.file.text, use_default_graph_as_union=True)
    except SyntaxError as error:
        line = error.lineno or 1
        raise FileProblem(
            "rule-syntax",
            Text(
                zh=f"{rule.file.path}:{line}：规则不是合法的 SPARQL：{error.msg}",
                en=f"{rule.file.path}:{line}: the rule is not SPARQL: {error.msg}",
            ),
            Text(
                zh="改正查询；`plankb query 文件` 可单独试运行",
                en="mend the query; `plankb query FILE` runs it alone",
            ),
            file=str(rule.file.path),
            line=line,
        ) from error
    if not isinstance(result, ox.QueryTriples):
        raise FileProblem(
            "rule-form",
            Text(
                zh=f"{rule.file.path}：规则须为 CONSTRUCT 查询",
                en=f"{rule.file.path}: a rule is a CONSTRUCT query",
            ),
            Text(zh="改为 CONSTRUCT", en="write it as a CONSTRUCT"),
            file=str(rule.file.path),
            line=1,
        )
    return list(result)
