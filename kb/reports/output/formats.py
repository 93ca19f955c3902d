"""The forms that an audit can be written in. Must not know what any form looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kb.plan.graph import PlanGraph
from kb.reports.finding import Audit
from kb.reports.sheet import Sheet, Upload
from kb.text import Language


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit with what forms of it show beside the findings.

    Args:
        audit: the audit.
        plan: the plan that it was made against.
        uploads: the files as they were received, in the order of the audit.
        sheets: their tables.
        language: of forms that are in one language.
    """

    audit: Audit
    plan: PlanGraph
    uploads: Sequence[Upload]
    sheets: Sequence[Sheet]
    language: Language


def _text(given: Audited) -> bytes:
    from kb.reports.output import text

    return text.write(given.audit, given.language)


def _json(given: Audited) -> bytes:
    from kb.reports.output import json

    return json.write(given.audit)


def _csv(given: Audited) -> bytes:
    from kb.reports.output import csv

    return csv.write(given.audit)


def _xlsx(given: Audited) -> bytes:
    from kb.reports.output import workbook

    return workbook.write(given.audit, given.uploads, given.sheets)


def _html(given: Audited) -> bytes:
    from kb.reports.output import html
    from kb.reports.output.naming import names_in
    from kb.reports.output.view import View

    return html.write(View.of(given.audit, given.sheets, names_in(given.audit, given.plan)))


def _ttl(given: Audited) -> bytes:
    from kb.reports.output import turtle

    return turtle.write(given.audit, given.plan.base, given.plan.plans[0])


#: By name, what writes it. Each loads its module when it is called.
FORMATS: Mapping[str, Callable[[Audited], bytes]] = {
    "text": _text,
    "json": _json,
    "csv": _csv,
    "xlsx": _xlsx,
    "html": _html,
    "ttl": _ttl,
}
