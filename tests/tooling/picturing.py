"""Draws the pictures of the user's guide anew: ``./dev run python tests/tooling/picturing.py``.

Starts a service of its own, and writes ``docs/guide/NAME-LANGUAGE.webp``. Needs Chromium.
Must not know what the guide says of them.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.server.reporting import FALLS, rows  # noqa: E402 - the folder is found by the line above
from tests.server.service import Service  # noqa: E402

FOLDER = ROOT / "docs" / "guide"
WIDTH, HEIGHT = 900, 560
_ENCODE = """async ([data, width]) => {
    const image = new Image();
    image.src = "data:image/png;base64," + data;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = Math.round(image.height * width / image.width);
    const brush = canvas.getContext("2d");
    brush.imageSmoothingQuality = "high";
    brush.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/webp", 0.72);
}"""


def _home(page: Page, lang: str) -> None:
    page.goto(f"/?lang={lang}")


def _search(page: Page, lang: str) -> None:
    page.goto(f"/search?lang={lang}")
    page.locator("#q").press_sequentially("nongcun" if lang == "zh" else "farmers")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")


def _answer(page: Page, lang: str) -> None:
    asked = {"zh": "农村实用人才队伍有哪些目标？", "en": "Which measures support rural talent?"}
    page.set_viewport_size({"width": 1200, "height": 747})
    page.goto(f"/ask?lang={lang}")
    page.fill("#q", asked[lang])
    page.locator("form.ask button").click()
    page.wait_for_selector(".rows")


def _editor(page: Page, lang: str) -> None:
    page.set_viewport_size({"width": 1200, "height": 747})
    page.goto(f"/editor?lang={lang}&example=ten-teams")
    page.click("#run")
    page.wait_for_selector("#view-table tbody tr")


def _report(page: Page, lang: str) -> None:
    page.goto(f"/reports/new?lang={lang}")
    file = {"name": "rural-2023.csv", "mimeType": "text/csv", "buffer": rows(*FALLS)}
    page.set_input_files("#file", file)  # type: ignore[arg-type] # a FilePayload as it is
    page.wait_for_selector("#verdict")
    page.locator("#verdict").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.getElementById('result').offsetTop - 16)")


def _small(browser: Browser, picture: bytes) -> bytes:
    """A picture as WebP, a third of its PNG: the browser has an encoder, and Python none."""
    page = browser.new_page()
    coded = page.evaluate(_ENCODE, [base64.b64encode(picture).decode(), WIDTH])
    page.close()
    return base64.b64decode(str(coded).partition(",")[2])


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "home": _home,
    "search": _search,
    "answer": _answer,
    "editor": _editor,
    "report": _report,
}


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(exist_ok=True)
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        Service(Path(folder)) as service,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=as_root)
        for lang in ("zh", "en"):
            for name, draw in PICTURES.items():
                page = browser.new_page(
                    base_url=service.address, viewport={"width": WIDTH, "height": HEIGHT}
                )
                draw(page, lang)
                drawn = page.screenshot(animations="disabled")
                page.close()
                (FOLDER / f"{name}-{lang}.webp").write_bytes(_small(browser, drawn))
        browser.close()


if __name__ == "__main__":
    main()
