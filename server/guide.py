"""The user's guide, and what else of ``docs/`` is for users, as pages with their pictures.

The files are CommonMark with tables, which markdown-it renders without any HTML of theirs.
Must not know what a document says.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from flask import Blueprint, Response, url_for
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from kb.text import Language, Text
from server import language, views

blueprint = Blueprint("guide", __name__)

_BESIDE = Path(__file__).parent
#: In a checkout beside the code; in a wheel within it.
_FOLDERS = (_BESIDE.parent / "docs", _BESIDE / "_docs")
#: Documents by name: title, and file by language; a language without a file has the other's.
_DOCUMENTS = {
    "guide": (Text("使用指南", "User's guide"), {"zh": "guide.zh.md", "en": "guide.en.md"}),
    "ontology": (Text("本体参考", "The ontology"), {"en": "ontology.md"}),
    "sparql": (Text("SPARQL 端点", "The SPARQL endpoint"), {"en": "sparql.md"}),
}
_PICTURES = "guide"


@dataclass(frozen=True, slots=True)
class Document:
    """One document, rendered.

    Args:
        title: of it.
        language: that it is written in.
        contents: its sections: anchor and heading.
        body: HTML, without the first heading.
    """

    title: Text
    language: Language
    contents: tuple[tuple[str, str], ...]
    body: Markup


@blueprint.get("/guide", defaults={"name": "guide"})
@blueprint.get(f"/guide/<any({', '.join(list(_DOCUMENTS)[1:])}):name>")
def page(name: str) -> Response:
    """A document."""
    chosen = language.of_request()
    others = [(other, title) for other, (title, _) in _DOCUMENTS.items() if other != name]
    return views.page("guide.html", document=_document(name, chosen), others=others)


@blueprint.get("/guide/<name>.webp")
def picture(name: str) -> Response:
    """A picture of the guide."""
    found = _pictures().get(f"{name}.webp")
    if found is None:
        raise NotFound
    response = Response(found.read_bytes(), content_type="image/webp")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.add_etag()
    return response


@cache
def _pictures() -> dict[str, Path]:
    return {path.name: path for path in sorted((_folder() / _PICTURES).glob("*.webp"))}


@cache
def _folder() -> Path:
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])


@cache
def _document(name: str, chosen: Language) -> Document:
    title, files = _DOCUMENTS[name]
    own: Language = chosen if chosen in files else "en"
    text = (_folder() / files[own]).read_text(encoding="utf-8")
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    contents = _anchored(tokens)
    first = next((at for at, token in enumerate(tokens) if token.type == "heading_close"), -1)
    if _only_link(tokens[first + 2 : first + 3]):
        first += 3  # to the other language, which each page has at its head
    for token in tokens:
        _led_here(token, chosen)
        _joined(token)
    body = parser.renderer.render(tokens[first + 1 :], parser.options, {})
    return Document(title, own, contents, Markup(_dressed(body, chosen)))  # noqa: S704 - files of ours, HTML escaped


def _anchored(tokens: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """Give each heading an anchor; those of the second level are the contents."""
    taken: set[str] = set()
    contents = []
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        heading = re.sub(r"[`*]", "", tokens[at + 1].content)
        anchor = re.sub(r"[^\w]+", "-", heading.casefold()).strip("-")
        while anchor in taken:
            anchor += "-2"
        taken.add(anchor)
        token.attrSet("id", anchor)
        if token.tag == "h2":
            contents.append((anchor, heading))
    return tuple(contents)


def _led_here(token: Token, lang: Language) -> None:
    """Lead links between the files, and to their pictures, to the pages here."""
    for child in token.children or ():
        href = str(child.attrGet("href") or "")
        if child.type == "link_open" and not re.match(r"[a-z]+:|#|/", href):
            child.attrSet("href", _page_of(href, lang))
        if child.type == "image":
            name = str(child.attrGet("src") or "").rpartition("/")[2].removesuffix(".webp")
            child.attrSet("src", url_for("guide.picture", name=name))
            child.attrSet("loading", "lazy")
            if size := _size(_pictures().get(f"{name}.webp")):
                child.attrSet("width", str(size[0]))
                child.attrSet("height", str(size[1]))


def _only_link(tokens: Sequence[Token]) -> bool:
    children = [child.type for token in tokens for child in token.children or ()]
    return children == ["link_open", "text", "link_close"]


def _joined(token: Token) -> None:
    """Lines of Chinese go on without a space."""
    children = token.children or []
    for before, child, after in zip(children, children[1:], children[2:], strict=False):
        if child.type == "softbreak" and _wide(before.content[-1:]) and _wide(after.content[:1]):
            child.type, child.content = "text", ""


def _wide(sign: str) -> bool:
    return bool(sign) and unicodedata.east_asian_width(sign) in "WF"


def _page_of(href: str, lang: Language) -> str:
    """The page of a file that another links to; the guide, where it is none for users."""
    file, _, anchor = href.partition("#")
    for name, (_, files) in _DOCUMENTS.items():
        for own, known in files.items():
            if Path(file).name == known:
                spoken = own if len(files) > 1 else lang
                return url_for("guide.page", name=name, lang=spoken, _anchor=anchor or None)
    return url_for("guide.page", lang=lang)


def _size(path: Path | None) -> tuple[int, int] | None:
    """Width and height of a WebP (RFC 9649, extended), so that nothing moves when it comes."""
    head = path.read_bytes()[:30] if path else b""
    if head[12:16] != b"VP8X":
        return None
    width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
    return width, height


def _dressed(body: str, lang: Language) -> str:
    """Wide things scroll by themselves, and can be reached by keyboard."""
    label = escape(Text("表", "Table").in_(lang))
    numbers = itertools.count(1)

    def region(_: re.Match[str]) -> str:
        named = f"{label} {next(numbers)}"
        return (
            f'<div class="scroll" role="region" tabindex="0" aria-label="{named}">'
            '<table class="data">'
        )

    body = re.sub("<table>", region, body)
    body = body.replace("</table>", "</table></div>")
    return body.replace("<pre>", '<pre tabindex="0">')
