"""The ledger and the desk of this process, made when they are first asked for.

Must not know what is handed in.
"""

from __future__ import annotations

import contextlib
import threading
from typing import cast

from flask import Flask, current_app

from kb.errors import PlankbError
from kb.plan import graph
from kb.reports.desk import Desk
from kb.reports.ledger.ledger import Ledger
from kb.settings import Settings
from server.access import knowledge
from server.places import roam
from server.reported import plan_of

_LEDGER = "plankb.ledger"
_DESK = "plankb.desk"
#: The plan's revision that the desk was looked up for last.
_SEEN = "plankb.desk.revision"
#: For the process: what they guard is made once.
_LOCK, _MAKING = threading.Lock(), threading.Lock()


def settings() -> Settings:
    """Those in force."""
    return cast(Settings, current_app.extensions["plankb.settings"])


def ledger() -> Ledger:
    """The ledger.

    Raises:
        InputError, Overloaded: as :meth:`Ledger.open`.
    """
    found = current_app.extensions.get(_LEDGER)
    if found is None:
        with _LOCK:
            found = current_app.extensions.get(_LEDGER)
            if found is None:
                found = current_app.extensions[_LEDGER] = Ledger.of(settings())
    return cast(Ledger, found)


def desk() -> Desk:
    """Where files are handed in, with the plan of the revision that is served.

    A revision that differs only in the reports that were accepted has the same plan, and the
    same desk.
    """
    extensions = current_app.extensions
    revision = plan_of(knowledge().revision)
    if extensions.get(_SEEN) != revision or _DESK not in extensions:
        with _MAKING:
            if extensions.get(_SEEN) != revision or _DESK not in extensions:
                plan = graph.build(settings())
                kept = extensions.get(_DESK)
                if kept is None or kept.plan.revision != plan.revision:
                    extensions[_DESK] = Desk(plan, ledger, settings())
                extensions[_SEEN] = revision
    return cast(Desk, extensions[_DESK])


def warm(app: Flask) -> None:
    """Make the desk and the templates in a thread, before anybody needs them.

    The ledger is left alone.
    """

    def work() -> None:
        roam()
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
        with app.app_context(), contextlib.suppress(PlankbError, OSError):
            desk()

    threading.Thread(target=work, name="desk", daemon=True).start()
