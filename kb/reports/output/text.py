"""An audit as text for a terminal: counts, findings by file, how the targets stand.

Must not know how anything was found, nor how wide a terminal is.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.reports.finding import Audit, Finding, Grade, Severity
from kb.reports.sheet import Cell
from kb.text import Language, Text

_SEVERITY: dict[Severity, Text] = {
    "violation": Text("错误", "violation"),
    "warning": Text("提醒", "warning"),
    "info": Text("信息", "info"),
}
_UNKNOWN = Text("无法判断", "not evaluable")
_GRADE: dict[Grade, Text] = {
    "met": Text("已达到", "met"),
    "on-track": Text("进度正常", "on track"),
    "behind": Text("落后", "behind"),
    "missed": Text("未达到", "missed"),
    "cannot-assess": Text("无法评估", "cannot assess"),
}
#: Cells that stand beside a finding's first one; the rest is counted, and the JSON has all.
_SHOWN = 5


def write(audit: Audit, language: Language) -> bytes:
    """The audit in one language, in UTF-8."""
    return ("\n".join(_lines(audit, language)) + "\n").encode()


def _lines(audit: Audit, language: Language) -> Iterator[str]:
    counts = audit.counts
    zh, en = "、".join(file.name for file in audit.files), ", ".join(f.name for f in audit.files)
    yield Text(f"核对 {zh}，规则版本 {audit.rules}", f"audit of {en}, rules {audit.rules}").in_(
        language
    )
    yield Text(
        f"错误 {counts['violation']}，提醒 {counts['warning']}，信息 {counts['info']}，"
        f"无法判断 {counts['not_evaluable']}",
        f"violations {counts['violation']}, warnings {counts['warning']}, infos {counts['info']}, "
        f"not evaluable {counts['not_evaluable']}",
    ).in_(language)
    for name, why in audit.unreadable.items():
        yield f"\n{name}: {why.in_(language)}"
    for finding in audit.findings:
        yield ""
        yield from _finding(finding, language)
    if audit.progress:
        yield ""
        yield Text("目标进展", "how the targets stand").in_(language)
        for one in audit.progress:
            year = "" if one.year is None else f" {one.year}"
            yield f"  [{_GRADE[one.grade].in_(language)}]{year} {one.reason.in_(language)}"


def _finding(finding: Finding, language: Language) -> Iterator[str]:
    unknown = finding.outcome == "not-evaluable"
    severity = (_UNKNOWN if unknown else _SEVERITY[finding.severity]).in_(language)
    places = [_place(cell) for cell in finding.cells[: _SHOWN + 1]]
    more = len(finding.cells) - len(places)
    beside = ", ".join(places[1:]) + (f" (+{more})" if more > 0 else "")
    yield f"{places[0] if places else ''}  [{severity}] {finding.rule}"
    yield f"    {finding.message.in_(language)}"
    if beside:
        yield f"    {Text('另见', 'beside').in_(language)}: {beside}"
    for clause in finding.plan:
        quote = "…".join(span.quote for span in clause.evidence)
        if quote:
            yield f"    {Text('规划', 'plan').in_(language)}: {quote}"
    yield f"    → {finding.hint.in_(language)}"


def _place(cell: Cell) -> str:
    sheet = f"[{cell.sheet}]" if cell.sheet else ""
    written = f" “{cell.value.strip()}”" if cell.value.strip() else ""
    return f"{cell.file}{sheet}:{cell.cell or cell.column}{written}"
