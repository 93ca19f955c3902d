"""Addresses here of resources of ours, and whether there is such a resource.

Must not know what a resource means, nor how it is shown.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flask import request, url_for

from kb.errors import UnknownName
from kb.plan.evidence import Span
from kb.text import Language, Text
from server import language
from server.access import knowledge

#: What may stand in the path of an IRI of ours; everything else names nothing.
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]+")
#: The addresses of longer IRIs are not kept.
_LONG = 200


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
    if not iri.startswith(base):
        return ""
    lang = language.of_request() if suffix == "html" else None
    if len(iri) > _LONG:
        return _resource(request.script_root, base, iri, suffix, lang)
    return _kept_resource(request.script_root, base, iri, suffix, lang)


def clause(span: Span) -> str:
    """The address here of the page of a clause, in the language of the request."""
    name = span.source.rsplit("/", 1)[-1]
    return _clause(request.script_root, name, span.start, span.end, language.of_request())


def _resource(_root: str, base: str, iri: str, suffix: str, lang: Language | None) -> str:
    for space in ("id", "scheme"):
        start = f"{base}{space}/"
        if iri.startswith(start):
            local = f"{iri.removeprefix(start)}.{suffix}"
            return url_for("resources.resource", space=space, local=local, lang=lang)
    return ""


# A page has hundreds of addresses, and building them was most of its time. Beside what is named
# they depend on the path that the app is mounted at.
_kept_resource = lru_cache(maxsize=2**14)(_resource)


@lru_cache(maxsize=2**13)
def _clause(_root: str, name: str, start: int, end: int, lang: Language) -> str:
    return url_for("source.clause", name=name, start=start, end=end, lang=lang)
