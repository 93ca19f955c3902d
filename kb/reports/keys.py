"""Which reports a file holds: by reporter, team and year.

Must not know how a file is kept, nor what any rule says.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.reports.codelists import CodeLists
from kb.reports.ledger.records import Key
from kb.reports.observation import Observation


def keys_of(observations: Iterable[Observation], lists: CodeLists) -> tuple[Key, ...]:
    """The reports in a file, in order.

    The year of a report is the latest year of its rows, baselines aside: rows of earlier years
    are restatements. A row without a known reporter, team or year belongs to no report, and
    its findings say so.
    """
    years: dict[tuple[str, str], int] = {}
    for seen in observations:
        reporter = lists.entry("reporter", seen.reporter or "")
        team = lists.entry("team", seen.team or "")
        basis = lists.entry("basis", seen.basis or "")
        if reporter is None or team is None or seen.year is None:
            continue
        if basis is not None and basis.code == "baseline":
            continue
        own = (reporter.code, team.code)
        years[own] = max(seen.year, years.get(own, seen.year))
    return tuple(sorted(Key(reporter, team, year) for (reporter, team), year in years.items()))
