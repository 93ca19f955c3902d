"""Pages on the plan as a whole: tables and pictures, the self-audit, questions, searching.

Every number on a page is its query's, every link leads somewhere, and nothing needs a script.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from kb.plan.evidence import Span
from kb.plan.views import view, views
from kb.text import Text
from server.clauses import Source
from server.page_texts import PAGES
from server.passages import paragraphs

BASE = "https://w3id.org/plankb/"
ALONE = [one.name for one in views(BASE) if not one.parameter]
RURAL = "/id/jiangjin-6-4/team/rural.html"


class Links(HTMLParser):
    """The links of a page, and its tags in balance."""

    VOID = ("meta", "link", "input", "br", "img", "hr", "rect", "circle", "path", "col")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stays open."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def rows(web: httpx.Client, name: str, **of: str) -> list[dict[str, str]]:
    answer = web.get(f"/view/{name}.csv", params=of)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_every_sentence_is_in_both_languages() -> None:
    assert all(text.zh and text.en for text in PAGES.values())


@pytest.mark.parametrize("name", ALONE)
def test_a_view_has_its_rows_as_page_and_file_and_its_query_gives_them(
    web: httpx.Client, name: str
) -> None:
    found = rows(web, name)
    assert found or name == "progress"  # of which there is none before a report is accepted
    for lang in ("zh", "en"):
        page = web.get(f"/view/{name}", params={"lang": lang}).text
        links = Links(page)
        assert not links.wrong
        assert not links.open
        assert len(re.findall("<tr[ >]", page)) >= len(found)
    asked = {"query": view(name, BASE).query, "format": "json"}
    bound = web.get("/sparql", params=asked).json()["results"]["bindings"]
    assert len(bound) == len(found)
    for row, own in zip(bound, found, strict=True):
        for column, term in row.items():
            if term.get("datatype", "").endswith(("decimal", "integer")):
                assert float(own[column]) == float(term["value"])


def test_a_workbook_holds_no_formula_and_the_same_rows(web: httpx.Client) -> None:
    answer = web.get("/view/increments.xlsx?lang=en")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "<v>35600</v>" in sheet
    assert "农村实用人才总量增加10000人" in texts
    assert "attachment" in answer.headers["content-disposition"]


def test_the_sum_of_the_increases_is_drawn_and_written(web: httpx.Client) -> None:
    page = web.get("/view/increments?lang=en").text
    assert "= 35,800" in page  # what the parts reach
    assert "= 35,600" in page  # what the plan says
    added = [float(row["amount"]) for row in rows(web, "increments") if row["link"] != "="]
    assert sum(added[:-1]) == 35800


def test_a_matrix_says_in_its_places_what_its_table_says(web: httpx.Client) -> None:
    page = web.get("/view/teams-and-action-plans?lang=en").text
    places = re.findall(r'<td class="shade-[1-4]" data-row="\d+">([\d,]+)</td>', page)
    found = [row["measures"] for row in rows(web, "teams-and-action-plans")]
    assert sorted(places) == sorted(found)


def test_a_team_has_its_targets_with_comparator_unit_and_clause(web: httpx.Client) -> None:
    page = web.get(RURAL, params={"lang": "en"}).text
    for words in ("increase by", "maintain at", "10,000", "31.25", "全区高素质农民增加4000人"):
        assert words in page, words
    assert "GB/T 7714" in page
    assert "@misc{plankb:" in page
    assert "[DB/OL]" in page
    found = rows(web, "targets-of-team", of=f"{BASE}id/jiangjin-6-4/team/rural")
    assert len(found) == 11


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/id/jiangjin-6-4/rural/target/farmers-trained.html", "What serves it"),
        ("/id/jiangjin-6-4/rural/measure/train-farmers.html", "What it serves"),
        ("/scheme/indicator/rural-headcount.html", "The targets about this indicator"),
        ("/id/jiangjin-6-4/body/agriculture-commission.html", "What it takes part in"),
        ("/id/jiangjin-6-4/action-plan/platform-building.html", "carry it out"),
        ("/id/jiangjin-6-4/plan.html", "Headline targets"),
    ],
)
def test_a_resource_has_the_tables_of_its_classes(web: httpx.Client, path: str, word: str) -> None:
    assert word in web.get(path, params={"lang": "en"}).text


def test_the_self_audit_shows_its_sums_and_clauses(web: httpx.Client) -> None:
    page = web.get("/review?lang=en").text
    assert "10000 + 4800 + 10000 + 1000 + 10000 = 35800" in page
    assert "农村实用人才总量增加10000人" in page
    assert not Links(page).wrong


@pytest.mark.parametrize(
    "typed",
    ["rural practical", "农村实用", "nongcunshiyong", "ncsyrc", "team:rural", "  农村实用 "],
)
def test_a_team_is_found_by_either_name_pinyin_and_code(web: httpx.Client, typed: str) -> None:
    found = web.get("/api/search", params={"q": typed}).json()["items"]
    assert any(item["iri"].endswith("/team/rural") for item in found[:5])
    assert web.get(found[0]["page"]).status_code == 200


def test_searching_for_nothing_or_in_vain_is_a_page_too(web: httpx.Client) -> None:
    for typed in ("", "   ", "zzzzqqqq", "<script>", "农" * 500, "\x00"):
        page = web.get("/search", params={"q": typed, "lang": "en"})
        assert page.status_code == 200
        assert "<script>" not in page.text.split("<main", 1)[1]
    assert (
        "Nothing was found" in page.text
        or "Nothing was found" in web.get("/search?q=zzzzqqqq&lang=en").text
    )


@pytest.mark.parametrize(
    "path",
    [
        "/view/none",
        "/view/none.csv",
        "/view/targets-of-team",
        "/view/targets-of-team?of=https://elsewhere.example/x",
        f"/view/targets-of-team.csv?of={BASE}id/none",
        f"/view/targets-of-team?of={BASE}id/x%3E%20%7D",
        "/view/teams.exe",
    ],
)
def test_what_there_is_not_is_not_found(web: httpx.Client, path: str) -> None:
    assert web.get(path).status_code == 404


def test_what_a_resource_is_linked_to_is_drawn_and_listed(web: httpx.Client) -> None:
    focus = f"{BASE}id/jiangjin-6-4/rural/target/farmers-trained"
    page = web.get("/explore", params={"focus": focus, "lang": "en"}).text
    assert "rural practical talent team" in page
    drawn = page.split('<svg class="graph"')[1].split("</svg>")[0]
    assert drawn.count('class="line') == drawn.count("<text") - 1  # none to the focus itself
    only = web.get("/explore", params={"focus": focus, "lang": "en", "status": "stated"}).text
    assert 'class="line stated"' in only
    assert 'class="line derived"' not in only
    assert not Links(page).wrong


def test_the_source_is_read_along_by_its_clauses(web: httpx.Client) -> None:
    page = web.get("/source/jiangjin-6-4-article?lang=en").text
    links = [link for link in Links(page).found if "/source/jiangjin-6-4-article/" in link]
    assert len(links) > 300
    assert web.get(links[100]).status_code == 200


@pytest.mark.needs_shared
def test_with_the_operators_text_every_character_is_there_once(shared: Path) -> None:
    text = (shared / "source" / "jiangjin-6-4-article.txt").read_text(encoding="utf-8")
    whole = Source("s", "x", Text("", ""), "", "", len(text), text=text)
    spans = [(0, 12), (5, 30), (5, 9), (100, 140)]
    cited = tuple(Span(a, b, text[a:b], "x", "i") for a, b in sorted(spans))
    found = [one for paragraph in paragraphs(whole, cited) for one in paragraph]
    joined = "".join(one.text for one in found)
    assert joined == "".join(line for line in text.split("\n") if line.strip())
    assert next(one for one in found if one.span).text == text[0:5].lstrip()


def test_each_route_of_the_interface_is_explained(web: httpx.Client) -> None:
    page = web.get("/api?lang=en").text
    for path in web.get("/api/openapi.json").json()["paths"]:
        assert path in page


def test_every_statement_of_a_page_says_why(web: httpx.Client) -> None:
    page = web.get("/id/jiangjin-6-4/rural/target/headcount.html?lang=en").text
    reasons = [link for link in Links(page).found if link.startswith("/why?")]
    assert len(reasons) > 20
    for link in reasons[::5]:
        why = web.get(link)
        assert why.status_code == 200
        assert 'class="statement"' in why.text
    asked = {"s": f"{BASE}id/jiangjin-6-4/rural/target/headcount", "p": f"{BASE}ns#value"}
    [told] = web.get("/api/why", params=asked).json()["statements"]
    assert told["status"] == "stated"
    assert told["evidence"][0]["quote"] == "农村实用人才总量增加10000人"
    # Sources from outside are texts, and some begin like an address.
    query = f"SELECT DISTINCT ?s {{ GRAPH <{BASE}graph/jiangjin-6-4/external> {{ ?s ?p ?o }} }}"
    found = web.get("/sparql", params={"query": query, "format": "json"}).json()
    outside = [row["s"]["value"] for row in found["results"]["bindings"]]
    assert outside
    for subject in outside:
        assert web.get("/why", params={"s": subject}).status_code == 200, subject
    for wrong in ("/why", "/why?s=x", f"/why?s={BASE}id/jiangjin-6-4/plan&p=nothing"):
        assert web.get(wrong).status_code == 404


def test_a_page_of_a_resource_leads_to_its_data(web: httpx.Client) -> None:
    page = web.get(RURAL)
    assert 'type="text/turtle"' in page.headers["link"]
    assert 'rel="alternate" type="application/ld+json"' in page.text
    assert 'rel="canonical"' in page.text


def test_every_link_leads_somewhere(web: httpx.Client) -> None:
    """All links of the pages on the plan, and of one resource of each kind that they show."""
    seen: dict[str, int] = {}
    kinds: dict[str, int] = {}
    queue = ["/?lang=en", "/view?lang=zh", "/review?lang=en", "/questions?lang=en", RURAL]
    queue += [f"/view/{name}?lang=en" for name in ALONE]
    queue += ["/explore?lang=en", "/source/jiangjin-6-4-article", "/api?lang=zh"]
    start = set(queue)
    while queue:
        path = queue.pop()
        if path in seen:
            continue
        parts = urlsplit(path)
        kind = re.sub(r"[^/]+$", "", parts.path) + ("?" if parts.query else "")
        kinds[kind] = kinds.get(kind, 0) + 1
        if path not in start and kinds[kind] > 3:
            continue  # some of each kind
        answer = web.get(path)
        seen[path] = answer.status_code
        if path not in start or "html" not in answer.headers["content-type"]:
            continue
        for link in Links(answer.text).found:
            there = urlsplit(urljoin(str(answer.url), link))
            if there.netloc == answer.url.netloc.decode():
                queue.append(there.path + (f"?{there.query}" if there.query else ""))
    assert len(seen) > 60
    assert {path: status for path, status in seen.items() if status >= 400} == {}
