"""Whether the service is alive, and whether it is ready. Must not know what it serves."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from server.access import knowledge

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
def ready() -> Response:
    """The engine answers, and has the revision that questions are answered from.

    Raises:
        PlankbError: the engine does not answer.
    """
    held = knowledge()
    status = held.store.status()
    response = jsonify(
        ready=status.revision == held.revision,
        revision=status.revision,
        busy=status.busy,
        queued=status.queued,
    )
    if status.revision != held.revision:
        response.status_code = 503
    return response
