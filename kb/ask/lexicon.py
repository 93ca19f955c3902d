"""The lexicon: every surface form of the graph and of the languages, and what it can mean.

Labels of things and classes come from the graph, so that a new plan or class brings its own
words. Must not know how a question is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from kb.ask.schema import Relation, Rows, Schema
from kb.ask.words import Words
from kb.ask.words import read as read_words
from kb.normalise import is_ideograph, keys, stem
from kb.terms import OWL, RDFS, SKOS
from kb.text import Text

SenseKind: TypeAlias = Literal[
    "class", "entity", "clause", "fact", "word", "topic", "number", "unit"
]

#: Where surface forms stand. A form that is preferred and also an alternative is the latter.
_LABELS = {
    "altLabel": SKOS,
    "hiddenLabel": SKOS,
    "prefLabel": SKOS,
    "label": RDFS,
    "notation": SKOS,
}
#: Records about statements: they have labels, but nobody asks for them by name.
_RECORDS = frozenset(
    {
        "Contribution",
        "Involvement",
        "RatioComponent",
        "Reading",
        "InformationGap",
        "CoverageGap",
        "WordSearch",
        "Rule",
        "EditorialPolicy",
        "NonFactualRange",
        "Assessability",
        "ImpliedFigure",
        "DeclaredCount",
        "Anomaly",
        "Caption",
        "Credit",
        "PlanStatement",
        "Submission",
        "Observation",
        "Assessment",
        "Grade",
        "SupportingIndicator",
        "Breakdown",
        "ReportSet",
    }
)
#: Words that ask are nothing else.
_ASKING = frozenset({"which", "who", "quantity", "people", "share", "define", "exists"})
#: Words that may share their stem with a topic's.
_EMPTY = frozenset({"filler", "general", "background", "foreign", "speaker", "yes-no"})
#: What the plan says in clauses: found by name only where no shorter words explain as much.
_CLAUSES = frozenset({"Measure", "Target", "QuantitativeTarget", "QualitativeTarget", "Mechanism"})

#: Words, or Chinese signs, of the longest name that is read: nobody asks by a longer one, and a
#: tree must not be deeper than it can be written.
_LONGEST = 250


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a surface form.

    Args:
        kind: a class, an entity, a clause of the plan, a kind of fact, a topic, a unit of
            measure, a number, or a word of a language.
        value: the IRI, the number, or the word's role.
        loose: by a hidden label: people say it, and may mean something else.
    """

    kind: SenseKind
    value: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """What the lexicon knows of an entity or class: its classes, labels and code."""

    iri: str
    kinds: frozenset[str]
    label: Text
    notation: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Surface forms as a tree of units, and the things that they stand for.

    Args:
        schema: classes and relations.
        words: the closed-class words.
        things: entities and classes by IRI.
        scope: IRIs that stand for the whole plan: naming them restricts nothing.
        tree: senses by units; the senses of a form are under the key ``""``.
        stems: topics by the stems of the words that people use for them.
        provisions: IRIs of the classes of what the plan provides.
        topic_words: English words of topics, as they are written.
        surfaces: the forms of each class, entity, unit and topic.
    """

    schema: Schema
    words: Words
    things: dict[str, Thing]
    scope: frozenset[str]
    tree: dict[str, Any] = field(default_factory=dict)
    stems: dict[str, Any] = field(default_factory=dict)
    provisions: frozenset[str] = frozenset()
    topic_words: set[str] = field(default_factory=set)
    surfaces: dict[str, list[str]] = field(default_factory=dict)
    _spoken: dict[str, Text] = field(default_factory=dict, compare=False)
    _members: dict[str, list[Thing]] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, select: Rows, base: str, words: Words | None = None) -> Lexicon:
        """Build it from a graph and the language files.

        Args:
            select: runs a SELECT query over the graph.
            base: base IRI in force.
            words: other closed-class words, for tests.
        """
        schema = Schema.read(select, base)
        words = words or read_words()
        things, forms = _things(select, schema)
        provisions = select(f"SELECT ?c WHERE {{ ?c <{schema.ns}provision> true }}")
        lexicon = cls(
            schema,
            words,
            things,
            _scope(select, schema, things),
            provisions=frozenset(row["c"] for row in provisions),
        )
        for role, phrases in words.roles.items():
            for phrase in phrases:
                lexicon.add(phrase, Sense("word", role))
        for surface, sense in forms:
            lexicon.add(surface, sense)
        lexicon._add_provision(select)
        unit = schema.ns + "Unit"
        for row in select(
            f"SELECT ?u ?s WHERE {{ ?u a <{unit}> ; <{schema.ns}symbol>|<{SKOS}hiddenLabel> ?s }}"
        ):
            lexicon.add(row["s"], Sense("unit", row["u"]))
        lexicon._add_topics(select)
        return lexicon

    def _add_topics(self, select: Rows) -> None:
        """Topics by all their labels.

        A word that only shares its stem with a class, a unit or a word of questions is left out.
        """
        taken = {stem(key) for key, node in self.tree.items() if _says_more(node.get("", ()))}
        rows = select(
            f"""SELECT ?t ?label ?how WHERE {{ ?t a <{self.kind("Topic")}> ; ?how ?label
                VALUES ?how {{ <{SKOS}prefLabel> <{SKOS}altLabel> <{SKOS}hiddenLabel> }} }}
                ORDER BY ?t ?label ?how"""
        )
        # A word that a clause is found by too is no mere paraphrase: those come first.
        for row in sorted(rows, key=lambda row: row["how"] == SKOS + "hiddenLabel"):
            words = keys(row["label"])
            if any(s.kind == "word" and s.value in _ASKING for s in self.senses(row["label"])):
                continue  # what asks for a share is no topic
            if len(words) == 1 and words[0] not in self.tree and stem(words[0]) in taken:
                continue  # personality is no person
            self.topic_words.update(w for w in words if w.isascii() and len(w) > 3)
            hidden = row["how"] == SKOS + "hiddenLabel"
            stems = [stem(word) for word in words]
            if row["t"] not in self.topics(stems):
                _plant(self.stems, stems, Sense("topic", row["t"], loose=hidden))
            self.surfaces.setdefault(row["t"], []).append(row["label"])

    def _add_provision(self, select: Rows) -> None:
        """What stands for any class of provisions, by the labels of the annotation."""
        labels = {}
        for row in select(
            f"""SELECT ?p ?l (LANG(?l) AS ?lang) WHERE {{
                <{self.provision}> ?p ?l . VALUES ?p {{ <{RDFS}label> <{SKOS}altLabel> }} }}"""
        ):
            self.add(row["l"], Sense("class", self.provision))
            if row["p"] == RDFS + "label":
                labels[row["lang"]] = row["l"]
        label = Text(labels.get("zh", ""), labels.get("en", ""))
        self.things[self.provision] = Thing(self.provision, frozenset(), label)

    def add(self, surface: str, sense: Sense) -> None:
        """Add one surface form."""
        if sense.kind in ("class", "entity", "clause", "fact", "unit"):
            self.surfaces.setdefault(sense.value, []).append(surface)
        _plant(self.tree, keys(surface), sense)

    def senses(self, surface: str) -> tuple[Sense, ...]:
        """All that a surface form can mean."""
        node = self.tree
        for key in keys(surface):
            if key not in node:
                return ()
            node = node[key]
        return tuple(node.get("", ()))

    def topics(self, stems: Sequence[str]) -> list[str]:
        """The topics that words with these stems, all of them together, stand for."""
        node: dict[str, Any] | None = self.stems
        for key in stems:
            node = node.get(key) if node else None
        return [sense.value for sense in node.get("", ())] if node else []

    @property
    def provision(self) -> str:
        """What stands for any class of provisions in a form."""
        return self.schema.ns + "provision"

    def kind(self, local: str) -> str:
        """IRI of a class of the vocabulary."""
        return self.schema.ns + local

    def members(self, kind: str) -> list[Thing]:
        """The named members of a class, in the order of their IRIs."""
        if kind not in self._members:
            self._members[kind] = [
                thing
                for _, thing in sorted(self.things.items())
                if any(self.schema.is_a(own, kind) for own in thing.kinds)
            ]
        return self._members[kind]

    def is_a(self, iri: str, kind: str) -> bool:
        """Whether a thing is a member of a class."""
        thing = self.things.get(iri)
        return thing is not None and any(self.schema.is_a(own, kind) for own in thing.kinds)

    def has_figures(self, kind: str) -> bool:
        """Whether the members of a class are targets, which can have a number."""
        return self.schema.is_a(kind, self.kind("Target"))

    def alike(self, one: str, other: str) -> bool:
        """Whether two things are of one class of the vocabulary, or of one scheme."""
        base = self.schema.ns.removesuffix("ns#")
        both = self.things[one].kinds & self.things[other].kinds
        return any(kind.startswith(base) for kind in both)

    def is_code(self, iri: str) -> bool:
        """Whether a thing is a code of a scheme, such as a comparator; an indicator is none."""
        own = self.things[iri].kinds
        return SKOS + "Concept" in own and self.kind("Indicator") not in own

    def is_clause(self, iri: str) -> bool:
        """Whether a thing is called by a clause of the plan."""
        return not _CLAUSES.isdisjoint(
            kind.removeprefix(self.schema.ns) for kind in self.things[iri].kinds
        )

    def relation(self, kind: str, iri: str) -> Relation:
        """How members of a class lead to a thing."""
        return self.schema.relation(kind, self.things[iri].kinds)

    def linked(self, kind: str, iri: str) -> bool:
        """Whether members of a class lead to a thing at all."""
        return iri in self.things and bool(self.relation(kind, iri))

    def relates(self, kind: str, other: str) -> bool:
        """Whether members of two classes are linked."""
        return bool(self.schema.relation(kind, (other,)))

    def is_label(self, iri: str, key: list[str]) -> bool:
        """Whether a thing's label in either language has these keys."""
        label = self.label(iri)
        return key in (keys(label.zh), keys(label.en))

    def spoken(self, iri: str) -> Text:
        """The label; where that has a meaning too many, or none, a form that has just one."""
        if iri not in self._spoken:
            label = self.label(iri)
            forms = self.surfaces.get(iri, [])
            chinese = [form for form in forms if any(map(is_ideograph, form))]
            others = [form for form in forms if form not in chinese]
            self._spoken[iri] = Text(
                self._plain(iri, label.zh, chinese), self._plain(iri, label.en, others or chinese)
            )
        return self._spoken[iri]

    def has_name(self, iri: str) -> bool:
        """Whether a thing can be called by a name in each language that is nobody else's."""
        spoken = self.spoken(iri)
        return self._means(spoken.zh) == self._means(spoken.en) == {iri}

    def _plain(self, iri: str, label: str, forms: list[str]) -> str:
        means = {form: self._means(form) for form in (label, *forms)}
        known = [form for form, values in means.items() if iri in values]
        return next((form for form in known if len(means[form]) == 1), (*known, label)[0])

    def _means(self, form: str) -> set[str]:
        kinds = ("class", "entity", "clause", "fact", "unit")
        return {sense.value for sense in self.senses(form) if sense.kind in kinds}

    def label(self, iri: str) -> Text:
        """A thing's label; its local name where it has none."""
        thing = self.things.get(iri)
        local = iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        return thing.label if thing else Text(zh=local, en=local)


