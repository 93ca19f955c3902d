"""What a store calls its classes, properties and resources, to find them by a part of a name.

For editors that complete what is typed: in either language, by label, by code or by IRI.
Must not know the web, nor what any name means.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal as OneOf

import pyoxigraph as ox

from kb.store.interface import Row, Store
from kb.terms import OWL, RDF, RDFS, SKOS
from kb.text import Text

Kind = OneOf["class", "property", "resource", "prefix"]
KINDS: tuple[Kind, ...] = ("class", "property", "resource", "prefix")

#: Of labels that a store may hold, so many are read; the rest is found by query only.
_MOST_LABELS = 100_000
#: What a label is worth when several fit equally well: the name proper before its synonyms.
_WORTH = {
    RDFS + "label": 0,
    SKOS + "prefLabel": 0,
    SKOS + "notation": 1,
    SKOS + "altLabel": 1,
    SKOS + "hiddenLabel": 2,
}
#: What it counts against a name that no prefix makes short.
_UNNAMED = 10
_CLASSES = {OWL + "Class", RDFS + "Class"}
_PROPERTIES = {
    RDF + "Property",
    OWL + "ObjectProperty",
    OWL + "DatatypeProperty",
    OWL + "AnnotationProperty",
}
#: Local names that need no escape in SPARQL; others are written as a whole IRI.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_WORD = re.compile(r"[\s/:（）()“”·，、-]+")

_SHOWN = " ".join(f"<{iri}>" for iri in _WORTH if iri != SKOS + "hiddenLabel")
_LABELS = f"""SELECT ?x ?p ?l WHERE {{
    VALUES ?p {{ {_SHOWN} }} ?x ?p ?l }} LIMIT {_MOST_LABELS}"""
#: Hidden labels can be tens of thousands of words; those of what queries name are wanted.
_HIDDEN = f"""SELECT ?x ?p ?l WHERE {{
    BIND(<{SKOS}hiddenLabel> AS ?p) ?x ?p ?l FILTER(REGEX(STR(?x), "^(NAMESPACES)[^/#]*$"))
}} LIMIT {_MOST_LABELS}"""
_TYPES = f"""SELECT DISTINCT ?x ?type WHERE {{
    {{ SELECT DISTINCT ?x WHERE {{
        VALUES ?p {{ <{SKOS}prefLabel> <{RDFS}label> }} ?x ?p ?l }} LIMIT {_MOST_LABELS} }}
    ?x a ?type }}"""
_USED = """SELECT DISTINCT ?x ?use WHERE {
    { SELECT DISTINCT ?x WHERE { ?s ?x ?o } } BIND("property" AS ?use) }"""
_FILLED = """SELECT DISTINCT ?x ?use WHERE {
    { SELECT DISTINCT ?x WHERE { ?s a ?x } } BIND("class" AS ?use) }"""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a query can name.

    Args:
        kind: what it is; a class or property of any vocabulary, or a labelled resource.
        iri: of it; for a prefix, the namespace.
        short: as a prefixed name; empty where it has none.
        prefix: the prefix of the short name, without its colon.
        label: in both languages; the local name where it has none.
        type: the label of its class; empty for classes, properties and prefixes.
    """

    kind: Kind
    iri: str
    short: str
    prefix: str
    label: Text
    type: Text


