"""What the tests of the store work on: a small dataset, an endless query, a listener.

Must not know pytest.
"""

from __future__ import annotations

import os
import select
import socket

import pyoxigraph as ox

NS = "http://example.org/"
PREFIXES = {"": NS}

#: Takes longer than anyone will wait, without much memory.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(NS + name)


def dataset(size: int = 1200) -> list[ox.Quad]:
    return [
        ox.Quad(node(f"s{i % 100}"), node(f"p{i % 7}"), ox.Literal(i), node(f"g{i % 3}"))
        for i in range(size)
    ]


class Listener:
    """Listens on loopback; a connection that anyone made stays in its backlog."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def connections(self) -> int:
        count = 0
        while True:
            try:
                self.socket.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


def ends(pid: int, within: float = 20.0) -> bool:
    """Whether the process ends in that time, or has."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)
