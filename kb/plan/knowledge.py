"""Where ``ontology/`` and ``queries/`` are, and how their files are read.

Must not know what the files say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.errors import FileProblem
from kb.terms import DEFAULT_BASE
from kb.text import Text


@cache
def root() -> Path:
    """The folder that holds ``ontology/`` and ``queries/``.

    The checkout comes first, as an editable install may leave a stale copy elsewhere;
    then the copy inside the installed package.

    Raises:
        FileProblem: neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent, package / "_data"):
        if (folder / "ontology").is_dir() and (folder / "queries").is_dir():
            return folder
    raise FileProblem(
        "knowledge-missing",
        Text(
            zh=f"在 {package.parent} 和 {package / '_data'} 都找不到 ontology/ 与 queries/",
            en=f"neither {package.parent} nor {package / '_data'} holds ontology/ and queries/",
        ),
        Text(zh="请重新安装 plankb", en="install plankb again"),
        file=str(package.parent),
    )


def read_text(path: Path, base: str = DEFAULT_BASE) -> str:
    """Text of a knowledge file, with the base IRI replaced where another one is set.

    Args:
        path: the file, UTF-8.
        base: the base IRI in force, ending with ``/``.

    Raises:
        FileProblem: missing, unreadable, or not UTF-8 (with the line of the bad byte).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            "file-unreadable",
            Text(
                zh=f"{path}：无法读取（{error.strerror}）",
                en=f"{path}: cannot be read ({error.strerror})",
            ),
            Text(zh="检查文件是否存在、是否有权读取", en="check that it exists and may be read"),
            file=str(path),
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileProblem(
            "file-encoding",
            Text(zh=f"{path}:{line}：不是 UTF-8 编码", en=f"{path}:{line}: is not UTF-8"),
            Text(zh="请以 UTF-8 重新保存该文件", en="save the file as UTF-8"),
            file=str(path),
            line=line,
        ) from error
    return text if base == DEFAULT_BASE else text.replace(DEFAULT_BASE, base)


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A query of ``queries/`` with its comment header (``# key: value`` lines)."""

    path: Path
    name: str
    header: Mapping[str, str]
    text: str

    def bilingual(self, key: str) -> Text:
        """The header's ``KEY zh`` and ``KEY en``.

        Raises:
            FileProblem: one of the two is missing.
        """
        zh, en = self.header.get(f"{key} zh", ""), self.header.get(f"{key} en", "")
        if not zh or not en:
            raise FileProblem(
                "query-header",
                Text(
                    zh=f"{self.path}:1：缺少注释头“# {key} zh:”或“# {key} en:”",
                    en=f"{self.path}:1: the comment header lacks “# {key} zh:” or “# {key} en:”",
                ),
                Text(zh="在文件开头补上这一行", en="add the line at the top of the file"),
                file=str(self.path),
                line=1,
            )
        return Text(zh=zh, en=en)

    def digest(self) -> str:
        """SHA-256 of the text, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


_HEADER = re.compile(r"#\s*([a-z][a-z0-9 _-]*?):\s*(.*)")


def _number(path: Path) -> tuple[int, str]:
    """Where a query stands among others: by the number that its name begins with."""
    digits = re.match(r"\d*", path.name)
    return int(digits[0] or 0) if digits else 0, path.name


def query_files(folder: str, base: str = DEFAULT_BASE) -> list[QueryFile]:
    """All queries of ``queries/FOLDER``, by the numbers of their names.

    A header line that begins with ``#`` and more than one space continues the one before.
    """
    found = []
    for path in sorted((root() / "queries" / folder).glob("*.rq"), key=_number):
        text = read_text(path, base)
        header: dict[str, str] = {}
        key = ""
        for line in text.splitlines():
            if not line.startswith("#"):
                break
            if key and line.startswith("#   "):
                # Chinese is continued without a space.
                joint = "" if key.endswith(" zh") else " "
                header[key] = f"{header[key]}{joint}{line[1:].strip()}".strip()
            elif match := _HEADER.match(line):
                key = match[1]
                header[key] = match[2].strip()
        found.append(QueryFile(path, path.stem, header, text))
    return found