class Names:
    """Every name of one revision, ready to be searched. Make one with :meth:`read`.

    Use it from any number of threads.
    """

    def __init__(self, names: Mapping[str, Name], keys: Iterable[tuple[str, int, str]]) -> None:
        self._names = names
        #: Folded key, its worth, and the IRI: sorted, so that a beginning is found at once.
        self._keys = sorted(keys)
        #: The same by the beginning of every further word.
        self._words = sorted(
            (key[at.end() :], worth, iri)
            for key, worth, iri in self._keys
            for at in _WORD.finditer(key)
            if key[at.end() :]
        )

    def __len__(self) -> int:
        return len(self._names)

    @classmethod
    def read(cls, store: Store, prefixes: Mapping[str, str]) -> Names:
        """Read the names of a store.

        Args:
            store: with one revision, which should not change meanwhile.
            prefixes: by which IRIs are shortened, and which are names themselves.

        Raises:
            QueryStopped, Overloaded: as the store does.
        """
        types: dict[str, set[str]] = {}
        for row in store.select(_TYPES):
            types.setdefault(_text(row, "x"), set()).add(_text(row, "type"))
        kinds: dict[str, Kind] = {}
        for query, kind in ((_FILLED, "class"), (_USED, "property")):
            for row in store.select(query):
                kinds[_text(row, "x")] = "class" if kind == "class" else "property"
        labels: dict[str, dict[str, str]] = {}
        keys: list[tuple[str, int, str]] = []
        spaces = "|".join(re.escape(iri) for iri in prefixes.values())
        hidden = _HIDDEN.replace("NAMESPACES", spaces.replace("\\", "\\\\"))
        for row in chain(store.select(_LABELS), store.select(hidden)):
            iri, way, literal = _text(row, "x"), _text(row, "p"), row["l"]
            if not isinstance(row["x"], ox.NamedNode) or not isinstance(literal, ox.Literal):
                continue
            keys.append((fold(literal.value), _WORTH[way], iri))
            if _WORTH[way] == 0:
                labels.setdefault(iri, {})[literal.language or ""] = literal.value
        shorten = _Shortener(prefixes)
        names = dict(_prefix_names(prefixes))
        for iri in {*labels, *kinds}:
            kind = _kind(types.get(iri, set()), kinds.get(iri))
            names[iri] = _name(iri, kind, labels, types.get(iri, set()), shorten)
        keys.extend(_own_keys(names.values()))
        return cls(names, (key for key in keys if key[2] in names))

    def search(self, text: str, kind: Kind | None = None, limit: int = 20) -> list[Name]:
        """The names that fit what was typed, the best first.

        A whole label comes before the beginning of one, this before the beginning of a later
        word in it, and this before any other part; of these, what has a prefixed name comes
        first, as queries are about such things; then what is shorter.

        Args:
            text: any part of a label in either language, a code, a prefixed name or an IRI;
                where empty, every name fits.
            kind: only names of this kind.
            limit: at most so many.
        """
        wanted = fold(text.strip().lstrip("<"))
        best: dict[str, tuple[int, int, str]] = {}
        for rank, (key, worth, iri) in self._found(wanted):
            unnamed = 0 if self._names[iri].short else _UNNAMED
            own = (rank * 100 + unnamed + worth, len(key), key)
            if (kind is None or self._names[iri].kind == kind) and own < best.get(
                iri, (999, 0, "")
            ):
                best[iri] = own
        order = sorted(best, key=lambda iri: (best[iri], iri))
        return [self._names[iri] for iri in order[:limit]]

    def _found(self, wanted: str) -> Iterable[tuple[int, tuple[str, int, str]]]:
        for rank, keys in ((1, self._keys), (2, self._words)):
            at = bisect.bisect_left(keys, (wanted,))
            while at < len(keys) and keys[at][0].startswith(wanted):
                yield (0 if rank == 1 and keys[at][0] == wanted else rank), keys[at]
                at += 1
        if wanted:
            yield from ((3, entry) for entry in self._keys if wanted in entry[0])


class _Shortener:
    """Prefixed names, by the longest namespace that fits."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._longest_first = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def short(self, iri: str) -> tuple[str, str]:
        for prefix, namespace in self._longest_first:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                return prefix, f"{prefix}:{iri[len(namespace) :]}"
        return "", ""


def fold(text: str) -> str:
    """A text as it is compared: width, case and runs of white space do not count.

    >>> fold("Ｒural  Talent")
    'rural talent'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _prefix_names(prefixes: Mapping[str, str]) -> Iterable[tuple[str, Name]]:
    for prefix, namespace in prefixes.items():
        short = prefix + ":"
        label = Text(short, short)
        yield short, Name("prefix", namespace, short, prefix, label, Text("", ""))


def _own_keys(names: Iterable[Name]) -> Iterable[tuple[str, int, str]]:
    """What everything is found by besides its labels: short name, local name and IRI."""
    for name in names:
        held = name.short if name.kind == "prefix" else name.iri
        yield fold(name.iri), 3, held
        if name.short:
            yield fold(name.short), 1, held
            if local := name.short.partition(":")[2]:
                yield fold(local), 1, held


def _kind(types: set[str], use: Kind | None) -> Kind:
    if types & _CLASSES:
        return "class"
    if types & _PROPERTIES:
        return "property"
    return use or "resource"


def _name(
    iri: str,
    kind: Kind,
    labels: Mapping[str, Mapping[str, str]],
    types: set[str],
    shorten: _Shortener,
) -> Name:
    prefix, short = shorten.short(iri)
    # The most special class is not to be known here; the one with the longest IRI often is it.
    shown = sorted((t for t in types if t in labels), key=lambda t: (-len(t), t))
    type_label = _label(shown[0], labels) if kind == "resource" and shown else Text("", "")
    return Name(kind, iri, short, prefix, _label(iri, labels), type_label)


def _label(iri: str, labels: Mapping[str, Mapping[str, str]]) -> Text:
    own = labels.get(iri, {})
    local = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    zh = own.get("zh") or own.get("") or own.get("en") or local
    return Text(zh, own.get("en") or own.get("") or zh)


def _text(row: Row, name: str) -> str:
    return str(getattr(row[name], "value", row[name]))
