"""The knowledge base of the app at hand, for the blueprints.

Must not know what is asked of it.
"""

from __future__ import annotations

from typing import cast

from flask import current_app

from server.knowledge import Knowledge


def knowledge() -> Knowledge:
    """What the app answers from."""
    return cast(Knowledge, current_app.extensions["plankb"])
