"""The first page, finding by name, and taking the data home: for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html import unescape
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from server.home_texts import DATA
from server.home_texts import PAGE as HOME
from server.problem_texts import PAGE as PROBLEMS
from server.search_texts import PAGE, SCRIPT
from tests.server.test_every_page import BROWSER, links

RURAL = "https://w3id.org/plankb/id/jiangjin-6-4/team/rural"


def view(web: httpx.Client, name: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(web.get(f"/view/{name}.csv").content.decode("utf-8-sig")))
    )


def test_every_sentence_is_in_both_languages() -> None:
    for texts in (HOME, DATA, PAGE, SCRIPT, PROBLEMS):
        assert all(text.zh and text.en for text in texts.values())


# ------------------------------------------------------------------------------- the first page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_page_has_the_figures_of_the_plan_and_of_ten_teams(
    web: httpx.Client, lang: str
) -> None:
    text = unescape(web.get("/", params={"lang": lang}).text)
    for row in view(web, "headlines"):
        assert row[f"target_{lang}"] in text
        if row["value"]:
            assert f"<b>{int(row['value']):,} " in text
    figures = view(web, "team-figures")
    teams = dict.fromkeys(row[f"team_{lang}"] for row in figures)
    assert len(teams) == 10
    for team in teams:
        assert team in text
        first = next(row for row in figures if row[f"team_{lang}"] == team)
        shown = first[f"indicator_{lang}"] if first["value"] else first[f"target_{lang}"]
        assert shown in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_what_the_source_is_and_has_a_way_in_for_each_kind_of_user(
    web: httpx.Client, lang: str
) -> None:
    answer = web.get("/", params={"lang": lang})
    source_is = HOME["source-is"].zh if lang == "zh" else HOME["source-is"].en
    assert source_is in unescape(answer.text)
    for path in ("/templates", "/view", "/editor", "/data", "/api", "/reports/new", "/review"):
        assert f"{path}?lang={lang}" in links(answer.text)


def test_a_box_takes_a_name_and_offers_its_page(web: httpx.Client) -> None:
    text = web.get("/ask", params={"q": "农村实用人才队伍", "lang": "zh"}).text
    named = text.partition('class="named"')[2]
    assert "/id/jiangjin-6-4/team/rural.html?lang=zh" in links(named)


# ------------------------------------------------------------------------------- by name


@pytest.mark.parametrize(
    "typed", ["农村实用人才队伍", "rural practical", "nongcunshiyong", "ncsyrcdw", "team:rural"]
)
def test_a_team_is_found_by_name_in_both_languages_code_and_pinyin(
    web: httpx.Client, typed: str
) -> None:
    items = web.get("/api/search", params={"q": typed, "lang": "en"}).json()["items"]
    found = next(item for item in items if item["iri"] == RURAL)
    assert found["type"]["en"] == "talent team"
    assert found["page"] == "/id/jiangjin-6-4/team/rural.html?lang=en"


def test_what_belongs_to_a_team_says_so(web: httpx.Client) -> None:
    items = web.get("/api/search", params={"q": "rural", "limit": "200"}).json()["items"]
    inside = [item["context"]["en"] for item in items if "/rural/target/" in item["iri"]]
    assert inside
    assert set(inside) == {"rural practical talent team"}
    assert all(item["page"] for item in items)


@pytest.mark.parametrize("limit", ["0", "x", "201"])
def test_a_wrong_limit_is_refused(web: httpx.Client, limit: str) -> None:
    assert web.get("/api/search", params={"q": "a", "limit": limit}).status_code == 400


def test_without_a_script_the_page_lists_what_is_found(web: httpx.Client) -> None:
    text = web.get("/search", params={"q": "nongcun", "lang": "zh"}).text
    assert "/id/jiangjin-6-4/team/rural.html?lang=zh" in links(text)
    none = web.get("/search", params={"q": "<b>\u202ezzzz", "lang": "en"}).text
    assert "&lt;b&gt;" in none
    assert "\u202e" not in none.partition("Nothing was found")[2].partition("</p>")[0]
    assert "/ask?q=" in none


# ------------------------------------------------------------------------------- taking it home


@pytest.mark.parametrize(
    ("path", "least"),
    [("/search.{}?q=rural", 20), ("/questions.{}", 90), ("/templates.{}", 200), ("/reports.{}", 0)],
)
def test_a_list_is_taken_home_in_four_forms_with_the_same_rows(
    web: httpx.Client, path: str, least: int
) -> None:
    text = web.get(path.format("csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) >= least
    iris = {row["iri"] for row in rows}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    book = zipfile.ZipFile(io.BytesIO(web.get(path.format("xlsx")).content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(rows) + 1
    assert "<f>" not in sheet
    for format in (ox.RdfFormat.TURTLE, ox.RdfFormat.JSON_LD):
        suffix = "ttl" if format == ox.RdfFormat.TURTLE else "jsonld"
        body = web.get(path.format(suffix)).content
        assert {quad.subject.value for quad in ox.parse(body, format)} == iris


def test_all_of_the_data_is_the_union_of_its_graphs(web: httpx.Client) -> None:
    answer = web.get("/data/plankb.nq")
    assert answer.headers["content-disposition"].startswith('attachment; filename="plankb-')
    quads = list(ox.parse(answer.content, ox.RdfFormat.N_QUADS))
    counted = web.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}).json()
    assert len(quads) == int(counted["results"]["bindings"][0]["n"]["value"])
    graphs = {quad.graph_name.value for quad in quads}
    page = web.get("/data?lang=en").text
    for graph in graphs:
        assert graph in page
    held = web.get("/data/plankb.nq", headers={"If-None-Match": answer.headers["etag"]})
    assert held.status_code == 304


def test_the_page_names_revision_licence_citation_and_descriptions(web: httpx.Client) -> None:
    answer = web.get("/data?lang=en")
    revision = web.get("/api/completions?q=team").json()["revision"]
    for part in (revision, "CC BY 4.0", "@misc{", "[DB/OL]", "/.well-known/void", "/sparql"):
        assert part in answer.text
    assert 'rel="describedby"' in answer.headers["link"]
    void = web.get("/.well-known/void", headers={"Accept": "text/turtle"}).text
    for format in ("trig", "ttl", "nq", "nt", "jsonld"):
        assert f"/data/plankb.{format}>" in void


# ------------------------------------------------------------------------------- questions, guide


def test_a_question_is_run_without_a_script_and_has_the_rows_of_its_query(
    web: httpx.Client, root: Path
) -> None:
    expected = (root / "queries/competency/10-ten-teams.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(expected)))
    text = unescape(web.get("/questions/ten-teams?lang=en").text)
    assert f">{len(rows)} rows<" in text
    assert text.count("<tr data-row") == len(rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_guide_is_a_page_with_pictures_that_are_there(web: httpx.Client, lang: str) -> None:
    text = web.get("/guide", params={"lang": lang}).text
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"[^>]* width="\d+" height="\d+"', text)
    assert len(pictures) >= 4
    for address, alternative in pictures:
        assert alternative
        picture = web.get(address)
        assert picture.headers["content-type"] == "image/webp"
        assert len(picture.content) < 80_000
    assert "./dev" in text
    assert web.get("/guide/none.webp").status_code == 404
    assert web.get("/guide/%2e%2e%2fanswer.webp").status_code == 404


def test_the_sheet_of_shortcuts_is_on_every_page_and_its_links_lead_somewhere(
    web: httpx.Client,
) -> None:
    text = web.get("/search?lang=en").text
    sheet = text.partition("<dialog")[2]
    assert sheet.count("<kbd>") == text.count("<kbd>") > 10
    for link in links(sheet):
        assert web.get(link, headers=BROWSER).status_code == 200


def test_json_ld_of_a_list_is_json(web: httpx.Client) -> None:
    assert json.loads(web.get("/search.jsonld?q=rural").content)
