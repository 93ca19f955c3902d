"""The first page: what this is, one box for questions and names, the plan at a glance.

Every number on it comes from a view or from the ledger. Must not know how a question is answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, url_for

from kb.errors import PlankbError
from kb.plan.views import view
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Filters, Submission
from kb.text import Text
from server import delivery, desks, language, search, tables, who
from server.access import knowledge
from server.chat_texts import SCRIPT as ASKING
from server.home_texts import PAGE
from server.labels import labels
from server.page_texts import PAGES
from server.shown import plural
from server.tables import Field, Line, Table

blueprint = Blueprint("home", __name__)

_EXAMPLES = 6
#: Figures of a team that stand on the page; its own page has all.
_FIGURES = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A target with a number: what is counted, how it compares, and how much, in words."""

    name: Field
    link: str
    comparator: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Team:
    """A team: itself, its first figures, how many more there are, and how its targets stand.

    Args:
        name: of it.
        figures: the first few.
        more: how many others.
        grades: by what the reports say, how many targets; empty where there are none.
    """

    name: Field
    figures: tuple[Figure, ...]
    more: int
    grades: tuple[tuple[Field, Text], ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """The plan at a glance.

    Args:
        headlines: its own targets with a number; aims: those without.
        teams: of it.
        tables: that all of this is from.
    """

    headlines: tuple[Figure, ...]
    aims: tuple[Field, ...]
    teams: tuple[Team, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Audits:
    """How auditing stands: how many were handed in, how many wait, and the newest."""

    total: int
    waiting: int
    newest: Submission


@blueprint.get("/")
def home() -> Response:
    """The page."""
    chosen = language.of_request()
    asker = knowledge().asker
    audits = _audits()
    content = render_template(
        "home.html",
        p={name: text.in_(chosen) for name, text in {**PAGES, **PAGE}.items()},
        plans=labels().plans,
        examples=asker.complete("", chosen, _EXAMPLES),
        glance=_glance,
        audits=audits,
        when=audits.newest.received_at[:10] if audits else "",
        config=_config(),
    )
    revision = knowledge().revision
    # The ledger moves without a revision, so a page that says how it stands is asked for anew;
    # all else that the page takes time for is kept by revision.
    own_tag = delivery.tag(revision, content)
    response = delivery.send(
        content.encode("utf-8", "replace"),
        "text/html; charset=utf-8",
        revision,
        own_tag,
        vary="Accept-Language",
    )
    if Ledger.exists(desks.settings()):
        response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Language"] = chosen
    return response


def _config() -> dict[str, object]:
    found = search.config()
    asking = {name: text.in_(language.of_request()) for name, text in ASKING.items()}
    said = found["t"]
    assert isinstance(said, dict)
    return {
        **found,
        "page": url_for("chat.page"),
        "suggest": url_for("ask.suggest"),
        "feedback": url_for("feedback.feedback"),
        "asked": None,
        "t": {**asking, **said},
    }


def _glance() -> Glance:
    headlines, figures = _table("headlines"), _table("team-figures")
    return Glance(
        tuple(_figure(line, "target") for line in headlines.lines if _has_number(line)),
        tuple(line.fields["target"] for line in headlines.lines if not _has_number(line)),
        tuple(_teams(figures, _progress())),
        (headlines, figures),
    )


def _table(name: str) -> Table:
    return tables.table(view(name, knowledge().base))


def _progress() -> list[Line]:
    """How the targets of the teams stand, plan by plan."""
    one = view("progress-of-teams", knowledge().base)
    return [line for plan in labels().plans for line in tables.table(one, plan.iri).lines]


def _has_number(line: Line) -> bool:
    return line.fields["value"].number is not None


def _figure(line: Line, name: str) -> Figure:
    """A line as a figure. Where there is no single number, the target says it in words."""
    fields = line.fields
    unit = fields["unit"].text
    number = fields["value"].text.en
    if not number:
        return Figure(fields["target"], fields["target"].link, Text("", ""), Text("", ""))
    symbol = labels().symbols.get("percent", "%") if unit.en == "percent" else ""
    nouns = plural(unit.en) if number != "1" else unit.en
    value = (
        Text(number + symbol, number + symbol)
        if symbol
        else Text(f"{number} {unit.zh}", f"{number} {nouns}")
    )
    comparator = fields["comparator"]
    unmarked = comparator.link.partition(".")[0].endswith("/equals")
    said = Text("", "") if unmarked else comparator.text
    return Figure(fields[name], fields["target"].link, said, value)


def _teams(figures: Table, progress: list[Line]) -> list[Team]:
    lines: dict[str, list[Line]] = {}
    for line in figures.lines:
        lines.setdefault(line.fields["team"].link, []).append(line)
    grades: dict[str, list[tuple[Field, Text]]] = {}
    for line in progress:
        own = line.fields
        grades.setdefault(own["team"].link, []).append((own["grade"], own["targets"].text))
    return [
        Team(
            own[0].fields["team"],
            tuple(_figure(line, "indicator") for line in own[:_FIGURES]),
            max(0, len(own) - _FIGURES),
            tuple(grades.get(link, ())),
        )
        for link, own in lines.items()
    ]


def _audits() -> Audits | None:
    """How auditing stands, for whoever may read that; None where nothing was handed in."""
    if who.is_closed() or not Ledger.exists(desks.settings()):
        return None
    try:
        ledger = desks.ledger()
        newest = ledger.list(Filters(), limit=1)
        waiting = ledger.list(Filters(state="submitted"), limit=1)
    except PlankbError:  # the plan can be read without the ledger
        return None
    return Audits(newest.total, waiting.total, newest.items[0]) if newest.items else None
