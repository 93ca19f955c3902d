"""A form as a workbook: drop-downs, checks while typing, and the plan's clause beside each line.

Reading takes the sheet ``填报 report`` and leaves the others alone. Must not know which lines a
form has, nor why.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from kb.reports.form import VERSION, Form, Line
from kb.reports.reading.headings import HEADINGS
from kb.reports.sheet import COLUMNS
from kb.text import Language, Text

_SHEET, _GUIDE, _PLAN, _CODES = "填报 report", "说明 guide", "规划 plan", "代码 codes"
_WIDTHS = {
    "reporter": 30, "team": 24, "indicator": 38, "year": 8, "value": 14, "unit": 10,
    "basis": 12, "note": 34,
}  # fmt: skip
#: The same bytes for the same form.
_MADE = datetime(2021, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_EXPLAINED = (
    Text(
        zh="在“填报 report”表中填写数值、填报单位，需要时写备注；其余各列已填好。",
        en="Fill in value and reporter on the sheet “填报 report”, and a note where one is needed; "
        "the other columns are filled in.",
    ),
    Text(
        zh="每行一个数。没有数据的行请整行删去；标“选填”的行可以不填，它们只用来核对其他数。",
        en="One figure a row. Where there is none, delete the whole row; rows marked optional may "
        "stay empty, they only serve to check others.",
    ),
    Text(
        zh="小数位数算数：3.56 表示 3.555 到 3.565 之间；单元格显示几位小数就按几位读。",
        en="Decimals count: 3.56 stands for 3.555 to 3.565, and a cell counts as it is shown.",
    ),
    Text(
        zh="单位可改为下拉列表中的另一项（人、万人）；整数的人数视为准确数。",
        en="The unit may be changed to another one of its list (人, 万人); a whole number of "
        "persons is exact.",
    ),
    Text(
        zh="不要写“约”“左右”“以上”，不要用公式、合并或隐藏单元格，不要增加列。",
        en="Write no “about” or “over”; use no formulas, merged or hidden cells; add no columns.",
    ),
    Text(
        zh="口径：当年是本年一年的数，累计是规划期开始以来的数，存量是年末的数，基期是规划期前一年末的数。",
        en="Basis: annual is for this year alone, cumulative since the plan began, stock at the "
        "end of the year, baseline at the end of the year before the plan.",
    ),
)


def workbook(form: Form, language: Language) -> bytes:
    """The form as XLSX.

    Args:
        form: what is to be reported.
        language: of headings, labels and messages; the guide has both.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": Text(
                    zh=f"{form.team.label.zh} {form.year} 年填报表",
                    en=f"{form.team.label.en}, report of {form.year}",
                ).in_(language),
                "created": _MADE,
            }
        )
        book.set_custom_property("plankb template", VERSION)
        book.set_custom_property("plankb revision", form.revision)
        sheets = {name: book.add_worksheet(name) for name in (_SHEET, _GUIDE, _PLAN, _CODES)}
        style = _Styles(book)
        reporters = _codes(sheets[_CODES], form, style, language)
        book.define_name("plankb_template", f"='{_CODES}'!$F$1")
        _report(sheets[_SHEET], form, style, language, reporters)
        _guide(sheets[_GUIDE], style, form)
        _plan(sheets[_PLAN], style, form, language)
        for sheet in sheets.values():
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
        sheets[_SHEET].activate()
    return out.getvalue()


class _Styles:
    """The few formats of a form."""

    def __init__(self, book: Any) -> None:
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "border_color": "#9BB3CC"}
        )
        self.given = book.add_format({"font_color": "#444444", "text_wrap": True, "valign": "top"})
        self.filled = book.add_format(
            {"bg_color": "#FFF9E5", "border": 1, "border_color": "#D9CDA3", "valign": "top"}
        )
        self.text = book.add_format(
            {
                "bg_color": "#FFF9E5",
                "border": 1,
                "border_color": "#D9CDA3",
                "valign": "top",
                "num_format": "@",
            }
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})


def _report(sheet: Any, form: Form, style: _Styles, language: Language, reporters: str) -> None:
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS[column])
        sheet.write_string(
            0, place, HEADINGS[column] if language == "zh" else column, style.heading
        )
    sheet.freeze_panes(1, 3)
    bases = [entry.label.in_(language) for entry in form.lists.entries("basis")]
    at = {column: place for place, column in enumerate(COLUMNS)}
    for row, line in enumerate(form.lines, 1):
        ratio = line.unit == "比"
        sheet.write_blank(row, at["reporter"], None, style.filled)
        sheet.write_string(row, at["team"], form.team.label.in_(language), style.given)
        sheet.write_string(row, at["indicator"], line.indicator.label.in_(language), style.given)
        sheet.write_number(row, at["year"], line.year, style.given)
        sheet.write_blank(row, at["value"], None, style.text if ratio else style.filled)
        sheet.write_string(row, at["unit"], line.unit, style.given)
        sheet.write_string(row, at["basis"], line.basis.label.in_(language), style.given)
        sheet.write_blank(row, at["note"], None, style.filled)
        sheet.write_comment(
            row, at["indicator"], _aside(line, language), {"x_scale": 2.5, "y_scale": 2}
        )
        told = _told(line, language)
        sheet.data_validation(row, at["value"], row, at["value"], _checked(line, told, language))
        sheet.data_validation(
            row, at["unit"], row, at["unit"], {"validate": "list", "source": list(line.units)}
        )
        sheet.data_validation(
            row, at["basis"], row, at["basis"], {"validate": "list", "source": bases}
        )
    last = max(len(form.lines), 1)
    sheet.data_validation(
        1,
        at["reporter"],
        last,
        at["reporter"],
        {
            "validate": "list",
            "source": reporters,
            "error_type": "warning",
            "error_title": Text(zh="填报单位", en="reporter").in_(language),
            "error_message": Text(
                zh="不在代码表中；若确为填报单位，请与规划主管部门联系。",
                en="Not in the code list; if it is a reporting body, ask who runs the plan.",
            ).in_(language),
        },
    )
    sheet.repeat_rows(0)


