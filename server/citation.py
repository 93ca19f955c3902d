"""How to cite a resource: GB/T 7714-2015 and BibTeX.

Must not know what the resource is about.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import url_for

from kb.text import Text
from server.access import knowledge


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference to a resource in the revision that is in force.

    Args:
        permalink: the resource's address, without language or format.
        gbt: by GB/T 7714-2015, as an electronic resource [DB/OL].
        bibtex: an ``@misc`` entry.
    """

    permalink: str
    gbt: Text
    bibtex: Text


def of(iri: str, label: Text) -> Citation:
    """The references to a resource, as of today."""
    space, _, local = iri.removeprefix(knowledge().base).partition("/")
    link = url_for("resources.resource", space=space, local=local, _external=True)
    today = dt.datetime.now(dt.UTC).date()
    revision = knowledge().revision[:12]
    key = "plankb:" + local.replace("/", ":")

    def gbt(title: str, name: str) -> str:
        return f"{name}. {title}[DB/OL]. ({revision})[{today}]. {link}."

    def bibtex(title: str, name: str) -> str:
        safe = title.replace("\\", "").replace("{", "(").replace("}", ")")
        return (
            f"@misc{{{key},\n  title = {{{safe}}},\n  author = {{{{{name}}}}},\n"
            f"  url = {{{link}}},\n  urldate = {{{today}}},\n  version = {{{revision}}}\n}}"
        )

    zh, en = "plankb 规划知识库", "plankb, knowledge base of a plan"
    return Citation(
        link,
        Text(gbt(label.zh, zh), gbt(label.en, en)),
        Text(bibtex(label.zh, zh), bibtex(label.en, en)),
    )
