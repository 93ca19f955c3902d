"""Scripts and styles under addresses that change with their content, so that they keep for good.

The address holds a hash over all files: one that differs anywhere gives every file
a new address, so that scripts that import each other always are of one version.
Must not know what the files are for.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.exceptions import NotFound

from kb.reports.output.html import STYLES
from server import negotiation

blueprint = Blueprint("assets", __name__)

_FOR_GOOD = "public, max-age=31536000, immutable"
#: What is worth compressing; pictures and fonts are compressed already.
_TEXTS = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent.

    Args:
        media_type: with its charset.
        plain: the bytes.
        packed: the same in gzip; empty where that gains nothing.
    """

    media_type: str
    plain: bytes
    packed: bytes


@cache
def collected(*folders: Path) -> tuple[str, dict[str, Asset]]:
    """Hash and files of some folders, read once in the life of the process."""
    total = hashlib.sha256()
    found = {}
    held = [(top, path) for top in folders for path in top.rglob("*") if path.is_file()]
    for top, path in sorted(held):
        name, content = path.relative_to(top).as_posix(), path.read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
        found[name] = _asset(path, content)
    return total.hexdigest()[:16], found


def address(name: str) -> str:
    """The address of a file of ``static/``, for templates."""
    return url_for("assets.asset", version=_of_app()[0], name=name)


@blueprint.get("/assets/<version>/<path:name>")
def asset(version: str, name: str) -> Response:
    """A file. An address of another version gets what there is now, and may not keep it."""
    current, files = _of_app()
    if name not in files:
        raise NotFound
    held = files[name]
    response = Response(content_type=held.media_type)
    packed = bool(held.packed) and negotiation.takes_gzip(request.headers.get("Accept-Encoding"))
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(held.packed if packed else held.plain)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_GOOD if version == current else "no-cache"
    response.set_etag(f"{current}{'-gzip' if packed else ''}")
    response.make_conditional(request)
    return response


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """The icon where browsers look for one unasked: beside what is no page."""
    response = Response(_of_app()[1]["icon.svg"].plain, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _of_app() -> tuple[str, dict[str, Asset]]:
    # An audit looks on a page as it does in a file of its own, whose style is beside its template.
    return collected(Path(str(current_app.static_folder)), STYLES)


def _asset(path: Path, content: bytes) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "text/javascript" if path.suffix == ".js" else kind
    if not kind.startswith(_TEXTS):
        return Asset(kind, content, b"")
    packed = gzip.compress(content, 9, mtime=0)
    media = kind if kind == "image/svg+xml" else f"{kind}; charset=utf-8"
    return Asset(media, content, packed if len(packed) < len(content) else b"")
