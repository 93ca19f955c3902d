"""The knowledge base that the request at hand is answered from, for the blueprints.

Must not know what is asked of it.
"""

from __future__ import annotations

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
