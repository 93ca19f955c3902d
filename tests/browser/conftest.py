"""A real browser on the real service. Whatever a page does wrong on the way fails its test.

Wrong is: an error or warning on the console, an exception, a violation of the
Content-Security-Policy, a request to anything but the service.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.server.conftest import address, cache, data

__all__ = ["address", "cache", "data"]  # for the tests of this folder too

_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


# A busy machine is no fault of the page.
_PATIENCE_MS = 20_000
expect.set_options(timeout=_PATIENCE_MS)


@dataclass
class Faults:
    """What a page did wrong; `allowed` are the beginnings of messages that a test provokes."""

    seen: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def left(self) -> list[str]:
        return [told for told in self.seen if not told.startswith(tuple(self.allowed))]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: it has threads of its own, and tests elsewhere fork."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*_FLAGS, *as_root])
        yield started
        started.close()


@pytest.fixture(scope="module")
def contexts(browser: Browser, address: str) -> Callable[..., BrowserContext]:
    """A context for the given options, the same for all tests of a module: it holds the cache."""

    @functools.cache
    def context(lang: str, dark: bool, width: int, scripts: bool, *grants: str) -> BrowserContext:
        made = browser.new_context(
            base_url=address,
            locale="zh-CN" if lang == "zh" else "en-GB",
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            permissions=grants,
        )
        made.set_default_timeout(_PATIENCE_MS)
        if scripts:
            made.add_init_script(_VIOLATIONS)
        return made

    return context


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def opened(
    contexts: Callable[..., BrowserContext], address: str, faults: Faults
) -> Iterator[Callable[..., Page]]:
    """Open a path of the service: `opened("/editor", lang="en", dark=True, width=320)`."""
    pages: list[Page] = []

    def open_page(
        path: str = "/editor",
        *grants: str,
        lang: str = "en",
        dark: bool = False,
        width: int = 1280,
        scripts: bool = True,
    ) -> Page:
        page = contexts(lang, dark, width, scripts, *grants).new_page()
        watch(page, address, faults)
        page.goto(path)
        if scripts:
            pages.append(page)
            if path.startswith(("/editor", "/sparql")):
                page.wait_for_selector(".CodeMirror", state="attached")
        return page

    yield open_page
    for page in pages:
        faults.seen.extend(page.evaluate("localStorage.clear(), window.violations || []"))
        page.close()
    assert not faults.left()


def watch(page: Page, address: str, faults: Faults) -> None:
    """Note what goes wrong."""
    page.on(
        "console",
        lambda message: (
            faults.seen.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: faults.seen.append(f"exception: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address + "/", "blob:" + address))
            else faults.seen.append(f"request to {request.url}")
        ),
    )
