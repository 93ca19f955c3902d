"""Accepted reports are in what is served, soon after the decision and after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from kb.plan import graph
from kb.plan.kept import Kept
from kb.reports import reading
from kb.reports.drawing import Drawer
from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.records import Actor
from kb.reports.sheet import Upload
from kb.settings import Settings
from tests.server.service import ROOT, Service
from tests.server.test_serving import until

MAIN = "from kb.cli import main"
AUDITOR = Actor("Li", "auditor")
HEAD = "reporter,team,indicator,year,value,unit,basis,note\n"
ROW = "agriculture-commission,rural,rural-headcount,{0},{1},人,stock,\n"
VALUES = """PREFIX : <https://w3id.org/plankb/ns#>
    SELECT ?v WHERE { GRAPH ?g { ?o a :Observation ; :value ?v } } ORDER BY ?v"""


@pytest.fixture(scope="module")
def drawer() -> Drawer:
    return Drawer(graph.build(Settings()))


def hand_in(ledger: Ledger, drawer: Drawer, year: int, value: int) -> str:
    upload = Upload("report.csv", (HEAD + ROW.format(year, value)).encode())
    keys = drawer.keys(reading.read(upload, drawer.lists))
    return ledger.submit(upload, AUDITOR, keys).id


def values(service: Service) -> list[str]:
    """The figures that are served."""
    answer = httpx.get(
        f"{service.address}/sparql",
        params={"query": VALUES},
        headers={"Accept": "text/csv"},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return answer.text.split()[1:]


def asked(service: Service) -> tuple[object, object]:
    """An answer and completions: what reports do not change."""
    with httpx.Client(base_url=service.address, trust_env=False, timeout=60) as web:
        answer = web.get("/api/ask", params={"q": "农村实用人才队伍有哪些举措？"}).json()
        offered = web.get("/api/suggest", params={"q": "农村", "lang": "zh"}).json()
    return answer["rows"], offered


@pytest.mark.needs_ci
def test_what_is_decided_is_served(tmp_path: Path, drawer: Drawer) -> None:
    data = tmp_path / "data"
    cache = Kept.of(Settings(), "").path  # the graph is there from the test's own
    with Service(cache, data=str(data)) as service:
        assert values(service) == []
        before, engines = asked(service), service.engines()
        # The ledger is made while the service runs; another process writes to it.
        ledger = Ledger.open(data / "ledger.sqlite")
        first = hand_in(ledger, drawer, 2023, 100)
        ledger.decide(first, "accepted", AUDITOR)
        until(lambda: values(service) == ["100"], service)
        assert asked(service) == before
        address = f"{service.address}/id/jiangjin-6-4/team/rural.html?lang=en"
        page = httpx.get(address, timeout=60).text
        assert "Figures reported" in page
        assert "Jiangjin Commission of Agriculture and Rural Affairs" in page
        second = hand_in(ledger, drawer, 2023, 200)
        ledger.decide(second, "accepted", AUDITOR)
        until(lambda: values(service) == ["200"], service)
        assert asked(service) == before
        subprocess.run(
            [sys.executable, "-c", f"{MAIN}; main()", "reports", "withdraw", second],
            check=True,
            env={**os.environ, "PLANKB_DATA": str(data), "PYTHONPATH": str(ROOT)},
        )
        until(lambda: values(service) == ["100"], service)
        assert service.engines() == engines  # nothing was loaded anew
        # It is killed, and all that it had started; then somebody decides.
        service.process.kill()
        service.process.wait()
    ledger.decide(hand_in(ledger, drawer, 2024, 300), "accepted", AUDITOR)
    with Service(cache, data=str(data)) as service:
        assert values(service) == ["100", "300"]
    ledger.close()
