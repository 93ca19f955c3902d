"""The language of a page: what the address says, else what the browser prefers.

Must not know what is said in it.
"""

from __future__ import annotations

from flask import current_app, g, request

from kb.text import Language, Text


def of_request() -> Language:
    """Zh or en, for the request at hand."""
    if "language" in g:
        chosen: Language = g.language
        return chosen
    g.language = chosen = _asked()
    return chosen


def _asked() -> Language:
    asked = request.args.get("lang", "")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    # The list is in the order of preference; zh-TW is zh.
    primary = [tag.partition("-")[0].lower() for tag in request.accept_languages.values()]
    best = next((tag for tag in primary if tag in ("zh", "en")), "")
    preferred = best or current_app.config.get("PLANKB_LANG") or "zh"
    return "en" if preferred == "en" else "zh"


def choose(chosen: Language) -> None:
    """Settle the language of the request at hand, whatever else speaks for another."""
    g.language = chosen


def say(text: Text) -> str:
    """A text in the language of the request."""
    return text.in_(of_request())
