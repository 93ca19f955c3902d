"""What reading itself finds at a cell, as findings.

The one place that words them, so that rules kept elsewhere can take over the texts. Must not
know how a file is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.reports.finding import Finding, Severity
from kb.reports.sheet import Cell
from kb.text import Text


@dataclass(frozen=True, slots=True)
class _Fault:
    severity: Severity
    message: Text
    hint: Text


#: By rule; ``{…}`` are filled from the arguments, in the language of the text.
_FAULTS: dict[str, _Fault] = {
    "not-a-number": _Fault(
        "violation",
        Text(zh="数值读不出：{reason}", en="the figure cannot be read: {reason}"),
        Text(
            zh="写成 400、1,234、3.56万、40% 或 15:35:50",
            en="write it like 400, 1,234, 3.56万, 40% or 15:35:50",
        ),
    ),
    "unknown-code": _Fault(
        "violation",
        Text(
            zh="{column}“{value}”不在代码表中", en="the {column} “{value}” is not in the code list"
        ),
        Text(
            zh="{offered}全部见 plankb codes {list}",
            en="{offered}plankb codes {list} lists all",
        ),
    ),
    "year-outside-plan": _Fault(
        "violation",
        Text(zh="“{value}”不是年份", en="“{value}” is no year"),
        Text(zh="写四位数的年份，如 2023", en="write a year in four digits, such as 2023"),
    ),
    "extra-cell": _Fault(
        "violation",
        Text(
            zh="本行的单元格比标题多，各列可能已错位，未作审核",
            en="the row has more cells than headings, so its columns may be shifted; it was not "
            "audited",
        ),
        Text(
            zh="若数值中有逗号，给它加上引号，或去掉逗号",
            en="where a figure has a comma, put it in quotation marks or leave the comma out",
        ),
    ),
    "formula-cell": _Fault(
        "warning",
        Text(
            zh="单元格是公式，读到的是它上次算出的“{value}”，可能已过时",
            en="the cell holds a formula; what was read is its stored result “{value}”, "
            "which may be stale",
        ),
        Text(zh="填写数值本身", en="write the figure itself"),
    ),
    "merged-cell": _Fault(
        "warning",
        Text(
            zh="数据区有合并单元格，只有左上角的一格有值",
            en="cells are merged among the data; only the first of them has a value",
        ),
        Text(zh="取消合并，每行填全", en="unmerge them and fill in every row"),
    ),
    "hidden-row": _Fault(
        "warning",
        Text(
            zh="{what}是隐藏的，其中的数值同样计入",
            en="{what} is hidden; its figures count all the same",
        ),
        Text(zh="取消隐藏后核对", en="unhide it and check"),
    ),
}


def fault(rule: str, *cells: Cell, focus: str = "", **given: Text | str) -> Finding:
    """A finding of reading.

    Args:
        rule: as in ``audit-rules``.
        cells: those at fault, the one to mend first.
        focus: IRI of the observation.
        given: what the texts name.
    """
    known = _FAULTS[rule]
    zh = {key: text.zh if isinstance(text, Text) else text for key, text in given.items()}
    en = {key: text.en if isinstance(text, Text) else text for key, text in given.items()}

    def filled(text: Text) -> Text:
        return Text(zh=text.zh.format_map(zh), en=text.en.format_map(en))

    return Finding(
        rule,
        known.severity,
        "violated",
        filled(known.message),
        filled(known.hint),
        cells,
        focus,
    )
