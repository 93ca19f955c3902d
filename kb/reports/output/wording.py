"""What the outputs of an audit call things, in both languages, and how they write intervals.

Must not know any format.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from kb.reports.finding import Ends, Finding, Grade
from kb.text import Text

#: What a finding is shown as: its severity, or that it could not be evaluated.
Kind = Literal["violation", "warning", "info", "not-evaluable"]
#: From the gravest to the mildest.
KINDS: tuple[Kind, ...] = ("violation", "warning", "info", "not-evaluable")

KIND: dict[Kind, Text] = {
    "violation": Text("错误", "violation"),
    "warning": Text("提醒", "warning"),
    "info": Text("信息", "info"),
    "not-evaluable": Text("无法判断", "not evaluable"),
}
#: The same behind a number that is not one.
SEVERAL: dict[Kind, Text] = {
    **KIND,
    "violation": Text("错误", "violations"),
    "warning": Text("提醒", "warnings"),
}
GRADE: dict[Grade, Text] = {
    "met": Text("已完成", "met"),
    "on-track": Text("进度正常", "on track"),
    "behind": Text("进度滞后", "behind"),
    "missed": Text("未完成", "missed"),
    "cannot-assess": Text("无法评估", "cannot assess"),
}
#: The columns of a report; any other is called as it is written.
COLUMN = {
    "reporter": Text("填报单位", "reporter"),
    "team": Text("队伍", "team"),
    "indicator": Text("指标", "indicator"),
    "year": Text("年份", "year"),
    "value": Text("数值", "value"),
    "unit": Text("单位", "unit"),
    "basis": Text("口径", "basis"),
    "note": Text("备注", "note"),
}
SAID = {
    "audit": Text("审核结果", "Audit"),
    "findings": Text("发现", "Findings"),
    "no-findings": Text("没有发现问题。", "Nothing was found."),
    "conforms": Text(
        "没有数据与规划或彼此相矛盾。", "No figure contradicts the plan or another figure."
    ),
    "violated": Text(
        "有数据不可能成立，请先更正标为“错误”的单元格。",
        "Some figures cannot be true: mend the cells marked as violations first.",
    ),
    "unreadable": Text("无法作为报表读取", "Cannot be read as a report"),
    "number": Text("序号", "no."),
    "rule": Text("规则", "rule"),
    "severity": Text("程度", "severity"),
    "message": Text("问题", "what is wrong"),
    "hint": Text("怎么办", "what to do"),
    "cell": Text("单元格", "cell"),
    "cells": Text("相关单元格", "Cells"),
    "written": Text("所填", "as written"),
    "reported": Text("填报值可代表", "Reported, as an interval"),
    "computed": Text("规则容许", "The rule allows"),
    "plan": Text("规划原文", "The plan says"),
    "file": Text("文件", "File"),
    "files": Text("文件", "Files"),
    "sheet": Text("工作表", "Sheet"),
    "row": Text("行", "row"),
    "rows": Text("数据行", "data rows"),
    "fingerprint": Text("sha256", "sha256"),
    "rules": Text("规则版本", "Version of the rules"),
    "table": Text("表格", "The table"),
    "left-out": Text(
        "行较多：{n} 行没有发现，此处未列出；下载的工作簿中有全部行。",
        "A long table: {n} rows without a finding are not shown here; the workbook has all.",
    ),
    "progress": Text("目标进展", "Progress to the targets"),
    "target": Text("目标", "Target"),
    "year": Text("年份", "Year"),
    "grade": Text("评估", "Assessment"),
    "reason": Text("理由", "Why"),
    "language": Text("语言", "Language"),
    "title": Text("报表审核", "Audit of a report"),
    "change-new": Text("新出现", "new"),
    "change-persists": Text("仍存在", "persists"),
}


def kind_of(finding: Finding) -> Kind:
    """What a finding is shown as."""
    return "not-evaluable" if finding.outcome == "not-evaluable" else finding.severity


def interval(ends: Ends | None) -> str:
    """An interval in signs that need no language; empty for none.

    >>> interval((Decimal("400"), None)), interval((Decimal("3.55"), Decimal("3.65")))
    ('≥ 400', '3.55 … 3.65')
    """
    if ends is None:
        return ""
    low, high = ends
    if low is None:
        return "" if high is None else f"≤ {number(high)}"
    if high is None:
        return f"≥ {number(low)}"
    return number(low) if low == high else f"{number(low)} … {number(high)}"


def number(value: Decimal) -> str:
    """A number without exponent or idle zeros.

    >>> number(Decimal("4E+2")), number(Decimal("22.40"))
    ('400', '22.4')
    """
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
