"""The pages: bytes, first content in a browser, and the time of the server, beside Datasette.

Bytes are all that a browser loads for the page, as it comes over the wire. First content is the
browser's own mark, in a new context each time, so that nothing is kept. The server's time is
without its response cache: each request has an address of its own. Datasette shows a table of the
same plan; it is what researchers know of pages made of data, and Python and server-rendered too.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from tests.bench import peers
from tests.bench.peers import Absent
from tests.server.service import Service

Row = dict[str, object]

FOLDER = peers.ROOT / "build" / "datasette"
VERSION = "datasette==0.65.5"
PAGES = {
    "home": "/?lang=zh",
    "answer": "/ask?lang=en&q=Which+targets+are+there+for+rural+practical+talent+team%3F",
    "search": "/search?q=nongcun&lang=zh",
    "team": "/id/jiangjin-6-4/team/rural.html?lang=zh",
    "target": "/id/jiangjin-6-4/rural/target/headcount.html?lang=en",
    "view": "/view/increments?lang=zh",
    "self-audit": "/review?lang=zh",
    "read-along": "/source/jiangjin-6-4-article?lang=zh",
    "links": "/explore?lang=zh",
    "questions": "/questions?lang=en",
    "question": "/questions/ten-teams?lang=zh",
    "templates": "/templates?lang=zh",
    "data": "/data?lang=en",
    "interface": "/api?lang=zh",
    "reports": "/reports?lang=zh",
    "editor": "/editor?lang=en",
}
#: How often a page is painted, and asked for.
_PAINTED, _ASKED = 5, 40
#: Seconds in which a service has done what it does after its very first start: what is made
#: then is kept in the cache folder, which is a new one here.
_SETTLED = 30
_MARKS = """() => new Promise(done => new PerformanceObserver(list => {
    const first = list.getEntriesByName("first-contentful-paint")[0];
    if (first) done({
        first: first.startTime,
        bytes: [...performance.getEntriesByType("navigation"),
                ...performance.getEntriesByType("resource")]
            .filter(one => !/\\.(png|webp|svg)$/.test(new URL(one.name).pathname))
            .reduce((sum, one) => sum + one.encodedBodySize, 0),
    });
}).observe({type: "paint", buffered: true}))"""


def run() -> list[Row]:
    """Measure every kind of page, and the peer's."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        service = stack.enter_context(Service(Path(folder), web_cache_mb="0", log="off"))
        found = [("plankb", name, service.address, path) for name, path in PAGES.items()]
        absent: list[Row] = []
        try:
            peer = stack.enter_context(_datasette(Path(folder), service.address))
            found.append(("datasette", "table of 35 targets", peer, "/plan/figures"))
        except Absent as missing:
            absent = [{"server": "datasette", "page": f"left out: {missing}"}]
        browser = stack.enter_context(_browser())
        time.sleep(_SETTLED)
        return [_measured(browser, *one) for one in found] + absent


def _measured(browser: Browser | None, server: str, name: str, address: str, path: str) -> Row:
    row: Row = {"server": server, "page": name}
    if browser is not None:
        first, size = [], 0
        for _ in range(_PAINTED):
            page = browser.new_context(base_url=address).new_page()
            page.goto(path, wait_until="load")
            marks = page.evaluate(_MARKS)
            first.append(marks["first"])
            size = int(marks["bytes"])
            page.context.close()
        row["kB"] = round(size / 1000, 1)
        row["first content ms"] = round(statistics.median(first))
    joint = "&" if "?" in path else "?"
    times = []
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as web:
        for number in range(_ASKED):
            began = time.perf_counter()
            web.get(f"{path}{joint}n={number}", headers={"Accept": "text/html"}).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
    times.sort()
    row["server ms p50"] = round(statistics.median(times), 1)
    row["server ms p95"] = round(times[int(len(times) * 0.95)], 1)
    return row


@contextlib.contextmanager
def _browser() -> Iterator[Browser | None]:
    """Chromium; None where there is none, and then only the server is measured."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        yield None
        return
    with sync_playwright() as playwright:
        as_root = ["--no-sandbox"] if os.getuid() == 0 else []
        started = playwright.chromium.launch(executable_path=program, args=as_root)
        yield started
        started.close()


@contextlib.contextmanager
def _datasette(folder: Path, ours: str) -> Iterator[str]:
    """Datasette with the headline figures of the teams; its address."""
    program = FOLDER / "bin" / "datasette"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", VERSION]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode or not program.exists():
            raise Absent(f"{VERSION} cannot be installed: {done.stderr.strip()[-200:]}")
    text = httpx.get(f"{ours}/view/team-figures.csv", trust_env=False).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    file = folder / "plan.db"
    with contextlib.closing(sqlite3.connect(file)) as database:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        database.execute(f"CREATE TABLE figures ({columns})")
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO figures VALUES ({marks})", rows[1:])
        database.commit()
    port = peers.free_port()
    with peers.process([str(program), "serve", str(file), "--port", str(port)]) as (started, said):
        address = f"http://127.0.0.1:{port}"
        peers.await_answer(address + "/-/versions.json", started, said, 60)
        yield address
