"""Which reports a file holds, as the ledger calls them: by reporter, team and year.

Must not know how a file is kept, nor what any rule says.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.reports.codelists import CodeLists
from kb.reports.graph import Report
from kb.reports.ledger.records import Key


def keys_of(reports: Iterable[Report], lists: CodeLists) -> tuple[Key, ...]:
    """The keys of reports, in order, each once.

    Rows without a known reporter, team or year make no report that could be revised; their
    findings say so.
    """
    found = set()
    for report in reports:
        reporter = lists.entry("reporter", report.reporter or "")
        team = lists.entry("team", report.team or "")
        if reporter is not None and team is not None and report.year is not None:
            found.add(Key(reporter.code, team.code, report.year))
    return tuple(sorted(found))
