"""Why a statement is made: its status, and the clauses, rule, reason or source behind it.

Must not know how an explanation is shown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from kb.errors import UnknownName
from kb.plan.evidence import Span, spans
from kb.plan.graph import PlanGraph
from kb.terms import DCTERMS, PROV, RDF, RDFS, SKOS, prefixes
from kb.text import Text

Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Explanation:
    """One statement with what it stands on.

    Attributes:
        subject, predicate, object: the statement; object as its text.
        status: stated, derived, editorial, external; vocabulary for definitions, evidence
            for the citations themselves.
        spans: clauses of the source, for a derived statement those of its inputs.
        rule: name of the rule that derived it.
        inputs: IRIs that the rule used.
        reason: why the editors say so.
        source: where an external statement comes from.
    """

    subject: str
    predicate: str
    object: str
    status: str
    spans: tuple[Span, ...] = ()
    rule: str = ""
    inputs: tuple[str, ...] = ()
    reason: Text | None = None
    source: str = ""

    @property
    def traceable(self) -> bool:
        """Whether the statement leads to something: a clause, a rule, a reason, a source."""
        needs = {
            "stated": bool(self.spans),
            "derived": bool(self.rule and self.inputs),
            "editorial": self.reason is not None,
            "external": bool(self.source),
        }
        return needs.get(self.status, True)

    def as_dict(self) -> dict[str, Any]:
        """The form in JSON; keys without a value are left out."""
        values: dict[str, Any] = {
            "subject": self.subject,
            "predicate": self.predicate,
            "object": self.object,
            "status": self.status,
            "evidence": [span.as_dict() for span in self.spans],
            "rule": self.rule,
            "inputs": list(self.inputs),
            "reason": self.reason.as_dict() if self.reason else None,
            "source": self.source,
        }
        return {key: value for key, value in values.items() if value}


class Explainer:
    """Explains statements of one plan graph. Build once, ask often.

    Args:
        graph: the plan graph.
    """

    def __init__(self, graph: PlanGraph) -> None:
        self.graph = graph
        self._ns = graph.base + "ns#"
        self._by_subject: dict[str, list[ox.Quad]] = defaultdict(list)
        for quad in graph.quads:
            self._by_subject[_text(quad.subject)].append(quad)

    @cached_property
    def _spans(self) -> dict[str, Span]:
        return {span.iri: span for span in spans(self.graph)}

    @cached_property
    def _about_triples(self) -> dict[ox.Triple, str]:
        """IRI of the rdf:Statement that speaks about a triple."""
        found: dict[ox.Triple, str] = {}
        wanted = [ox.NamedNode(RDF + name) for name in ("subject", "predicate", "object")]
        for iri, quads in self._by_subject.items():
            parts = {quad.predicate: quad.object for quad in quads}
            if all(name in parts for name in wanted):
                subject, predicate, value = (parts[name] for name in wanted)
                if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
                    found[ox.Triple(subject, predicate, value)] = iri
        return found

    @cached_property
    def _policies(self) -> list[tuple[frozenset[str], Text]]:
        """What each editorial policy covers (property and class IRIs, ``@en``), and why."""
        kind = ox.NamedNode(self._ns + "EditorialPolicy")
        found = []
        for iri, quads in sorted(self._by_subject.items()):
            if any(quad.object == kind for quad in quads):
                covered = {
                    _text(q.object) for q in quads if _local(q) in ("forProperty", "forClass")
                }
                covered |= {"@" + _text(q.object) for q in quads if _local(q) == "forLanguage"}
                if reason := self._reason(iri):
                    found.append((frozenset(covered), reason))
        return found

    def explain(
        self, subject: str, predicate: str | None = None, object_: str | None = None
    ) -> list[Explanation]:
        """All statements about a subject, or those that fit predicate and object.

        Args:
            subject: an IRI, an IRI below the plan's (``rural/target/headcount``), a prefixed
                name, or a label in either language.
            predicate: an IRI, prefixed name, local name or label of a property.
            object_: an IRI or the text of a literal.

        Raises:
            UnknownName: there is no such subject or property, or a label fits several.
        """
        iri = self.resolve(subject)
        wanted = None if predicate is None else self.resolve(predicate, term=True)
        value = None
        if object_ is not None:
            known = self._known(object_)
            value = known[0] if known else object_
        found = [
            self._explain(quad)
            for quad in self._by_subject[iri]
            if (wanted is None or quad.predicate.value == wanted)
            and (
                value is None
                or value in (_text(quad.object), object_)
                or object_ == _text(quad.object)
            )
        ]
        if not found:
            raise UnknownName(
                "no-such-statement",
                Text(
                    zh=f"规划图中没有这条陈述：{subject} {predicate or ''} {object_ or ''}",
                    en=f"the plan graph has no such statement: {subject} {predicate or ''} "
                    f"{object_ or ''}",
                ),
                Text(
                    zh=f"`plankb why {subject}` 列出关于它的全部陈述",
                    en=f"`plankb why {subject}` lists all statements about it",
                ),
            )
        return sorted(found, key=lambda one: (one.predicate, one.object))

    def everything(self) -> list[Explanation]:
        """Every statement of the plan's own graphs."""
        return [
            self._explain(quad)
            for quads in self._by_subject.values()
            for quad in quads
            if _status(quad) in ("stated", "derived", "editorial", "external")
        ]

    def cited(self, iris: list[str]) -> tuple[Span, ...]:
        """The clauses that resources stand on, followed back where they are derived."""
        return self._through(tuple(iris))

    def resolve(self, name: str, *, term: bool = False) -> str:
        """The IRI that a name means.

        Raises:
            UnknownName: none, or several (which the message lists).
        """
        found = self._known(name, term=term)
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownName(
                "ambiguous-name",
                Text(
                    zh=f"“{name}”可以指 {len(found)} 个资源：{'、'.join(found)}",
                    en=f"“{name}” may mean {len(found)} resources: {', '.join(found)}",
                ),
                Text(zh="请给出 IRI", en="give the IRI of the one you mean"),
            )
        near = self._nearest(name)
        raise UnknownName(
            "no-such-resource",
            Text(zh=f"没有名为“{name}”的资源", en=f"there is no resource “{name}”"),
            Text(
                zh=f"相近的有：{'、'.join(near)}" if near else "请给出 IRI 或名称",
                en=f"near ones: {', '.join(near)}" if near else "give an IRI or a label",
            ),
        )

    def _known(self, name: str, *, term: bool = False) -> list[str]:
        base = self.graph.base
        tries = [name, self._ns + name] if term else [name]
        tries += [f"{base}id/{plan}/{name}" for plan in self.graph.plans]
        tries += [base + "id/" + name, base + name, self._ns + name]
        prefix, colon, local = name.partition(":")
        for plan in self.graph.plans:
            if colon and prefix in (known := prefixes(base, plan)):
                tries.append(known[prefix] + local)
        for candidate in tries:
            if candidate in self._by_subject or (term and candidate in self._predicates.values()):
                return [candidate]
        if term and name in self._predicates:
            return [self._predicates[name]]
        return sorted(set(self._labels.get(name.strip().casefold(), ())))

    @cached_property
    def _predicates(self) -> dict[str, str]:
        """IRIs of the predicates in use, by local name."""
        used = sorted({quad.predicate.value for quad in self.graph.quads}, reverse=True)
        return {iri.replace("#", "/").rsplit("/", 1)[-1]: iri for iri in used}

    @cached_property
    def _labels(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in (SKOS + "prefLabel", RDFS + "label", SKOS + "altLabel"):
            for iri, quads in self._by_subject.items():
                for quad in quads:
                    if quad.predicate.value == name:
                        found[_text(quad.object).casefold()].append(iri)
        return found

    def _nearest(self, name: str) -> list[str]:
        from difflib import get_close_matches

        return get_close_matches(name.casefold(), self._labels, n=3, cutoff=0.5)

    def _explain(self, quad: ox.Quad) -> Explanation:
        subject, status = _text(quad.subject), _status(quad)
        speaking = self._about_triples.get(quad.triple, subject)
        if status == "derived":
            inputs = tuple(sorted(self._objects(speaking, PROV + "wasDerivedFrom")))
            rule = next(iter(self._objects(speaking, self._ns + "byRule")), "")
            return self._made(quad, status, self._through(inputs), rule=rule, inputs=inputs)
        own = self._cited([speaking]) or self._cited([subject])
        if status == "stated":
            return self._made(quad, status, own)
        if status == "editorial":
            reason = self._reason(speaking) or self._reason(subject) or self._policy(quad)
            return self._made(quad, status, own, reason=reason)
        if status == "external":
            source = "; ".join(sorted(self._objects(subject, DCTERMS + "source")))
            return self._made(quad, status, own, source=source)
        cited = self._spans.get(_text(quad.object)) or self._spans.get(subject)
        return self._made(quad, status, (cited,) if cited else ())

    def _made(
        self,
        quad: ox.Quad,
        status: str,
        cited: tuple[Span, ...],
        rule: str = "",
        inputs: tuple[str, ...] = (),
        reason: Text | None = None,
        source: str = "",
    ) -> Explanation:
        return Explanation(
            _text(quad.subject),
            quad.predicate.value,
            _text(quad.object),
            status,
            cited,
            rule.rsplit("/", 1)[-1],
            inputs,
            reason,
            source,
        )

    def _objects(self, subject: str, predicate: str) -> list[str]:
        return [
            _text(quad.object)
            for quad in self._by_subject.get(subject, ())
            if quad.predicate.value == predicate
        ]

    def _cited(self, subjects: list[str]) -> tuple[Span, ...]:
        found = {
            self._spans[iri]
            for subject in subjects
            for iri in self._objects(subject, self._ns + "evidence")
            if iri in self._spans
        }
        return tuple(sorted(found))

    def _through(self, inputs: tuple[str, ...]) -> tuple[Span, ...]:
        """The clauses of the inputs, followed back through what they were derived from."""
        seen: set[str] = set()
        waiting = list(inputs)
        while waiting:
            subject = waiting.pop()
            if subject not in seen:
                seen.add(subject)
                waiting += self._objects(subject, PROV + "wasDerivedFrom")
        return self._cited(sorted(seen))

    def _reason(self, subject: str) -> Text | None:
        texts = {
            quad.object.language: quad.object.value
            for quad in self._by_subject.get(subject, ())
            if quad.predicate.value == self._ns + "reason" and isinstance(quad.object, ox.Literal)
        }
        if not texts:
            return None
        either = next(iter(texts.values()))
        return Text(zh=texts.get("zh", either), en=texts.get("en", either))

    def _policy(self, quad: ox.Quad) -> Text | None:
        keys = {quad.predicate.value, *self._objects(_text(quad.subject), RDF + "type")}
        if isinstance(quad.object, ox.Literal) and quad.object.language:
            keys.add("@" + quad.object.language)
        return next((reason for covered, reason in self._policies if covered & keys), None)


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _local(quad: ox.Quad) -> str:
    return quad.predicate.value.rsplit("#", 1)[-1]


def _status(quad: ox.Quad) -> str:
    """The last segment of the graph's name is its status."""
    return _text(quad.graph_name).rsplit("/", 1)[-1]
