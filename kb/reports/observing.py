"""From the rows of a report to observations, and what in them could not be understood.

Must not know formats, nor what any rule makes of a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.reports import written
from kb.reports.codelists import CodeLists, ListName
from kb.reports.finding import Finding
from kb.reports.observation import Figure, Observation
from kb.reports.reading.faults import fault
from kb.reports.reading.headings import HEADINGS
from kb.reports.sheet import COLUMNS, Cell, Column, Row, Sheet
from kb.reports.unit import UnitCode
from kb.reports.written import Unreadable
from kb.text import Text

#: Entries that are offered where nothing like a text is known.
_OFFERED = 12
#: Different unknown texts of a file that are compared with all that is known.
_COMPARED = 500
_YEAR = re.compile(r"([0-9]{4})(?:\.0+)?年?")
_DIGITS = str.maketrans("０１２３４５６７８９．", "0123456789.")
#: The list that a column is looked up in, and what ``plankb codes`` calls it.
_LISTS: dict[Column, tuple[ListName, str]] = {
    "reporter": ("reporter", "reporters"),
    "team": ("team", "teams"),
    "indicator": ("indicator", "indicators"),
    "unit": ("unit", "units"),
    "basis": ("basis", "bases"),
}


def observe(
    sheets: Sequence[Sheet], lists: CodeLists
) -> tuple[tuple[Observation, ...], tuple[Finding, ...]]:
    """One observation for each row that can be one, and the findings, row by row.

    A row of an optional indicator without a value is none: the form offers it, and nobody
    has to fill it in.
    """
    observations: list[Observation] = []
    findings: list[Finding] = []
    offers = _Offers(lists)
    for number, sheet in enumerate(sheets):
        iris = f"{lists.base}id/{lists.plan}/report/{sheet.sha256[:16]}/"
        hidden = _hidden_columns(sheet)
        for column in (column for column in COLUMNS if column in hidden):
            cell = sheet.cell(sheet.rows[0], column)
            what = Text(
                zh=f"“{HEADINGS[column]}”列（{sheet.columns[column]}）",
                en=f"the column “{column}” ({sheet.columns[column]})",
            )
            findings.append(fault("hidden-row", cell, focus=iris.rstrip("/"), what=what))
        for row in sheet.rows:
            beyond = [cell for name, cell in row.cells.items() if name not in COLUMNS]
            iri = iris + (f"s{number + 1}-r{row.number}" if number else f"r{row.number}")
            if beyond:
                findings.append(fault("extra-cell", *beyond, focus=iri))
                continue
            seen, found = _observation(iri, sheet, row, lists, offers)
            if seen is not None:
                observations.append(seen)
                findings += found
                findings += _odd(sheet, row, iri, hidden)
    return tuple(observations), tuple(findings)


def _observation(
    iri: str, sheet: Sheet, row: Row, lists: CodeLists, offers: _Offers
) -> tuple[Observation | None, list[Finding]]:
    findings: list[Finding] = []

    def unknown(column: Column) -> None:
        name, listed = _LISTS[column]
        findings.append(
            fault(
                "unknown-code",
                sheet.cell(row, column),
                focus=iri,
                column=Text(zh=HEADINGS[column], en=column),
                value=row.text(column)[:40],
                offered=offers.of(name, row.text(column)),
                list=listed,
            )
        )

    parts: dict[Column, str | None] = {}
    for column in ("reporter", "team", "indicator", "basis"):
        text = row.text(column)
        parts[column] = lists.find(_LISTS[column][0], text) if text else None
        if text and parts[column] is None:
            unknown(column)
    indicator = parts["indicator"]
    if indicator in lists.optional and not row.text("value"):
        return None, []
    unit = lists.unit(row.text("unit"), indicator) if row.text("unit") else None
    if row.text("unit") and unit is None:
        unknown("unit")
    year = _year(row.text("year"))
    if row.text("year") and year is None:
        cell = sheet.cell(row, "year")
        findings.append(fault("year-outside-plan", cell, focus=iri, value=row.text("year")[:40]))
    figure, trouble = _figure(row, unit, lists.unit_of(indicator) if indicator else None)
    if trouble is not None:
        cell = sheet.cell(row, "value")
        findings.append(fault("not-a-number", cell, focus=iri, reason=trouble.reason))
    seen = Observation(
        iri=iri,
        sheet=sheet,
        row=row,
        reporter=parts["reporter"],
        team=parts["team"],
        indicator=indicator,
        year=year,
        unit=unit.iri if unit is not None else None,
        basis=parts["basis"],
        figure=figure,
        note=row.text("note"),
    )
    return seen, findings


class _Offers:
    """What is offered for an unknown text; each text is looked at once."""

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists
        self._known: dict[tuple[ListName, str], Text] = {}

    def of(self, name: ListName, text: str) -> Text:
        """The nearest entries, or the first ones where none is near; nothing once it is too much.

        A file with thousands of different unknown texts is not one that offers would mend.
        """
        found = self._known.get((name, text))
        if found is None:
            if len(self._known) >= _COMPARED:
                return Text(zh="", en="")
            near = self._lists.nearest(name, text) or self._lists.entries(name)[:_OFFERED]
            found = self._known[name, text] = Text(
                zh="可用的有：" + "、".join(f"{one.code}（{one.label.zh}）" for one in near) + "；",
                en="there are: " + ", ".join(f"{one.code} ({one.label.en})" for one in near) + "; ",
            )
        return found


def _year(text: str) -> int | None:
    found = _YEAR.fullmatch(text.translate(_DIGITS))
    return int(found[1]) if found is not None else None


def _figure(
    row: Row, unit: UnitCode | None, usual: UnitCode | None
) -> tuple[Figure | None, Unreadable | None]:
    """The figure of a row, or why there is none.

    Without a unit that is understood, the indicator's own tells which signs may stand behind
    the number.
    """
    text = row.text("value")
    if not text:
        return None, None
    read = written.read(text, unit=unit or usual)
    return (None, read) if isinstance(read, Unreadable) else (read, None)


def _hidden_columns(sheet: Sheet) -> frozenset[Column]:
    """Columns that are hidden in every row, where not all of them are."""
    hidden = frozenset(
        column
        for column in COLUMNS
        if column in sheet.columns
        and all("hidden" in row.traits.get(column, ()) for row in sheet.rows)
    )
    return hidden if len(hidden) < len(sheet.columns) else frozenset()


def _odd(sheet: Sheet, row: Row, iri: str, hidden_columns: frozenset[Column]) -> Iterator[Finding]:
    """What the workbook does to the cells of a row."""
    for column in COLUMNS:
        if "formula" in row.traits.get(column, ()):
            cell = sheet.cell(row, column)
            yield fault("formula-cell", cell, focus=iri, value=cell.value.strip()[:40])
    merged = _with(sheet, row, "merged")
    if merged:
        yield fault("merged-cell", *merged, focus=iri)
    hidden = _with(sheet, row, "hidden")
    if len(hidden) > len(hidden_columns):
        what = Text(zh=f"第 {row.number} 行", en=f"row {row.number}")
        yield fault("hidden-row", *hidden, focus=iri, what=what)


def _with(sheet: Sheet, row: Row, trait: str) -> list[Cell]:
    return [sheet.cell(row, column) for column in COLUMNS if trait in row.traits.get(column, ())]
