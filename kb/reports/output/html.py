"""An audit as one HTML file that needs nothing else: both languages, light and dark, in print.

It loads nothing and runs nothing; a policy in it sees to that. The part that shows the audit is
the template that the pages of the service use. Must not know how anything was found.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from kb.plan.graph import SOURCE_NOTICE
from kb.reports.output.view import View
from kb.text import Text

#: Templates and styles of an audit; the service serves pages from the same.
TEMPLATES = Path(__file__).parent / "templates"
STYLES = Path(__file__).parent / "static"


def write(view: View) -> bytes:
    """The file of an audit."""
    names = "、".join(file.name for file in view.audit.files[:3])
    page = (
        _environment()
        .get_template("standalone.html")
        .render(
            v=view,
            say=_both,
            tip=lambda text: f"{text.zh} {text.en}",
            address=lambda _: "",
            clause=lambda _: "",
            rule=lambda _: "",
            waived={},
            waive="",
            notice=SOURCE_NOTICE,
            title=f"{names} · plankb" if names else "plankb",
            style=Markup(_style()),  # noqa: S704 - our own file
        )
    )
    return page.encode("utf-8", "replace")


def _both(text: Text) -> Markup:
    """A text in both languages, of which the page shows the one that is chosen."""
    if text.zh == text.en:
        return Markup("{}").format(text.zh)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(text.zh, text.en)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


@cache
def _style() -> str:
    return "\n".join(
        (STYLES / name).read_text(encoding="utf-8") for name in ("standalone.css", "audit.css")
    )
