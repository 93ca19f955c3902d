"""Addresses here of resources of ours, and whether there is such a resource.

Must not know what a resource means, nor how it is shown.
"""

from __future__ import annotations

import re

from flask import url_for

from kb.errors import UnknownName
from kb.text import Text
from server import language
from server.access import knowledge

#: What may stand in the path of an IRI of ours; everything else names nothing.
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]+")


def existing(iri: str) -> str:
    """An IRI that somebody gave, if it is that of a resource of ours.

    Raises:
        UnknownName: nothing is said of it.
    """
    space, _, local = iri.removeprefix(knowledge().base).partition("/")
    return known(space if iri.startswith(knowledge().base) else "", local)


def known(space: str, local: str) -> str:
    """The IRI of a resource that exists.

    Raises:
        UnknownName: nothing is said of it.
    """
    iri = f"{knowledge().base}{space}/{local}"
    if space in ("id", "scheme") and _PATH.fullmatch(local):
        rows = knowledge().store.select(
            f"SELECT ?x WHERE {{ {{ <{iri}> ?p ?x }} UNION {{ ?x ?p <{iri}> }} }} LIMIT 1"
        )
        if rows:
            return iri
    shown = local[:80]
    raise UnknownName(
        "resource",
        Text(f"没有名为“{shown}”的资源", f"there is no resource “{shown}”"),
        Text("从首页提问可以找到资源", "resources can be found by asking on the home page"),
    )


def local_address(iri: str, suffix: str = "html") -> str:
    """The address here of a resource of ours; an outside one is not linked.

    Args:
        iri: of the resource.
        suffix: of its page or its data.
    """
    base = knowledge().base
    for space in ("id", "scheme"):
        start = f"{base}{space}/"
        if iri.startswith(start):
            return url_for(
                "resources.resource",
                space=space,
                local=f"{iri.removeprefix(start)}.{suffix}",
                lang=language.of_request() if suffix == "html" else None,
            )
    return ""
