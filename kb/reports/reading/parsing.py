"""From bytes to tables of texts, by what the bytes are and not by what the file is called.

Runs in the process that is walled in. Must not know headings, code lists or rules.
"""

from __future__ import annotations

import codecs
import re

from kb.errors import FileProblem
from kb.reports.reading import delimited, ooxml, opendocument, records, triples
from kb.reports.reading.broken import refused, wrong_type
from kb.reports.reading.grid import Grid
from kb.reports.reading.limits import Limits
from kb.reports.reading.package import Package, encrypted
from kb.reports.sheet import Upload
from kb.text import Text

#: First bytes of what is often sent by mistake.
_OTHERS = (
    (b"%PDF", "PDF 文件", "a PDF file"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"BM", "图片", "a picture"),
    (b"II*\0", "图片", "a picture"),
    (b"MM\0*", "图片", "a picture"),
    (b"RIFF", "图片或音像文件", "a picture or recording"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"BZh", "bzip2 压缩包", "a bzip2 archive"),
    (b"{\\rtf", "RTF 文件", "an RTF file"),
    (b"MZ", "程序", "a program"),
    (b"\x7fELF", "程序", "a program"),
)
_TURTLE = re.compile(
    r"(?:\s|#[^\n]*\n)*(?:@prefix|@base|prefix\s|base\s|<https?:|_:)", re.IGNORECASE
)


def parse(upload: Upload, limits: Limits) -> tuple[Grid, ...]:
    """The tables of a file.

    Raises:
        FileProblem: it is too large, of no kind that is read, or broken.
    """
    data = upload.data
    if len(data) > limits.upload_mb * 2**20:
        raise FileProblem(
            "too-large",
            Text(
                zh=f"文件超过 {limits.upload_mb} MiB",
                en=f"the file is larger than {limits.upload_mb} MiB",
            ),
            Text(zh="填报表没有这么大；请检查是否选错了文件", en="no report is; check the file"),
        )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zipped(Package(data, limits), limits)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted()
        raise refused(
            "old-xls",
            "这是旧式 XLS（或其他旧式 Office）文件",
            "this is an old XLS, or other old Office file",
        )
    for first, zh, en in _OTHERS:
        # Letters may begin a text as well; then it is short of what these files have.
        if data.startswith(first) and (not first.isalpha() or b"\0" in data[:2000]):
            raise wrong_type(zh, en)
    return _textual(upload, limits)


def _zipped(package: Package, limits: Limits) -> tuple[Grid, ...]:
    if "[Content_Types].xml" in package:
        return ooxml.grids(package, limits)
    if "mimetype" in package:
        return opendocument.grids(package, limits)
    raise wrong_type("压缩包", "an archive")


def _textual(upload: Upload, limits: Limits) -> tuple[Grid, ...]:
    data = upload.data
    begin = data[:4096]
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        begin = begin.removeprefix(mark)
    begin = begin.replace(b"\0", b"").lstrip()
    lower = begin.lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        raise wrong_type("网页", "a web page")
    if lower.startswith((b"<?xml", b"<!doctype", b"<!--")):
        raise wrong_type("XML 文件", "an XML file")
    turtle = upload.name.lower().endswith(".ttl")
    if begin[:1] in (b"{", b"[") and not turtle:
        return records.grids(data, limits)
    if turtle or _TURTLE.match(begin.decode("utf-8", "ignore")):
        return triples.grids(data, limits)
    return delimited.grids(data, limits)
