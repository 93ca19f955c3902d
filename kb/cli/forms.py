"""``plankb template``: a form to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from kb import settings
from kb.cli.output import either, language, say


@click.command()
@click.option("--team", required=True, help="Code or label, or plan. / 队伍代码或名称。")
@click.option("--year", required=True, type=int, help="Year of the report. / 年份。")
@click.option(
    "--format",
    "form_format",
    type=click.Choice(["xlsx", "csv"]),
    help="By default what OUT ends with, else xlsx. / 默认按文件名。",
)
@click.option(
    "-o", "out", required=True, type=click.Path(path_type=Path), help="File to write. / 输出文件。"
)
def template(team: str, year: int, form_format: str | None, out: Path) -> None:
    """A report form: one row for each reportable figure. / 填报表：每个应报数值一行。"""
    from kb.errors import FileProblem
    from kb.plan import graph
    from kb.reports.form import form
    from kb.reports.form_workbook import workbook
    from kb.text import Text

    made = form(graph.build(settings.load()), team, year)
    chosen = form_format or ("csv" if out.suffix.lower() == ".csv" else "xlsx")
    content = made.csv() if chosen == "csv" else workbook(made, language())
    if str(out) == "-":
        click.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise FileProblem(
            "file-unwritable",
            Text(
                zh=f"{out} 无法写入：{error.strerror}",
                en=f"{out} cannot be written: {error.strerror}",
            ),
            Text(zh="换一个位置或文件名", en="choose another place or name"),
            file=str(out),
        ) from error
    rows = len(made.lines)
    say(either(f"{out}：{rows} 行", f"{out}: {rows} row{'' if rows == 1 else 's'}"))
