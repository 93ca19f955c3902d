"""The Flask app: blueprints, headers, and what templates may use.

Must not know what any route does.
"""

from __future__ import annotations

import atexit
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Flask, Response, request, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from kb.ask.misses import Misses
from kb.errors import PlankbError
from kb.plan.graph import SOURCE_NOTICE
from kb.reports.output.html import TEMPLATES
from kb.settings import Settings
from server import (
    addresses,
    ask,
    assets,
    catalogue,
    chat,
    data,
    delivery,
    description,
    editor,
    explaining,
    feedback,
    graph_store,
    guide,
    held,
    home,
    keys,
    language,
    manual,
    neighbours,
    ops,
    overview,
    problems,
    questions,
    reports,
    resources,
    rules,
    search,
    source,
    sparql,
    submitted,
    submitting,
    table_files,
    views,
)
from server.knowledge import Knowledge
from server.labels import labels
from server.texts import TEXTS

_SUBJECTS = (
    home, ask, chat, catalogue, data, guide, source, feedback, sparql, editor, description,
    graph_store, resources, views, overview, questions, search, neighbours, manual, reports,
    submitted, submitting, explaining, rules, ops, assets,
)  # fmt: skip

#: The largest request body: a query may have 100 kB, and a form some more.
_LARGEST = 2 * 2**20


def create_app(settings: Settings, knowledge: Knowledge | None = None) -> Flask:
    """The service as a WSGI app.

    Args:
        settings: in force.
        knowledge: what it answers from; where none is given it is started, and ended with
            the process.

    Raises:
        As :meth:`server.knowledge.Knowledge.start`.
    """
    if knowledge is None:
        knowledge = Knowledge.start(settings)
        atexit.register(knowledge.close)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.config["PLANKB_LANG"] = settings.lang
    app.extensions["plankb"] = knowledge
    app.extensions["plankb.settings"] = settings
    app.extensions[ask.MISSES] = Misses.of(settings)
    # The part that shows an audit is the same in a file of its own.
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(Path(__file__).parent / "templates"), FileSystemLoader(TEMPLATES)]
    )
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    for subject in _SUBJECTS:
        app.register_blueprint(subject.blueprint)
    problems.install(app)
    delivery.install(app)
    ops.install(app)
    app.add_template_filter(addresses.local_address, "local_address")
    app.add_template_filter(addresses.clause, "clause_address")
    app.add_template_filter(table_files.named, "format_name")
    app.add_template_global(held.rendered, "rendered")
    app.context_processor(_for_templates)
    app.after_request(_with_headers)
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def _for_templates() -> dict[str, object]:
    chosen = language.of_request()
    other = "en" if chosen == "zh" else "zh"
    arguments = {**request.args.to_dict(), "lang": other} if request.endpoint else {"lang": other}
    # Not by url_for: it would take parameters such as "endpoint" for its own.
    here = request.script_root + request.path if request.endpoint else url_for("home.home")
    return {
        "lang": chosen,
        "other": f"{quote(here)}?{urlencode(arguments, errors='replace')}",
        "other_lang": other,
        "say": language.say,
        "asset": assets.address,
        "t": {name: text.in_(chosen) for name, text in TEXTS.items()},
        "notice": SOURCE_NOTICE.in_(chosen),
        "plan_page": _plan_page(),
        "here": request.endpoint or "",
        "keys": keys.keys(),
    }


def _plan_page() -> str:
    """The page of the plan, for every page's navigation; none where it cannot be said."""
    try:
        plans = labels().plans
    except PlankbError:  # this page may be the one that says that the engine is gone
        return ""
    return addresses.local_address(plans[0].iri) if plans else ""


def _with_headers(response: Response) -> Response:
    for name, value in delivery.SAFE.items():
        response.headers.setdefault(name, value)
    return response
