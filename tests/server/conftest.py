"""The service for real: ``plankb serve`` in a process of its own, on a free port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for what the service is given."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the built graph; services of the same files may share it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def address(cache: Path, root: Path, data: Path) -> Iterator[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PLANKB_")},
        "PLANKB_CACHE": str(cache),
        "PLANKB_DATA": str(data),
        # A busy machine starves queries in the heavy lane; tests of deadlines ask for less.
        "PLANKB_QUERY_SECONDS": "30",
        "PYTHONPATH": str(root),
    }
    served = subprocess.Popen(
        [sys.executable, "-c", "from kb.cli import main; main()", "serve", "--port", "0"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stderr is not None
    line = served.stderr.readline()
    found = re.search(r"http://\S+", line)
    assert found, line + served.stderr.read()
    yield found.group()
    served.terminate()
    # What is printed late must not fill the pipe and keep the process from its end.
    served.communicate(timeout=30)
    assert served.returncode == 0


@pytest.fixture
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, trust_env=False, verify=False) as client:
        yield client
