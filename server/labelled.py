"""What resources are called: their labels in both languages, by one query for all of them.

Must not know what is labelled.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kb.terms import RDFS, SKOS
from kb.text import Text
from server.access import knowledge


def labels(iris: Iterable[str]) -> dict[str, Text]:
    """The label of each resource; its local name where it has none.

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
    return {iri: _label(iri, said.get(iri, {})) for iri in every}


def _label(iri: str, own: dict[str, str]) -> Text:
    zh = own.get("zh") or own.get("") or own.get("en") or local(iri)
    return Text(zh, own.get("en") or zh)


def local(iri: str) -> str:
    """The last part of an IRI.

    >>> local("https://w3id.org/plankb/ns#Measure"), local("https://w3id.org/plankb/id/x/")
    ('Measure', 'x')
    """
    return iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