def _says_more(senses: Iterable[Sense]) -> bool:
    """Whether a form is a class, a unit, or a word of a language that is not empty."""
    return any(
        sense.kind in ("class", "unit") or (sense.kind == "word" and sense.value not in _EMPTY)
        for sense in senses
    )


def _plant(tree: dict[str, Any], path: list[str], leaf: object) -> None:
    if not 0 < len(path) <= _LONGEST:
        return
    for key in path:
        tree = tree.setdefault(key, {})
    leaves: list[object] = tree.setdefault("", [])
    if leaf not in leaves:
        leaves.append(leaf)


def _things(select: Rows, schema: Schema) -> tuple[dict[str, Thing], list[tuple[str, Sense]]]:
    kinds: dict[str, set[str]] = {}
    for row in select(
        f"""SELECT ?s ?kind WHERE {{ ?s a|<{SKOS}inScheme> ?kind
            FILTER(STRSTARTS(STR(?kind), "{schema.ns.removesuffix("ns#")}")
            || ?kind IN (<{OWL}Class>, <{SKOS}Concept>)) }}"""
    ):
        kinds.setdefault(row["s"], set()).add(row["kind"])
    labels: dict[str, dict[str, str]] = {}
    notations: dict[str, str] = {}
    surfaces: dict[str, dict[str, bool]] = {}
    hidden: dict[str, set[str]] = {}
    for name, space in _LABELS.items():
        preferred = name in ("prefLabel", "label")
        for row in select(
            f"SELECT ?s ?label (LANG(?label) AS ?lang) WHERE {{ ?s <{space}{name}> ?label }}"
        ):
            iri, text = row["s"], row["label"]
            if name == "notation":
                notations[iri] = text
                continue
            if preferred:
                labels.setdefault(iri, {})[row["lang"]] = text
            surfaces.setdefault(iri, {}).setdefault(text, preferred)
            if name == "hiddenLabel":
                hidden.setdefault(iri, set()).add(text)
    things: dict[str, Thing] = {}
    forms: list[tuple[str, Sense]] = []
    for iri, own in sorted(kinds.items()):  # so that the order of senses never varies
        local = {kind.removeprefix(schema.ns) for kind in own}
        sense_kind = _sense_kind(iri, own, local, schema)
        if local & _RECORDS or sense_kind is None:
            continue
        label = labels.get(iri, {})
        zh = label.get("zh") or label.get("") or label.get("en", "")
        named = Text(zh, label.get("en") or zh)
        things[iri] = Thing(iri, frozenset(own), named, notations.get(iri, ""))
        # Codes (units, comparators …) are often everyday words: only forms that were given
        # for finding them count.
        code = sense_kind == "entity" and SKOS + "Concept" in own and "Indicator" not in local
        forms += [
            (surface, Sense(sense_kind, iri, surface in hidden.get(iri, ())))
            for surface, preferred in sorted(surfaces.get(iri, {}).items())
            # Topics are found by their stems, and units after a number by hidden labels too.
            if sense_kind != "topic"
            and not (code and preferred)
            and not ("Unit" in local and surface in hidden.get(iri, ()))
        ]
    return things, forms


def _sense_kind(iri: str, own: set[str], local: set[str], schema: Schema) -> SenseKind | None:
    if OWL + "Class" in own:
        return "class" if iri.startswith(schema.ns) else None
    if local & _CLAUSES:
        return "clause"
    if "Topic" in local:
        return "topic"
    return "fact" if "FactKind" in local else "entity"


def _scope(select: Rows, schema: Schema, things: Mapping[str, Thing]) -> frozenset[str]:
    """The plans themselves, their places and periods, and the sources that they are known from."""
    ns = schema.ns
    rows = select(
        f"""SELECT DISTINCT ?x WHERE {{
            {{ ?x a <{ns}Plan> }} UNION {{ ?x a <{ns}Source> }} UNION
            {{ ?plan a <{ns}Plan> ; <{ns}period>|<{ns}mentions> ?x }} }}"""
    )
    return frozenset({row["x"] for row in rows} | ({ns + "Plan", ns + "Source"} & set(things)))
