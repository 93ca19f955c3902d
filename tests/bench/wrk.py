"""Loads an endpoint with wrk (Debian: wrk), which is faster than the servers that it measures.

Must not know which servers these are.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.bench.peers import Absent

#: Each query once after the other, each time with another comment, so that none was asked before.
_DISTINCT = """
local queries = {}
for line in io.lines("%s") do queries[#queries + 1] = line end
local own = tostring(os.time()) .. tostring({}):gsub("%%W", "")
local n = 0
function request()
  n = n + 1
  local query = queries[n %% #queries + 1] .. "%%20%%23" .. own .. n
  return wrk.format("GET", wrk.path .. "?query=" .. query)
end
"""
_REPEATED = """
local queries = {}
for line in io.lines("%s") do queries[#queries + 1] = line end
function init() request_ = wrk.format("GET", wrk.path .. "?query=" .. queries[1]) end
function request() return request_ end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load.

    Args:
        rate: answers a second.
        failed: answers with another status than 200, and broken connections.
    """

    rate: float
    failed: int


def load(
    address: str, queries: Sequence[str], distinct: bool, clients: int, seconds: float
) -> Load:
    """Ask for so many seconds with so many clients, each one request after the other.

    Raises:
        Absent: there is no wrk.
    """
    if shutil.which("wrk") is None:
        raise Absent("wrk is not installed (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "queries"
        lines.write_text("\n".join(quote(query) for query in queries) + "\n", encoding="ascii")
        script = Path(folder) / "script.lua"
        script.write_text((_DISTINCT if distinct else _REPEATED) % lines, encoding="utf-8")
        said = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "-s", str(script), address],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    failed = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", said)))
    failed += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", said)))
    return Load(float(found.group(1)), failed)
