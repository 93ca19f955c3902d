"""What resources are called: their labels in both languages, by one query for all of them.

Must not know what is labelled.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kb.terms import OA, PROV, RDF, RDFS, SKOS
from kb.text import Text
from server.access import knowledge

#: Terms of RDF and PROV-O that the vocabulary does not declare.
_STANDARD = {
    RDF + "type": Text("类型", "type"),
    RDF + "subject": Text("主语", "subject"),
    RDF + "predicate": Text("谓语", "predicate"),
    RDF + "object": Text("宾语", "object"),
    RDF + "Statement": Text("单条陈述", "single statement"),
    PROV + "generatedAtTime": Text("收到时间", "received at"),
}


def labels(iris: Iterable[str]) -> dict[str, Text]:
    """The label of each resource; where it has none, its class and what it is about.

    Args:
        iris: that stand in the graph, so that they hold nothing but IRIs.

    Raises:
        QueryStopped, Overloaded: as any query.
    """
    every = sorted(set(iris))
    if not every:
        return {}
    named = " ".join(f"<{iri}>" for iri in every)
    said: dict[str, dict[str, str]] = {}
    for row in knowledge().store.select(
        f"""SELECT ?x ?l WHERE {{ VALUES ?x {{ {named} }}
            ?x <{SKOS}prefLabel>|<{RDFS}label> ?l }}"""
    ):
        resource, label = row["x"], row["l"]
        assert isinstance(resource, ox.NamedNode)
        assert isinstance(label, ox.Literal)
        said.setdefault(resource.value, {}).setdefault(label.language or "", label.value)
    found = {iri: _label(iri, said.get(iri, {})) for iri in every if iri in said}
    found |= {iri: _STANDARD[iri] for iri in every if iri in _STANDARD}
    bare = [iri for iri in every if iri not in found]
    return {**found, **_described(bare)} if bare else found


def _described(bare: list[str]) -> dict[str, Text]:
    """Names for what has no label: its class, then what it is about and its year or quote."""
    ns = knowledge().base + "ns#"
    named = " ".join(f"<{iri}>" for iri in bare)
    # What says most of it first.
    by = (RDF + "subject", ns + "indicator", ns + "target", ns + "team", ns + "inMeasure")
    about = " ".join(f"(<{name}> {rank})" for rank, name in enumerate(by))
    kinds: dict[str, Text] = {}
    subjects: dict[str, str] = {}
    tails: dict[str, str] = {}
    for row in knowledge().store.select(
        f"""SELECT ?x ?kind ?zh ?en ?about ?year ?quote WHERE {{ VALUES ?x {{ {named} }}
            ?x a ?kind
            OPTIONAL {{ ?kind <{RDFS}label> ?zh , ?en
                FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }}
            FILTER NOT EXISTS {{ ?x a ?narrow . ?narrow <{RDFS}subClassOf> ?kind }}
            OPTIONAL {{ VALUES (?by ?rank) {{ {about} }} ?x ?by ?about }}
            OPTIONAL {{ ?x <{ns}year> ?year }} OPTIONAL {{ ?x <{OA}exact> ?quote }}
        }} ORDER BY ?x ?kind ?rank ?about"""
    ):
        cell = {name: str(getattr(term, "value", term)) for name, term in row.items()}
        kind = Text(cell["zh"], cell["en"]) if "zh" in cell else _STANDARD.get(cell["kind"])
        if kind is not None:
            kinds.setdefault(cell["x"], kind)
        if "about" in cell:
            subjects.setdefault(cell["x"], cell["about"])
        tails.setdefault(cell["x"], cell.get("year", cell.get("quote", "")))
    # One step only: what they are about has a name, or else its own local name serves.
    inner = labels(set(subjects.values()) - set(bare)) if subjects else {}
    found = {}
    for iri in bare:
        kind, subject, tail = kinds.get(iri), subjects.get(iri, ""), tails.get(iri, "")
        if kind is None or not (subject or tail):
            found[iri] = Text(local(iri), local(iri))
            continue
        named_by = inner.get(subject, Text("", ""))
        found[iri] = Text(
            f"{kind.zh}：{' '.join(filter(None, (named_by.zh, tail)))}",
            f"{kind.en}: {' '.join(filter(None, (named_by.en, tail)))}",
        )
    return found


def _label(iri: str, own: dict[str, str]) -> Text:
    zh = own.get("zh") or own.get("") or own.get("en") or local(iri)
    return Text(zh, own.get("en") or zh)


def local(iri: str) -> str:
    """The last part of an IRI.

    >>> local("https://w3id.org/plankb/ns#Measure"), local("https://w3id.org/plankb/id/x/")
    ('Measure', 'x')
    """
    return iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
