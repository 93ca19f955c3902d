"""The zip that a workbook is: looked through before any part of it is unpacked.

Nothing is written to disk and no more is unpacked than the limits allow, whatever the zip
says of itself. Must not know what stands in the parts.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from kb.errors import FileProblem
from kb.reports.reading.broken import broken, refused
from kb.reports.reading.limits import Limits

_MOST = 5_000
#: A part this small is no bomb, however well it packs.
_SMALL = 2**20


class Package:
    """The parts of a workbook.

    Args:
        data: the zip.
        limits: what it may cost.

    Raises:
        FileProblem: it is damaged or encrypted, or unpacks to too much, or has macros or
            links to other files.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._left = limits.unpacked_mb * 2**20
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _DAMAGE as error:
            raise broken("ZIP") from error
        self._look(members, limits)
        self.names = frozenset(member.filename for member in members)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str) -> bytes:
        """One part, unpacked.

        Raises:
            FileProblem: it is missing or damaged, or larger than it may be.
        """
        try:
            with self._zip.open(name) as part:
                content = part.read(self._left + 1)
        except (KeyError, *_DAMAGE) as error:
            raise broken("ZIP") from error
        self._left -= len(content)
        if self._left < 0:
            raise _bomb()
        return content

    def _look(self, members: list[zipfile.ZipInfo], limits: Limits) -> None:
        names = [member.filename for member in members]
        if len(names) > _MOST or sum(member.file_size for member in members) > self._left:
            raise _bomb()
        if any(
            member.file_size > _SMALL
            and member.file_size > limits.ratio * max(member.compress_size, 1)
            for member in members
        ):
            raise _bomb()
        if any(member.flag_bits & 0x1 for member in members):
            raise encrypted()
        if len(set(names)) < len(names) or any(_outside(name) for name in names):
            raise refused(
                "zip-names",
                "压缩包内有重名或指向外部的文件名",
                "the zip has a name twice, or a name that leads out of it",
            )
        if any(
            member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            for member in members
        ):
            raise broken("ZIP")
        lower = [name.lower() for name in names]
        if any(name.endswith("vbaproject.bin") or "macrosheets/" in name for name in lower) or any(
            name.startswith(("basic/", "scripts/")) and not name.endswith("/") for name in lower
        ):
            raise macros()
        if any("externallinks/" in name or name.endswith("/connections.xml") for name in lower):
            raise external()


def macros() -> FileProblem:
    """The workbook has macros."""
    return refused("macros", "工作簿含有宏", "the workbook has macros")


def external() -> FileProblem:
    """The workbook takes values from elsewhere."""
    return refused(
        "external-links",
        "工作簿链接到其他文件或数据源",
        "the workbook links to other files or data sources",
    )


def encrypted() -> FileProblem:
    """The workbook has a password."""
    return refused(
        "encrypted", "工作簿已加密，读不出", "the workbook is encrypted and cannot be read"
    )


def _bomb() -> FileProblem:
    return refused(
        "too-large-unpacked",
        "文件解开后太大",
        "the file unpacks to more than a report may be",
    )


def _outside(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not name
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in name
        or "\0" in name
    )


_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeDecodeError,
    ValueError,
    OverflowError,
)
