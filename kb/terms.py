"""Namespaces and IRIs: the one place that builds them.

Must not know what any term means; the ontology says that.
"""

from __future__ import annotations

from typing import Final

DEFAULT_BASE: Final = "https://w3id.org/plankb/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
ORG: Final = "http://www.w3.org/ns/org#"
OA: Final = "http://www.w3.org/ns/oa#"
QB: Final = "http://purl.org/linked-data/cube#"
DQV: Final = "http://www.w3.org/ns/dqv#"
SH: Final = "http://www.w3.org/ns/shacl#"
VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"


def prefixes(base: str = DEFAULT_BASE, plan: str = "jiangjin-6-4") -> dict[str, str]:
    """The prefixes that every query and export of plankb may use.

    Args:
        base: base IRI, ending with ``/``.
        plan: the plan's code, a path segment of its IRIs.
    """
    return {
        "": base + "ns#",
        "id": f"{base}id/{plan}/",
        "graph": f"{base}graph/{plan}/",
        "scheme": base + "scheme/",
        "team": f"{base}id/{plan}/team/",
        "span": f"{base}id/{plan}/span/",
        "indicator": base + "scheme/indicator/",
        "comparator": base + "scheme/comparator/",
        "unit": base + "scheme/unit/",
        "rdf": RDF,
        "rdfs": RDFS,
        "owl": OWL,
        "xsd": XSD,
        "skos": SKOS,
        "dcterms": DCTERMS,
        "prov": PROV,
        "org": ORG,
        "oa": OA,
        "qb": QB,
        "dqv": DQV,
        "sh": SH,
        "void": VOID,
        "dcat": DCAT,
    }
