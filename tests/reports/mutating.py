"""Report files gone wrong, by a seed: bytes flipped, parts swapped, cells and markup mangled."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from functools import lru_cache

from kb.reports.sheet import Upload
from tests.reports import files

#: Texts that have broken readers before.
ODD = (
    "", " ", "\0", "\ufeff", "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "-", "—", "1e309", "NaN",
    "∞", "９９９", "1,23", "约400", "400人", "15:35:50", "1:2:3:4:5:6", "%", "万", "亿万", "'", '"',
    '""', "\n", "\r", "\t", ";", ",", "<b>", "&amp;", "&#0;", "]]>", "\ud800", "😀" * 50,
    "a" * 40_000, "９" * 300, "_x0000_", "0" * 5000, "-0", "1.7976931348623157e308", "2023年",
    "{", "[", "@prefix", "<?xml", "PK\x03\x04", "../../x", "http://example.org/", "rural", "plan",
)  # fmt: skip


@lru_cache(1)
def good() -> tuple[tuple[str, bytes], ...]:
    """Files of every format, as they should be."""
    text = files.delimited()
    rows = [dict(zip(files.HEADINGS, row, strict=True)) for row in files.ROWS]
    turtle = "\n".join(
        [
            "@prefix : <https://w3id.org/plankb/ns#> .",
            "@prefix qb: <http://purl.org/linked-data/cube#> .",
            *(
                f"<urn:{number}> a qb:Observation ; :row {number} ; :year 2023 ; "
                f':writtenValue "{number}" ; :team <urn:t> ; :writtenUnit "人" .'
                for number in range(5)
            ),
        ]
    )
    return (
        ("a.csv", text.encode()),
        ("b.csv", text.encode("gb18030")),
        ("c.csv", text.encode("utf-16")),
        ("d.tsv", files.delimited(delimiter="\t").encode()),
        ("e.xlsx", files.xlsx()),
        ("f.ods", files.ods(files.ods_table())),
        ("g.json", json.dumps({"rows": rows}, ensure_ascii=False).encode()),
        ("h.ttl", turtle.encode()),
    )


def mutated(seed: int) -> Upload:
    """A file made wrong in up to three ways; the same for the same seed."""
    chance = random.Random(seed)
    name, data = chance.choice(good())
    times = chance.choice([1, 1, 2, 3])
    if chance.random() < 0.5:
        data = _cells(chance)
        times = chance.choice([0, 0, 0, 1])
    for _ in range(times):
        ways: list[Callable[[random.Random, bytes], bytes]] = [
            _flip, _cut, _insert, _repeat, _swap,
        ]  # fmt: skip
        if data.startswith(b"PK"):
            ways += [_part] * 20
        data = chance.choice(ways)(chance, data)[: 2**20]
    return Upload(chance.choice([name, "x", "../x.csv", "x.ttl", "\ud800", ""]), data)


def _flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: random.Random, data: bytes) -> bytes:
    first, last = sorted(chance.randint(0, len(data)) for _ in range(2))
    return data[:first] + data[last:] if chance.random() < 0.5 else data[:last]


def _insert(chance: random.Random, data: bytes) -> bytes:
    place = chance.randint(0, len(data))
    odd = chance.choice(ODD).encode("utf-8", "surrogatepass")
    return data[:place] + odd + data[place:]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    first = chance.randint(0, len(data))
    piece = data[first : first + chance.randint(1, 200)]
    return data[:first] + piece * chance.randint(2, 50) + data[first:]


def _swap(chance: random.Random, data: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    _, other = chance.choice(good())
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _part(chance: random.Random, data: bytes) -> bytes:
    """One part of a workbook mangled, and the zip whole again."""
    try:
        parts = files.parts(data)
    except (ValueError, OSError, KeyError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        return data  # too damaged by now
    except Exception as error:
        if type(error).__name__ in ("BadZipFile", "error"):
            return data
        raise
    if not parts:
        return data
    name = chance.choice(sorted(parts))
    content = parts[name]
    if chance.random() < 0.5 and b"<" in content:
        pieces = content.split(b"<")
        for _ in range(chance.randint(1, 3)):
            one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
            match chance.randrange(4):
                case 0:
                    pieces[one] = pieces[other]
                case 1:
                    pieces.insert(one, pieces[other])
                case 2:
                    number = chance.choice([b"0", b"-1", b"99999999999", b"1048576", b"x", b""])
                    at = pieces[one].find(b'"')
                    end = pieces[one].find(b'"', at + 1)
                    if 0 <= at < end:
                        pieces[one] = pieces[one][: at + 1] + number + pieces[one][end:]
                case _:
                    odd = chance.choice(ODD).encode("utf-8", "surrogatepass")
                    pieces[one] += odd.replace(b"<", b"&lt;")
        parts[name] = b"<".join(pieces)
    elif chance.random() < 0.3:
        del parts[name]
    else:
        parts[name] = chance.choice([_flip, _cut, _insert, _repeat])(chance, content)
    return files.zipped(parts)


def _cells(chance: random.Random) -> bytes:
    """A whole file with odd cells."""
    rows = [list(row) for row in files.ROWS]
    headings = list(files.HEADINGS)
    for _ in range(chance.randint(1, 6)):
        row = chance.choice([*rows, headings])
        row[chance.randrange(len(row))] = chance.choice(ODD)
    if chance.random() < 0.5:
        clean = [[cell[:30_000].replace("\ud800", "") for cell in row] for row in rows]
        return files.xlsx(clean, [cell.replace("\ud800", "") for cell in headings])
    text = files.delimited(rows, headings, delimiter=chance.choice([",", ";", "\t"]))
    return text.encode(chance.choice(["utf-8", "gb18030", "utf-16"]), "replace")
