"""How each target of the teams that were reported on stands."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kb.plan.graph import PlanGraph
from kb.reports.finding import Assessment
from kb.reports.graph import Report


class Assessor:
    def __init__(self, plan: PlanGraph, band: Decimal) -> None:
        self._plan = plan

    def assess(
        self, reports: Sequence[Report], earlier: Sequence[Report] = ()
    ) -> tuple[Assessment, ...]:
        return ()
