"""Who asks, and the knowledge base that the request at hand is answered from, for the blueprints.

Must not know what is asked of it.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
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
    """Whose budget of query time the request goes to."""
    return network(request.remote_addr or "")


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """Who has an address: itself, or with IPv6 its network, all of which one has (RFC 6177).

    >>> network("192.0.2.1"), network("2001:db8::1")
    ('192.0.2.1', '2001:db8::/64')
    """
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
