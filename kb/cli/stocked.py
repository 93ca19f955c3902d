"""The knowledge base as commands have it: the plan graph, and where a ledger is given its reports.

One is given by ``--data``, PLANKB_DATA or PLANKB_LEDGER, and not by its usual place: what a
command says of the plan must not change because somebody has once started a service.
Must not know what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.cli.output import language, say
from kb.settings import Settings

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kb.plan.graph import PlanGraph

_Command = TypeVar("_Command", bound=Callable[..., Any])


def with_data(command: _Command) -> _Command:
    """Give a command the option ``--data``, as ``plankb serve`` has it."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Folder with a ledger: its accepted reports count too; wins over PLANKB_DATA. "
        "/ 含账册的目录：计入其中已采纳的填报，优先于 PLANKB_DATA。",
    )(command)


def chosen(settings: Settings, data: Path | None) -> Settings:
    """The settings with the folder that a command was given."""
    return settings if data is None else replace(settings, data=data)


@dataclass(frozen=True)
class Stocked:
    """The plan graph with reports.

    Args:
        plan: the plan graph.
        revision: of all; the plan's own where there are no reports.
        reports: their quads, as N-Quads.
    """

    plan: PlanGraph
    revision: str
    reports: bytes = b""

    @classmethod
    def of(cls, settings: Settings, *, given: bool | None = None) -> Stocked:
        """All there is, without what cannot be read any more; that is said.

        Args:
            settings: in force.
            given: whether there is a ledger to look into; by default where one is named.

        Raises:
            PlankbError: the plan or the ledger cannot be read.
        """
        from kb.plan import graph

        built = graph.build(settings)
        if given is None:
            given = settings.data is not None or bool(settings.ledger)
        if not given:
            return cls(built, built.revision)
        from kb.reports.ledger.ledger import Ledger

        if not Ledger.exists(settings):
            return cls(built, built.revision)
        from kb.reports.drawing import Drawer
        from kb.reports.following import Follower

        book = Ledger.of(settings)
        try:
            follower = Follower(book, Drawer(built), settings)
            in_force = book.in_force()
            reports = b"".join(follower.nquads(in_force))
        finally:
            book.close()
        for one in follower.unread:
            say(f"{one.submission} {one.key}: {one.reason.in_(language())}")
        return cls(built, follower.revision(built.revision, in_force), reports)

    @property
    def data(self) -> bytes:
        """Everything, as N-Quads."""
        return self.plan.data + self.reports

    @cached_property
    def quads(self) -> tuple[ox.Quad, ...]:
        """Everything, quad by quad; literals as they were written."""
        import pyoxigraph as ox

        if not self.reports:
            return self.plan.quads
        return (*self.plan.quads, *ox.parse(self.reports, format=ox.RdfFormat.N_QUADS))
