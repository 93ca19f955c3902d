"""From a kept file to the graphs of its reports, as the store has them.

Must not know which reports are in force, nor where a file is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kb.errors import FileProblem
from kb.plan.graph import PlanGraph
from kb.reports import reading
from kb.reports.codelists import CodeLists
from kb.reports.graph import Grapher, Report
from kb.reports.ledger.records import Key, Submission
from kb.reports.reading import Reading
from kb.reports.reading.isolated import READERS
from kb.reports.reading.limits import Limits
from kb.reports.sheet import Upload
from kb.terms import PROV, RDF, XSD

#: Whose way of working decides what a file becomes: with other code it is drawn anew.
_MAKERS = (
    "reading/*.py", "codelists.py", "drawing.py", "graph.py", "lines.py", "observing.py", "unit.py",
    "written.py",
)  # fmt: skip
#: A file that was taken in has passed the operator's limits of its day; lower ones, or a machine
#: that is busy, must not take an accepted figure out of the graph.
_LIMITS = Limits(
    upload_mb=1024, rows=10**6, seconds=60.0, memory_mb=2048, unpacked_mb=1024, ratio=1000
)
_DATE_TIME = ox.NamedNode(XSD + "dateTime")


class Drawer:
    """A :class:`kb.reports.following.Drawing` for one revision of the plan.

    Args:
        plan: the plan graph.
    """

    def __init__(self, plan: PlanGraph) -> None:
        self._plan = plan

    @cached_property
    def version(self) -> str:
        """As of :class:`kb.reports.following.Drawing`."""
        digest = hashlib.sha256(self._plan.revision.encode())
        here = Path(__file__).parent
        for file in sorted(file for pattern in _MAKERS for file in here.glob(pattern)):
            text = file.read_bytes()
            digest.update(f"{file.name} {len(text)}\n".encode() + text)
        return digest.hexdigest()[:16]

    @cached_property
    def lists(self) -> CodeLists:
        """What may be written in a report."""
        return CodeLists.of(self._plan)

    @cached_property
    def _grapher(self) -> Grapher:
        return Grapher(self._plan)

    def warm(self) -> None:
        """Make now what the first file would have to wait for."""
        _ = self.lists, self._grapher
        READERS.start()

    def keys(self, read: Reading) -> tuple[Key, ...]:
        """What a file reports on; a report without reporter, team or year has no key."""
        return tuple(sorted(self._by_key(read)))

    def draw(
        self, submission: Submission, upload: Upload, audit: Mapping[str, Any] | None = None
    ) -> Mapping[Key, bytes]:
        """As of :class:`kb.reports.following.Drawing`."""
        read = reading.read(upload, self.lists, _LIMITS)
        if read.refused is not None:
            raise FileProblem(read.code or "unreadable", read.refused, file=upload.name)
        found = self._by_key(read)
        # A team's targets stand as its newest report in the file says.
        newest = {key.team: key for key in sorted(found, key=lambda key: key.year)}
        judged: dict[Key, list[Mapping[str, Any]]] = {}
        for one in (audit or {}).get("progress", ()):
            if one["team"] in newest and one["year"] is not None:
                judged.setdefault(newest[one["team"]], []).append(one)
        return {
            key: self._nquads(report, submission, judged.get(key, ()))
            for key, report in found.items()
        }

    def _by_key(self, read: Reading) -> dict[Key, Report]:
        found: dict[Key, Report] = {}
        for report in self._grapher.reports(read.observations):
            if report.key is not None:
                reporter, team, year = report.key
                found[Key(_code(reporter), _code(team), year)] = report
        return found

    def _nquads(
        self, report: Report, submission: Submission, judged: Iterable[Mapping[str, Any]]
    ) -> bytes:
        received = ox.Quad(
            ox.NamedNode(report.iri),
            ox.NamedNode(PROV + "generatedAtTime"),
            ox.Literal(_canonical(submission.received_at), datatype=_DATE_TIME),
            ox.NamedNode(report.graph),
        )
        quads = [*self._grapher.quads(report), received, *self._assessments(report, judged)]
        return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""

    def _assessments(
        self, report: Report, judged: Iterable[Mapping[str, Any]]
    ) -> Iterator[ox.Quad]:
        """How targets stood when the report was handed in, beside those before it."""
        ns, graph = self._plan.base + "ns#", ox.NamedNode(report.graph)
        for one in judged:
            own = hashlib.sha256(one["target"].encode()).hexdigest()[:12]
            node = ox.NamedNode(f"{report.iri}/assessment/{own}")
            grade = ox.NamedNode(f"{self._plan.base}scheme/grade/{one['assessment']}")
            year = ox.Literal(str(one["year"]), datatype=ox.NamedNode(XSD + "integer"))
            told: list[tuple[str, ox.NamedNode | ox.Literal]] = [
                (RDF + "type", ox.NamedNode(ns + "Assessment")),
                (ns + "target", ox.NamedNode(one["target"])),
                (ns + "year", year),
                (ns + "grade", grade),
                (ns + "submission", ox.NamedNode(report.iri)),
                *(
                    (ns + "reason", ox.Literal(t, language=lang))
                    for lang, t in one["reason"].items()
                ),
            ]
            for name, value in told:
                yield ox.Quad(node, ox.NamedNode(name), value, graph)


def _canonical(moment: str) -> str:
    """A time of the ledger as XML Schema has it, which the store would make of it anyway."""
    return moment.removesuffix("Z").rstrip("0").removesuffix(".") + "Z"


def _code(iri: str) -> str:
    """The code of a body or team, which is the last part of its IRI."""
    return iri.rstrip("/").rsplit("/", 1)[-1]
