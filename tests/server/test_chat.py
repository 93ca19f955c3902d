"""The page that asks and answers, as it is without JavaScript, and the answer as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from server.chat_texts import PAGE, SCRIPT
from server.search_texts import SCRIPT as NAMING
from tests.server.service import Service

TARGETS = "农村实用人才队伍有哪些目标？"
#: Questions of each status, with what the page must say beside the API's sentence.
STATUSES = {
    "answered": "Which measures are there for rural practical talent team?",
    "not_stated": "budget for teachers",
    "clarify": "目标 of quantum chess for teachers",
    "refused": "hello world",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE t; --",
    "} SELECT * WHERE { ?s ?p ?o",
    "\u202etalent\u2066 rural",
    "{{ 7 * 7 }} {% raw %}",
    "a\u0000b\u0007c",
]


class Page(HTMLParser):
    """The texts of a page by the class of their element, and its links."""

    _VOID = frozenset({"input", "link", "meta", "br", "path", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        assert not self.open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(held)
        if "id" in held:
            self.ids.append(held["id"])
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def asked(web: httpx.Client, question: str, **more: str) -> str:
    answer = web.get("/ask", params={"q": question, **more})
    assert answer.status_code == 200
    return answer.text


def test_every_text_is_in_both_languages() -> None:
    assert all(text.zh and text.en for text in {**PAGE, **SCRIPT}.values())


def test_every_text_that_the_scripts_say_is_there_and_no_other(root: Path) -> None:
    static = root / "server/static"
    pages = [static / f"{name}.js" for name in ("ask", "home", "search", "templates")]
    files = [*(static / "ask").glob("*.js"), *pages]
    scripts = "\n".join(file.read_text(encoding="utf-8") for file in files)
    quoted = set(re.findall(r'"([a-z-]+)"', scripts))
    known = {*SCRIPT, *NAMING}
    assert set(re.findall(r'say\("([a-z-]+)"', scripts)) <= known
    assert known <= quoted


def test_each_colour_is_for_light_and_dark_and_high_contrast_is_one_by_system_and_choice(
    root: Path,
) -> None:
    for name in ("style.css", "editor.css"):
        sheet = (root / "server/static" / name).read_text(encoding="utf-8")
        tokens = sheet[sheet.index(":root {") : sheet.index("}\n", sheet.index(":root {"))]
        for colour in re.findall(r": (#\w+);", tokens):
            raise AssertionError(f"{name}: {colour} is for one theme only")
        assert "light-dark(" in tokens
    sheet = (root / "server/static/style.css").read_text(encoding="utf-8")
    system = re.search(r"prefers-contrast: more\) \{\s+:root \{(.*?)\}", sheet, re.DOTALL)
    chosen = re.search(r'\n:root\[data-contrast="more"\] \{(.*?)\}', sheet, re.DOTALL)
    assert system is not None
    assert chosen is not None
    assert system[1].split() == chosen[1].split()


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_what_the_api_says(status: str, lang: str, web: httpx.Client) -> None:
    question = STATUSES[status]
    answer = web.get("/api/ask", params={"q": question, "lang": lang}).json()
    assert answer["status"] == status
    text = unescape(asked(web, question, lang=lang))
    sentence = answer["text"].removesuffix(answer["notice"][lang]).strip()
    assert sentence in text
    assert answer["notice"][lang] in text
    for row in answer["rows"]:
        assert row["label"][lang] in text
        for span in row["evidence"]:
            assert span["quote"] in text
            assert f"/source/{span['source']}/{span['start']}-{span['end']}" in text
    for suggestion in answer["suggestions"]:
        assert suggestion["question"] in text
    if "sparql" in answer:
        assert answer["sparql"] in text


def test_every_page_is_well_formed_and_every_link_of_an_answer_leads_somewhere(
    web: httpx.Client,
) -> None:
    page = Page(asked(web, TARGETS, lang="zh"))
    assert len(page.ids) == len(set(page.ids))
    here = {link["href"] for link in page.links}
    assert {f"#{name}" for name in page.ids} >= {one for one in here if one.startswith("#")}
    for link in sorted(one for one in here if one.startswith("/")):
        assert web.get(link, follow_redirects=True).status_code == 200, link
    for path in ("/ask", "/templates", "/source/jiangjin-6-4-article/2743-2757", "/id/nothing"):
        Page(web.get(path, headers={"Accept": "text/html"}).text)


def test_rows_have_their_figures_and_the_numbers_of_their_clauses(web: httpx.Client) -> None:
    text = asked(web, TARGETS, lang="en")
    assert re.search(r"increase by</span>\s+10,000 persons", text)
    assert "31.25%" in text
    assert 'class="badge stated"' in text
    numbers = [int(n) for n in re.findall(r'class="cite"\s+href="#c(\d+)"', text)]
    assert list(dict.fromkeys(numbers)) == list(range(1, max(numbers) + 1))


def test_a_word_that_was_not_understood_is_marked_in_the_question(web: httpx.Client) -> None:
    text = asked(web, STATUSES["clarify"], lang="en")
    assert re.search(r"<mark[^>]*><bdi>quantum chess</bdi></mark>", text)
    assert 'class="questions"' in text
    # Each time it is asked it counts as a miss, so nobody keeps the answer.
    held = web.get("/ask", params={"q": STATUSES["clarify"]}).headers["cache-control"]
    assert held == "no-store"


def test_what_was_taken_for_something_else_is_shown(web: httpx.Client) -> None:
    text = asked(web, "which mesures support rural talent?", lang="en")
    assert re.search(r"<bdi>mesures</bdi>\s+taken for\s+<bdi>measure</bdi>", text)
    assert 'class="sentence"' in text
    assert "taken for" not in asked(web, TARGETS, lang="en")


def test_the_empty_page_offers_questions_that_have_answers(web: httpx.Client) -> None:
    for lang in ("zh", "en"):
        page = Page(web.get("/ask", params={"lang": lang}).text)
        offered = [link["href"] for link in page.links if "?q=" in link["href"]]
        assert offered
        for link in offered:
            asks = httpx.URL(link).params
            assert web.get("/api/ask", params=dict(asks)).json()["status"] == "answered"


def test_an_answer_is_kept_until_the_revision_changes(web: httpx.Client) -> None:
    first = web.get("/ask", params={"q": TARGETS, "lang": "zh"})
    tag = {"If-None-Match": first.headers["etag"]}
    again = web.get("/ask", params={"q": TARGETS, "lang": "zh"}, headers=tag)
    assert again.status_code == 304


def test_parts_of_the_reading_can_be_left_out_and_changed(web: httpx.Client) -> None:
    text = asked(web, TARGETS, lang="zh")
    _, of_class, of_team, *_ = text[text.index('class="chips"') :].split('<li class="chip">')
    links = [link for link in Page(text).links if link.get("class") == "remove"]
    assert len(links) == 1
    assert "去掉" in links[0]["aria-label"]
    assert "举措" in of_class
    assert "教育人才队伍" in of_team[: of_team.index("</details>")]


@pytest.mark.parametrize("question", HOSTILE)
def test_whatever_is_asked_is_shown_as_text(question: str, web: httpx.Client) -> None:
    for path in ("/ask", "/ask.md", "/ask.csv", "/ask.json", "/api/suggest"):
        answer = web.get(path, params={"q": question[:400]})
        assert answer.status_code == 200, path
        assert "securitypolicy" not in answer.text
    text = asked(web, question)
    Page(text)
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "49" not in re.findall(r"<h1.*?</h1>", text, re.DOTALL)[0]
    title = re.findall(r"<title>(.*?)</title>", text, re.DOTALL)[0]
    assert not re.search("[\u0000-\u0008\u202a-\u202e\u2066-\u2069]", title)


@pytest.mark.parametrize("path", ["/ask", "/ask.md", "/ask.csv", "/ask.json"])
def test_a_question_that_is_too_long_or_none_is_no_error(path: str, web: httpx.Client) -> None:
    for question in ("", "   ", "目" * 5000, "?!，。"):
        assert web.get(path, params={"q": question}).status_code == 200


def test_the_csv_has_a_line_for_each_row_with_its_clauses(web: httpx.Client) -> None:
    answer = web.get("/ask.csv", params={"q": TARGETS, "lang": "zh"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    rows = web.get("/api/ask", params={"q": TARGETS, "lang": "zh"}).json()["rows"]
    assert [line["iri"] for line in lines] == [row["iri"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert line["value"] == (str(row["value"]) if "value" in row else "")
        assert line["quotes"].split(" ¦ ") == [span["quote"] for span in row["evidence"]]


def test_the_markdown_has_a_note_for_each_clause(web: httpx.Client) -> None:
    text = web.get("/ask.md", params={"q": TARGETS, "lang": "zh"}).text
    used = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    assert used == set(re.findall(r"^\[\^(\d+)\]: ", text, re.MULTILINE))
    assert "“农村实用人才总量增加10000人”" in text
    assert "不是规划原文" in text
    assert "/ask?q=" in text


def test_the_json_is_the_api_s(web: httpx.Client) -> None:
    file = web.get("/ask.json", params={"q": TARGETS, "lang": "zh"}).json()
    api = web.get("/api/ask", params={"q": TARGETS, "lang": "zh"}).json()
    file.pop("elapsed_ms")
    api.pop("elapsed_ms")
    assert file == api


@pytest.mark.parametrize(
    ("parameters", "told"),
    [({"q": "x" * 501}, "500"), ({"limit": "0"}, "1"), ({"limit": "many"}, "many")],
)
def test_what_cannot_be_suggested_for_is_a_problem(
    parameters: dict[str, str], told: str, web: httpx.Client
) -> None:
    answer = web.get("/api/suggest", params=parameters)
    assert answer.status_code == 400
    assert told in answer.json()["detail"] + answer.json()["hint"]


def test_every_suggestion_has_an_answer(web: httpx.Client) -> None:
    for lang, typed in (("zh", "农村"), ("en", "rural")):
        answer = web.get("/api/suggest", params={"q": typed, "lang": lang, "limit": "3"})
        found = answer.json()["suggestions"]
        assert 0 < len(found) <= 3
        assert {one["lang"] for one in found} == {lang}
        for one in found:
            asks = {"q": one["question"], "lang": lang}
            assert web.get("/api/ask", params=asks).json()["status"] == "answered"


# ------------------------------------------------------------------------- hostile labels

_NAMES = ('=HYPERLINK("http://x")', "<script>alert(1)</script>|*x*\u202e")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The service with an operator's file whose names are anything but friendly."""
    folder = tmp_path_factory.mktemp("hostile")
    overlay = folder / "overlay.csv"
    with overlay.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["team", "body_zh", "body_en", "source"])
        lines.writerow(["rural", *_NAMES, "Notice 7"])
    with (
        Service(folder, overlay=str(overlay), web_processes="1") as service,
        httpx.Client(base_url=service.address, timeout=30, trust_env=False) as client,
    ):
        yield client


def test_a_hostile_label_is_shown_as_text(hostile: httpx.Client) -> None:
    text = asked(hostile, "who is responsible for rural talent", lang="en")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    Page(text)


def test_no_cell_starts_a_formula_and_no_text_is_markup(hostile: httpx.Client) -> None:
    asks = {"q": "who is responsible for rural talent", "lang": "zh"}
    lines = list(csv.reader(io.StringIO(hostile.get("/ask.csv", params=asks).text)))
    assert lines[1][0] == "'" + _NAMES[0]
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
    text = hostile.get("/ask.md", params={**asks, "lang": "en"}).text
    assert "\n| \\<script\\>alert(1)\\</script\\>\\|\\*x\\* |" in text
