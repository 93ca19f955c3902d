"""Files that are no report are refused with a sentence that says why, and nothing is half read."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest

from kb.reports.codelists import CodeLists
from kb.reports.reading import Reading, read
from kb.reports.reading.isolated import READERS
from kb.reports.reading.limits import Limits
from kb.reports.sheet import Upload
from tests.reports import files

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


def changed(**parts: str | bytes) -> bytes:
    """A good workbook with some parts replaced; ``__`` stands for a slash, ``_DOT_`` for a dot."""
    content: dict[str, str | bytes] = dict(files.parts(files.xlsx()))
    content |= {name.replace("__", "/").replace("_DOT_", "."): part for name, part in parts.items()}
    return files.zipped(content)


def bomb() -> bytes:
    """A part that unpacks to 200 MiB."""
    return changed(xl__worksheets__sheet1_DOT_xml=b" " * (200 * 2**20))


def lying_bomb() -> bytes:
    """The same, and the zip says that it is small."""
    data = bytearray(bomb())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            if int.from_bytes(data[place + at : place + at + 4], "little") > 2**20:
                data[place + at : place + at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def encrypted_zip() -> bytes:
    data = bytearray(files.xlsx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + at] |= 1
    return bytes(data)


def with_macros() -> bytes:
    types = files.parts(files.xlsx())["[Content_Types].xml"].decode()
    return changed(
        **{
            "[Content_Types]_DOT_xml": types.replace(
                "spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"
            )
        }
    )


def twice() -> bytes:
    out = io.BytesIO(files.xlsx())
    with zipfile.ZipFile(out, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


SHEET = files.parts(files.xlsx())["xl/worksheets/sheet1.xml"].decode()
HEAD = ",".join(files.HEADINGS)

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "empty", "empty"),
    "blank": (b" \r\n\r\n", "empty", "empty"),
    "only a mark": (b"\xef\xbb\xbf", "empty", "empty"),
    "only headings": (HEAD.encode(), "no-rows", "below the headings"),
    "no headings": (b"1,2,3\n4,5,6", "no-headings", "1 | 2 | 3"),
    "unknown heading": (f"{HEAD},金额\n1".encode(), "unknown-heading", "“金额” in I1"),
    "column without heading": (
        f"{HEAD},\n,,,,,,,,5".encode(), "unknown-heading", "I1 has no heading"
    ),
    "heading twice": (f"{HEAD},数值\n1".encode(), "heading-twice", "E1 and I1"),
    "open quote": (f'{HEAD}\na,"b,c\nd'.encode(), "quotes", "line"),
    "nul": (f"{HEAD}\na\0b".encode(), "encoding", "no text"),
    "no encoding": (HEAD.encode() + b"\n\xff\xff\xff", "encoding", "no text"),
    "utf-16 without mark": (HEAD.encode("utf-16-le"), "encoding", "no text"),
    "pdf": (b"%PDF-1.7 ...", "wrong-type", "PDF"),
    "png": (b"\x89PNG\r\n\x1a\n", "wrong-type", "picture"),
    "bmp": (b"BM\x00\x00\x00\x00", "wrong-type", "picture"),
    "web page": (b"<!DOCTYPE html><html>", "wrong-type", "web page"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "wrong-type", "XML"),
    "old xls": (OLE + b"\0" * 600, "old-xls", "XLS"),
    "encrypted xlsx": (
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted", "encrypted"
    ),
    "encrypted zip": (encrypted_zip(), "encrypted", "encrypted"),
    "plain zip": (files.zipped({"a.txt": "a"}), "wrong-type", "archive"),
    "empty zip": (files.zipped({}), "wrong-type", "archive"),
    "cut zip": (files.xlsx()[:-200], "broken", "damaged"),
    "zip without sheet": (changed(xl__workbook_DOT_xml="<workbook/>"), "empty", "empty"),
    "no markup": (changed(xl__workbook_DOT_xml="<workbook"), "broken", "damaged"),
    "bomb": (bomb(), "too-large-unpacked", "unpacks to more"),
    "lying bomb": (lying_bomb(), "broken", "damaged"),
    "macros by part": (changed(xl__vbaProject_DOT_bin=b"x"), "macros", "macros"),
    "macros by type": (with_macros(), "macros", "macros"),
    "external link": (
        changed(xl__externalLinks__externalLink1_DOT_xml="<x/>"), "external-links", "links"
    ),
    "connection": (changed(xl__connections_DOT_xml="<x/>"), "external-links", "links"),
    "name that leads out": (changed(**{"..__x": "x"}), "zip-names", "leads out"),
    "name twice": (twice(), "zip-names", "twice"),
    "entities": (
        changed(xl__worksheets__sheet1_DOT_xml=SHEET.replace("<work", ENTITIES + "<work", 1)),
        "xml-entities",
        "document type",
    ),
    "ods entities": (files.ods(files.ods_table(), prolog=ENTITIES), "xml-entities", "document"),
    "ods macros": (
        files.zipped(
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "Basic/a.xml": "x"}
        ),
        "macros",
        "macros",
    ),
    "ods link": (
        files.ods('<table:table><table:table-source table:x=""/></table:table>'),
        "external-links",
        "links",
    ),
    "odt": (
        files.zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "wrong-type",
        "OpenDocument",
    ),
    "far away": (
        files.xlsx([*files.ROWS, *[("",)] * 20_000, ("x",)]), "too-many-rows", "20000 rows"
    ),
    "json": (b'{"a": ', "broken", "JSON"),
    "json of something": (b'{"rows": {"a": 1}}', "no-rows-in-json", "list of rows"),
    "json nested": (b'[{"value": {"a": 1}}]', "no-rows-in-json", "list of rows"),
    "json deep": (b"[" * 200_000, "broken", "JSON"),
    "json key twice": (b'[{"value": 1, "value": 2}]', "key-twice", "“value”"),
    "json of others": (b'[{"a": 1}]', "no-headings", "“a”"),
    "json-ld": (json.dumps({"@context": {}, "@graph": []}).encode(), "no-rows-in-json", "rows"),
    "turtle": (b"@prefix : <urn:x> . :a", "broken", "Turtle"),
    "turtle of others": (b"@base <urn:x> . <a> <b> <c> .", "empty", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_says_why(name: str, lists: CodeLists) -> None:
    data, code, says = REFUSED[name]
    reading = read(Upload("report", data), lists)
    assert reading.refused is not None
    assert reading.code == code, reading.refused
    assert says in reading.refused.en
    assert reading.refused.zh
    assert (reading.sheets, reading.observations, reading.findings) == ((), (), ())


def test_a_word_document_is_named(lists: CodeLists) -> None:
    data = files.zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": '<Relationships><Relationship Id="a" Target="word/document.xml" Type='
            '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
            "</Relationships>",
            "word/document.xml": "<document/>",
        }
    )
    reading = read(Upload("letter.docx", data), lists)
    assert reading.refused is not None
    assert "Word" in reading.refused.en


def test_the_size_of_a_file_is_looked_at_first(lists: CodeLists) -> None:
    reading = read(Upload("big.csv", b"x" * (2**20 + 1)), lists, Limits(upload_mb=1))
    assert reading.code == "too-large"


def many_rows() -> bytes:
    return files.xlsx([files.ROWS[0]] * 19_000)


def fine(lists: CodeLists) -> Reading:
    reading = read(Upload("fine.csv", files.delimited().encode()), lists)
    assert reading.refused is None
    return reading


def test_reading_that_takes_too_long_is_stopped(lists: CodeLists) -> None:
    reading = read(Upload("slow.xlsx", many_rows()), lists, Limits(seconds=0.05))
    assert reading.code == "unreadable"
    fine(lists)


def test_reading_that_takes_too_much_memory_is_stopped(
    lists: CodeLists, caplog: pytest.LogCaptureFixture
) -> None:
    reading = read(Upload("large.xlsx", many_rows()), lists, Limits(memory_mb=8))
    assert reading.code == "unreadable"
    fine(lists)


def test_when_the_process_that_forks_readers_is_killed_another_takes_its_place(
    lists: CodeLists,
) -> None:
    fine(lists)
    process = READERS._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    fine(lists)


def test_threads_read_at_the_same_time(lists: CodeLists) -> None:
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda _: fine(lists), range(24)))
    assert all(reading == readings[0] for reading in readings)


def test_a_forked_process_has_readers_of_its_own(lists: CodeLists) -> None:
    fine(lists)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = int(read(Upload("a.csv", files.delimited().encode()), lists).code != "")
            READERS.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    fine(lists)


def test_a_reader_ends_with_the_process_that_asked(lists: CodeLists) -> None:
    program = (
        "from kb.reports.reading.isolated import READERS\n"
        "from kb.reports.reading.limits import Limits\n"
        "from kb.reports.sheet import Upload\n"
        "import os\n"
        "READERS.parse(Upload('a', b'a,b'), Limits())\n"
        "os._exit(0)\n"
    )
    # Its readers have inherited its standard error: the end of that is the end of them all.
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""


def test_a_workbook_of_openpyxl_with_a_chart_and_a_comment_is_read(lists: CodeLists) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("a", 0)
    for row in (files.HEADINGS, *files.ROWS):
        sheet.append(list(row))
    from openpyxl.chart import BarChart
    from openpyxl.comments import Comment

    sheet["E2"].comment = Comment("see page 3", "x")
    sheet.add_chart(BarChart(), "K2")
    sheet["H2"].hyperlink = "https://example.org/"
    out = io.BytesIO()
    book.save(out)
    reading = read(Upload("chart.xlsx", out.getvalue()), lists)
    assert reading.refused is None
    assert reading.rows == len(files.ROWS)
