"""Requests that mean harm, and the statuses that each may be answered with.

Must not know how they are sent, nor who answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_QUERY = "application/sparql-query"
STOPPED = (422, 503, 504)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One request.

    Args:
        name: what it tries.
        query: sent by POST, unless ``path`` is given.
        statuses: any of these is right.
        path: sent by GET instead, as it is.
        headers: besides the media type.
        expected: what must be in the answer's text.
    """

    name: str
    query: bytes
    statuses: tuple[int, ...]
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    expected: str = ""

    @property
    def sent(self) -> dict[str, str]:
        """Its headers."""
        return {"Content-Type": _QUERY, **self.headers}


def _h(name: str, query: str, *statuses: int, expected: str = "") -> Hostile:
    return Hostile(name, query.encode(), statuses, expected=expected)


def requests(listener: str) -> list[Hostile]:
    """All of them.

    Args:
        listener: ``http://127.0.0.1:PORT``, where someone listens whom no query may reach.
    """
    nested = "{" * 3000 + "?s ?p ?o" + "}" * 3000
    brackets = "(" * 20_000 + "1" + ")" * 20_000
    doubling = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(34))
    values = " ".join(f"({n} {n})" for n in range(15_000))
    optionals = " ".join(f"OPTIONAL {{ ?s{n} ?p{n} ?o{n} }}" for n in range(40))
    return [
        _h("cross product", f"SELECT (COUNT(*) AS ?n) {{ {_ALL} }}", *STOPPED),
        _h("cross product, streamed", f"SELECT * {{ {_ALL} }}", *STOPPED),
        _h("cross product, sorted", f"SELECT * {{ {_ALL} }} ORDER BY ?c ?f ?i LIMIT 5", *STOPPED),
        _h("cross product, distinct", f"SELECT DISTINCT ?c ?f ?i {{ {_ALL} }}", *STOPPED),
        _h("cross product, constructed", f"CONSTRUCT {{ ?a ?e ?i }} {{ {_ALL} }}", *STOPPED),
        _h("cross product, grouped",
           f"SELECT ?a ?d (GROUP_CONCAT(STR(?i)) AS ?n) {{ {_ALL} }} GROUP BY ?a ?d", *STOPPED),
        _h("cross product, denied", f"ASK {{ {_ALL} FILTER(?c = ?f && ?f = ?i && ?a = 1) }}",
           200, *STOPPED),
        _h("path over everything", "SELECT (COUNT(*) AS ?n) { ?s (!<x:x>)* ?o . ?o (!<x:y>)* ?z }",
           *STOPPED),
        _h("path both ways", "SELECT (COUNT(*) AS ?n) { ?s (!<x:x>|^!<x:x>)+ ?o }", *STOPPED),
        _h("sorted at random",
           "SELECT ?a { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND() SHA512(STR(?c)) LIMIT 1", *STOPPED),
        _h("regular expression, doubled",
           'ASK { BIND("' + "a" * 5000 + '!" AS ?x) FILTER(REGEX(?x, "^(a+)+$")) }', 200),
        _h("regular expression, repeated",
           'SELECT (COUNT(*) AS ?n) { ?s ?p ?o '
           'FILTER(REGEX(STR(?o), "((a{1,900}){1,900}){1,90}")) }',
           200, 400, *STOPPED),
        _h("nested groups", f"SELECT * {{ {nested} }}", 200, 400, 403, 422),
        _h("nested brackets", f"ASK {{ FILTER({brackets}) }}", 200, 400, 403, 422),
        _h("memory, doubled", f'SELECT * {{ BIND("0123456789abcdef" AS ?x0) {doubling} }}',
           *STOPPED),
        _h("memory, in a table",
           "SELECT ?a (SAMPLE(?z) AS ?y) { ?a ?b ?c . ?d ?e ?f "
           "BIND(CONCAT(STR(?a), STR(?f), STR(?e)) AS ?z) } GROUP BY ?a ?z", *STOPPED),
        _h("giant literal", 'SELECT ("' + "x" * 240_000 + '" AS ?x) {}', 200, expected="xxxx"),
        _h("many values",
           f"SELECT (COUNT(*) AS ?n) {{ VALUES (?x ?y) {{ {values} }} ?a ?b ?c . ?d ?e ?f "
           "FILTER(STR(?c) = STR(?x)) }", *STOPPED),
        _h("many optional parts", f"SELECT * {{ {optionals} }}", *STOPPED),
        _h("SERVICE", f"SELECT * {{ SERVICE <{listener}/sparql> {{ ?s ?p ?o }} }}",
           403, expected="SERVICE"),
        _h("SERVICE, hidden",
           "SELECT * { ?s ?p ?o OPTIONAL { { SELECT * { GRAPH ?g { sErViCe "
           f"SILENT <{listener}/sparql> {{ ?s ?p ?o }} }} }} }} }}", 403, expected="SERVICE"),
        _h("LOAD", f"LOAD <{listener}/data.ttl> INTO GRAPH <x:g>", 403, expected="LOAD"),
        _h("FROM a server and a file",
           f"SELECT (COUNT(*) AS ?n) FROM <{listener}/data.ttl> FROM NAMED <file:///etc/passwd> "
           "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", 200, expected='"0"'),
        Hostile("no UTF-8", b"SELECT * { ?s ?p '\xff\xfe' }", (400,)),
        Hostile("too long for a query", b"ASK { } #" + b"x" * 300_000, (403, 413)),
        Hostile("too long for a request", b"#" * 3 * 2**20, (413,)),
        Hostile("too long for an address", b"", (400, 414, 431),
                path="/sparql?query=" + "x" * 70_000),
        Hostile("not a query", b"\x00\x01 SELECT }{ \\u0000 \xc3\xa9", (400,)),
    ]  # fmt: skip
