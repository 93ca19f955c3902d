"""``plankb audit``: reports against the plan, and against each other."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kb import settings
from kb.cli.output import either, language, progress, say
from kb.errors import FileProblem
from kb.reports.output.formats import FORMATS
from kb.reports.sheet import Upload
from kb.text import Text

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="Form of the result. / 结果的格式。",
)
@click.option("-o", "--output", type=_FILE, help="Write it to this file. / 写入文件。")
@click.option(
    "--previous",
    multiple=True,
    type=_FILE,
    help="A report of an earlier year, or an earlier version. / 往年的报告或旧版。",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning"]),
    default="violation",
    help="What makes the exit status 1. / 什么使退出状态为 1。",
)
def audit(
    files: tuple[Path, ...],
    form: str,
    output: Path | None,
    previous: tuple[Path, ...],
    fail_on: str,
) -> None:
    """Audit reports against the plan and each other. / 核对报告。

    The files are one batch that stands side by side. Exit status 1 when a violation was found, 2
    when a file could not be read as a report.
    """
    from kb.plan import graph
    from kb.reports import reading
    from kb.reports.auditing import Auditor
    from kb.reports.codelists import CodeLists
    from kb.reports.output.formats import Audited
    from kb.reports.reading.limits import Limits

    chosen = settings.load()
    uploads = [_upload(path) for path in files]
    before = [_upload(path) for path in previous]
    progress(either("载入…", "loading…"))
    plan = graph.build(chosen)
    lists, limits = CodeLists.of(plan), Limits.of(chosen)
    readings = []
    for number, upload in enumerate((*before, *uploads), 1):
        progress(f"{number}/{len(before) + len(uploads)} {upload.name}")
        readings.append(reading.read(upload, lists, limits))
    auditor = Auditor(plan)
    earlier, given = readings[: len(before)], readings[len(before) :]
    found = auditor.audit(given, earlier, lambda rule: progress(f"{rule}…"))
    progress("")
    sheets = [sheet for one in given for sheet in one.sheets]
    body = FORMATS[form](Audited(found, plan, uploads, sheets, language()))
    if output is not None:
        _write(output, body)
    else:
        sys.stdout.buffer.write(body)
    refused = {one.file: one.refused for one in readings if one.refused is not None}
    for name, why in refused.items():
        say(f"{name}: {why.in_(language())}")
    if refused:
        raise click.exceptions.Exit(2)
    counts = found.counts
    if not found.conforms or (fail_on == "warning" and counts["warning"]):
        raise click.exceptions.Exit(1)


def _upload(path: Path) -> Upload:
    if str(path) == "-":
        return Upload("stdin", sys.stdin.buffer.read())
    try:
        return Upload(path.name, path.read_bytes())
    except OSError as error:
        raise _unusable(path, "无法读取", "cannot be read", error) from error


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise _unusable(path, "无法写入", "cannot be written", error) from error


def _unusable(path: Path, zh: str, en: str, error: OSError) -> FileProblem:
    return FileProblem(
        "file-unusable",
        Text(f"{path}：{zh}（{error.strerror}）", f"{path}: {en} ({error.strerror})"),
        Text("检查路径和权限", "check the path and your rights to it"),
        file=str(path),
    )
