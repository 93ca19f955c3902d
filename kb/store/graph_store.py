"""Graphs of a remote store, written by the SPARQL 1.1 Graph Store HTTP Protocol.

Must not know what the graphs are about, nor in which order they are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

import pyoxigraph as ox

from kb.errors import InputError, Overloaded
from kb.store.embedded import EmbeddedStore
from kb.store.endpoint import Endpoint, TimeIsUp
from kb.text import Text

#: Seconds that one graph may take.
_SECONDS = 600.0


class GraphStore:
    """Where graphs are put and deleted.

    Args:
        url: of the protocol; graphs are named indirectly, by ``?graph=``.
    """

    def __init__(self, url: str) -> None:
        self._endpoint = Endpoint(url)

    def put(self, iri: str, triples: bytes) -> None:
        """Put N-Triples in the place of all that a graph has, or make that graph.

        Raises:
            PlankbError: the server refused.
            Overloaded: it does not answer.
        """
        self._do("PUT", iri, triples, (200, 201, 204))

    def delete(self, iri: str) -> None:
        """Delete a graph, if it is there; raises as :meth:`put`."""
        self._do("DELETE", iri, b"", (200, 202, 204, 404))

    def close(self) -> None:
        """Close the connections."""
        self._endpoint.close()

    def _do(self, method: str, iri: str, body: bytes, good: tuple[int, ...]) -> None:
        sign = "&" if "?" in self._endpoint.url else "?"
        try:
            reply = self._endpoint.ask(
                method,
                headers={"Content-Type": "application/n-triples"} if body else {},
                body=body,
                suffix=sign + urlencode({"graph": iri}),
                seconds=_SECONDS,
                most=2**20,
            )
        except TimeIsUp:
            raise Overloaded(
                "store-lost",
                Text(
                    zh=f"远程数据服务在 {_SECONDS:g} 秒内未写完图 {iri}",
                    en=f"the remote store did not write {iri} within {_SECONDS:g} s",
                ),
                retry_after=60,
            ) from None
        if reply.status not in good:
            raise self._endpoint.refused(reply)


def graphs_of(data: Iterable[ox.Quad] | bytes) -> dict[str, bytes]:
    """The triples of each graph as N-Triples.

    Raises:
        InputError: the data does not parse, a triple stands in two graphs or in none.
    """
    store = EmbeddedStore()
    store.load(data, "")
    names = {quad.graph_name for quad in store.quads()}
    if any(not isinstance(name, ox.NamedNode) for name in names):
        raise InputError(
            "triple-nowhere",
            Text(zh="有三元组不在任何命名图中", en="a triple stands in no named graph"),
            Text(zh="把每个三元组放进一个命名图", en="put each triple into a named graph"),
        )
    iris = sorted(name.value for name in names if isinstance(name, ox.NamedNode))
    return {iri: store.nquads(iri) for iri in iris}
