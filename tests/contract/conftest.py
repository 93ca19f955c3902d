"""The service of ``serve.py`` for every test of the suite.

Must not know which tests there are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kb.store.client import EngineClient
from tests.contract.expecting import BASE, Service


@pytest.fixture(scope="session")
def service(root: Path, shared: Path) -> Iterator[Service]:
    started = subprocess.Popen(
        [sys.executable, str(root / "tests" / "contract" / "serve.py"), BASE],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    said = json.loads(started.stdout.readline())
    with (
        httpx.Client(base_url=said["address"], timeout=60, trust_env=False) as web,
        EngineClient(said["engine"]) as engine,
    ):
        yield Service(web, engine)
    started.communicate(timeout=60)
    assert started.returncode == 0
