"""Whether a request comes from a page of this service, and not from one of another site.

Must not know what is asked.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def says_own() -> bool | None:
    """What the browser says; None where it says nothing, as no browser of today does.

    By Sec-Fetch-Site (Fetch metadata), the older ones by Origin.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.host
    return None