def _checked(line: Line, told: str, language: Language) -> dict[str, object]:
    """What the value cell says when it is chosen, and what it warns of."""
    said: dict[str, object] = {
        "input_title": line.basis.label.in_(language)[:32],
        "input_message": told[:255],
    }
    if line.unit == "比":
        return {"validate": "any", **said}
    share = line.unit == "%" and line.basis.code != "cumulative"
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -(10**10) if line.unit == "%" and not share else 0,
        "maximum": 100 if share else 10**10,
        # A warning and not a stop: what is odd may be true, and the audit says more.
        "error_type": "warning",
        "error_title": Text(zh="请核对数值", en="please check the value").in_(language),
        "error_message": Text(
            zh="应为不带文字的数；占比在 0 到 100 之间。",
            en="A number without words is expected; a share lies between 0 and 100.",
        ).in_(language),
        **said,
    }


def _told(line: Line, language: Language) -> str:
    if not line.goals:
        return Text(zh="选填：用来核对其他数", en="optional: serves to check others").in_(language)
    label = line.goals[0].label
    text = Text(zh=f"规划目标：{label.zh}", en=f"Target: {label.en}").in_(language)
    if line.unit == "比":
        text += Text(zh="；写作 15:35:50", en="; write it like 15:35:50").in_(language)
    return text


def _aside(line: Line, language: Language) -> str:
    parts = [line.definition.in_(language)]
    if line.optional:
        parts.append(Text(zh="选填", en="optional").in_(language))
    parts += [
        Text(zh=f"目标：{goal.label.zh}", en=f"Target: {goal.label.en}").in_(language)
        + f"\n“{goal.clause}”"
        for goal in line.goals
    ]
    return "\n\n".join(parts)[:2000]


def _guide(sheet: Any, style: _Styles, form: Form) -> None:
    sheet.set_column(0, 1, 70)
    sheet.write_string(0, 0, f"{form.team.label.zh} {form.year} 年填报表", style.title)
    sheet.write_string(0, 1, f"{form.team.label.en}, report of {form.year}", style.title)
    for row, text in enumerate(_EXPLAINED, 2):
        sheet.write_string(row, 0, text.zh, style.wrapped)
        sheet.write_string(row, 1, text.en, style.wrapped)
    foot = len(_EXPLAINED) + 3
    sheet.write_string(foot, 0, f"表式版本 {VERSION}，规划数据 {form.revision}")
    sheet.write_string(foot, 1, f"form version {VERSION}, plan data {form.revision}")


def _plan(sheet: Any, style: _Styles, form: Form, language: Language) -> None:
    headings = (
        Text(zh="填报表中的行", en="rows of the form"),
        Text(zh="规划目标", en="target of the plan"),
        Text(zh="原文数值", en="number in the source"),
        Text(zh="原文", en="clause in the source"),
    )
    for column, (heading, width) in enumerate(zip(headings, (14, 60, 16, 60), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading.in_(language), style.heading)
    rows: dict[str, list[int]] = {}
    for number, line in enumerate(form.lines, 2):
        for goal in line.goals:
            rows.setdefault(goal.iri, []).append(number)
    goals = {goal.iri: goal for line in form.lines for goal in line.goals}
    for row, (iri, goal) in enumerate(goals.items(), 1):
        sheet.write_string(row, 0, ", ".join(map(str, rows[iri])), style.wrapped)
        sheet.write_string(row, 1, goal.label.in_(language), style.wrapped)
        sheet.write_string(row, 2, goal.written, style.wrapped)
        sheet.write_string(row, 3, goal.clause, style.wrapped)
    sheet.freeze_panes(1, 0)


def _codes(sheet: Any, form: Form, style: _Styles, language: Language) -> str:
    """Write the code lists; the range of reporters."""
    lists = (
        ("reporter", Text(zh="可选的填报单位", en="reporting bodies")),
        ("basis", Text(zh="可选的口径", en="bases")),
    )
    reporters = form.lists.entries("reporter")
    for place, (name, heading) in enumerate(lists):
        column = place * 2
        sheet.set_column(column, column, 36)
        sheet.write_string(0, column, heading.in_(language), style.heading)
        sheet.write_string(0, column + 1, Text(zh="代码", en="code").in_(language), style.heading)
        chosen = reporters if name == "reporter" else form.lists.entries("basis")
        for row, entry in enumerate(chosen, 1):
            sheet.write_string(row, column, entry.label.in_(language))
            sheet.write_string(row, column + 1, entry.code)
    sheet.write_string(0, 5, f"plankb-template {VERSION} {form.revision}")
    sheet.set_column(5, 5, None, None, {"hidden": True})
    return f"='{_CODES}'!$A$2:$A${len(reporters) + 1}"
