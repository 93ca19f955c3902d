"""Who asks, and the knowledge base that the request at hand is answered from, for the blueprints.

Must not know what is asked of it.
"""

from __future__ import annotations

import ipaddress
from typing import cast

from flask import current_app, has_request_context, request

from server.knowledge import Knowledge

#: Where in a request's WSGI environment the front says which revision it began with, so that
#: a request sees one revision from its beginning to its end.
KNOWLEDGE = "plankb.knowledge"


def knowledge() -> Knowledge:
    """What the app answers from."""
    found = request.environ.get(KNOWLEDGE) if has_request_context() else None
    return cast(Knowledge, found or current_app.extensions["plankb"])


def client() -> str:
    """Whose budget of query time the request goes to: an address.

    Who has an IPv6 address has all of its network (RFC 6177), so it is that which counts.
    """
    address = request.remote_addr or ""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
