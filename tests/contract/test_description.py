"""The W3C's three tests of the service description, which its manifest has in words only."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from tests.contract.expecting import Service

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

#: Domain and range of each property of the vocabulary (SPARQL 1.1 Service Description, 3).
SCHEMA = {
    SD.endpoint: (SD.Service, None),
    SD.feature: (SD.Service, SD.Feature),
    SD.defaultEntailmentRegime: (SD.Service, SD.EntailmentRegime),
    SD.entailmentRegime: (SD.NamedGraph, SD.EntailmentRegime),
    SD.defaultSupportedEntailmentProfile: (SD.Service, SD.EntailmentProfile),
    SD.supportedEntailmentProfile: (SD.NamedGraph, SD.EntailmentProfile),
    SD.extensionFunction: (SD.Service, SD.Function),
    SD.extensionAggregate: (SD.Service, SD.Aggregate),
    SD.languageExtension: (SD.Service, SD.Feature),
    SD.supportedLanguage: (SD.Service, SD.Language),
    SD.propertyFeature: (SD.Service, SD.Feature),
    SD.defaultDataset: (SD.Service, SD.Dataset),
    SD.availableGraphs: (SD.Service, SD.GraphCollection),
    SD.resultFormat: (SD.Service, None),
    SD.inputFormat: (SD.Service, None),
    SD.defaultGraph: (SD.Dataset, SD.Graph),
    SD.namedGraph: (SD.GraphCollection, SD.NamedGraph),
    SD.name: (SD.NamedGraph, None),
    SD.graph: (SD.NamedGraph, SD.Graph),
}
#: What the vocabulary itself says of its classes and individuals.
SUBCLASSES = {SD.Dataset: SD.GraphCollection}
INDIVIDUALS = {
    SD.Language: {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update},
    SD.Feature: {
        SD.DereferencesURIs,
        SD.UnionDefaultGraph,
        SD.RequiresDataset,
        SD.EmptyGraphs,
        SD.BasicFederatedQuery,
    },
    SD.EntailmentRegime: {URIRef("http://www.w3.org/ns/entailment/Simple")},
}


@pytest.fixture
def described(service: Service) -> Graph:
    answer = service.web.get("/sparql")
    assert answer.status_code == 200
    media = answer.headers["content-type"].split(";")[0]
    return Graph().parse(data=answer.content, format=media)


def test_returns_rdf(described: Graph) -> None:
    assert len(described) > 10


def test_has_endpoint_triple(described: Graph, service: Service) -> None:
    (one,) = described.subjects(RDF.type, SD.Service)
    address = URIRef(str(service.web.base_url).rstrip("/") + "/sparql")
    assert list(described.objects(one, SD.endpoint)) == [address]


def test_conforms_to_schema(described: Graph) -> None:
    own = [(s, URIRef(str(p)), o) for s, p, o in described if str(p).startswith(str(SD))]
    assert own
    for subject, predicate, value in own:
        domain, range_ = SCHEMA[predicate]
        assert is_a(described, subject, domain), (subject, predicate)
        assert not isinstance(value, Literal), (predicate, value)
        if range_ is not None:
            assert is_a(described, value, range_), (predicate, value)
    for named in described.subjects(RDF.type, SD.NamedGraph):
        assert len(list(described.objects(named, SD.name))) == 1
    for dataset in described.subjects(RDF.type, SD.Dataset):
        assert len(list(described.objects(dataset, SD.defaultGraph))) <= 1
    kinds = {str(kind) for kind in described.objects(None, RDF.type)}
    assert {kind for kind in kinds if kind.startswith(str(SD))} <= {
        str(SD[name]) for name in ("Service", "Dataset", "Graph", "NamedGraph")
    }


def is_a(graph: Graph, node: object, wanted: URIRef) -> bool:
    kinds = set(graph.objects(node, RDF.type))  # type: ignore[arg-type]
    kinds |= {SUBCLASSES[kind] for kind in kinds & SUBCLASSES.keys()}  # type: ignore[index]
    return wanted in kinds or node in INDIVIDUALS.get(wanted, set())
