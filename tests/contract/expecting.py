"""What the tests of the suite share: the service, and which of them are expected to fail.

Must not know what any test asks for.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kb.store.client import EngineClient
from tests.contract import suite

#: Reasons by the names of the tests.
FAILURES: dict[str, str] = tomllib.loads(
    (Path(__file__).parent / "expected_failures.toml").read_text(encoding="utf-8")
)

#: Of graphs that have their address as their name, in the tests of the graph store.
BASE = "http://www.example/"


class Wrong(AssertionError):
    """The service answered, and not what the suite says; nothing else may fail as expected."""


def params(records: Iterable[suite.Case | suite.Dialogue]) -> list[object]:
    """The tests as parameters; an expected failure that passes ends the run.

    What is expected to fail is listed by name with its reason in ``expected_failures.toml``, and
    fails by the engine's answer alone (:class:`Wrong`): the condition is the engine's version,
    which the lock fixes, and being strict tells when another one mends it.
    """
    return [
        pytest.param(
            record,
            id=record.name,
            marks=[pytest.mark.xfail(reason=FAILURES[record.name], strict=True, raises=Wrong)]
            if record.name in FAILURES
            else [],
        )
        for record in records
    ]


@dataclass
class Service:
    """The service of ``serve.py``.

    Args:
        web: over HTTP.
        engine: for loading a dataset, which no request can do.
    """

    web: httpx.Client
    engine: EngineClient
    loaded: str = ""

    def load(self, nquads: bytes) -> None:
        """Replace the dataset; one that is there already costs nothing."""
        name = hashlib.sha256(nquads).hexdigest()[:16]
        if name != self.loaded:
            self.engine.load(nquads, name)
            self.loaded = name
