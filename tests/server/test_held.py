"""What is kept of a page: what is the same for every reader of a revision, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import httpx
import pytest
from markupsafe import Markup

from kb.settings import Settings
from server import held
from server.access import KNOWLEDGE
from server.app import create_app
from server.knowledge import Knowledge

RURAL = "https://w3id.org/plankb/id/jiangjin-6-4/team/rural"
FIRST = Knowledge("https://w3id.org/plankb/", "r1", cast(Any, None), cast(Any, None))


def test_a_part_is_rendered_once_for_each_revision_and_language() -> None:
    app = create_app(Settings(), FIRST)
    asked: list[str] = []

    def part(knowledge: Knowledge, lang: str) -> str:
        def caller() -> Markup:
            asked.append(f"{knowledge.revision} {lang}")
            return Markup(asked[-1])

        with app.test_request_context(f"/?lang={lang}", environ_base={KNOWLEDGE: knowledge}):
            return held.rendered("part", caller)

    second = replace(FIRST, revision="r2")
    assert [part(FIRST, lang) for lang in ("zh", "en", "zh")] == ["r1 zh", "r1 en", "r1 zh"]
    assert [part(second, "zh"), part(second, "zh")] == ["r2 zh", "r2 zh"]
    assert asked == ["r1 zh", "r1 en", "r2 zh"]
    # Where a store does not say its revision, nobody knows for how long a part holds.
    unnamed = replace(FIRST, revision="")
    assert [part(unnamed, "zh"), part(unnamed, "zh")] == [" zh", " zh"]
    assert len(asked) == 5


@pytest.mark.parametrize(
    "path",
    ["/", "/review", "/templates", "/source/jiangjin-6-4-article", "/view/measures-and-targets"],
)
def test_whoever_read_a_page_before_each_reader_has_it_in_the_own_language(
    path: str, web: httpx.Client
) -> None:
    # Twice each, and with addresses of their own, so that it is not the same response.
    pages = {
        (lang, time): web.get(path, params={"lang": lang, "n": time}).text
        for time in ("1", "2")
        for lang in ("zh", "en")
    }
    for lang, other in (("zh", "en"), ("en", "zh")):
        first, second = pages[lang, "1"], pages[lang, "2"]
        assert first.replace("n=1", "n=2") == second
        main = second.partition("<main")[2].partition("</main>")[0]
        assert f"lang={lang}" in main
        assert f"lang={other}" not in main


def test_what_one_reader_marks_in_the_source_is_marked_for_no_other(web: httpx.Client) -> None:
    path, marked = "/source/jiangjin-6-4-article", 'class="here'
    pages = [
        web.get(path, params={"lang": "en", "n": str(n), **({"of": RURAL} if n % 2 else {})}).text
        for n in range(6)
    ]
    assert [page.count(marked) > 0 for page in pages] == [False, True] * 3
    assert [page.count('id="here"') for page in pages] == [0, 1] * 3
