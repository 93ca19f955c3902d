"""The query editor as people use it: by mouse, by keyboard, with and without scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Faults

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]

TEAMS = "SELECT ?team WHERE { ?team a :TalentTeam } ORDER BY ?team"
COUNTS = (
    "SELECT ?name (COUNT(?m) AS ?measures) WHERE { ?m a :Measure ; :team ?t . "
    '?t skos:prefLabel ?name FILTER(LANG(?name) = "zh") } GROUP BY ?name ORDER BY ?name'
)
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
REFUSED = "Failed to load resource: the server responded with a status of "
BAD_REQUEST = REFUSED + "400"


def write(page: Page, query: str) -> None:
    """Replace what is in the editor, as by typing."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(query)
    page.keyboard.press("Escape")  # whatever is suggested


def run(page: Page, query: str) -> None:
    write(page, query)
    page.keyboard.press("Control+Enter")


def text_of(page: Page) -> str:
    return str(page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()"))


def rows(page: Page) -> list[list[str]]:
    page.wait_for_selector("#view-table tbody tr")
    lines = page.locator("#view-table tbody tr").all()
    return [line.locator("td").all_inner_texts() for line in lines]


# ------------------------------------------------------------------------------- running


@pytest.mark.parametrize(("lang", "name"), [("zh", "农村实用人才队伍"), ("en", "rural practical")])
def test_the_page_begins_with_a_query_that_runs(opened: Opened, lang: str, name: str) -> None:
    page = opened(f"/editor?lang={lang}", lang=lang)
    page.click("#run")
    found = rows(page)
    assert len(found) == 10
    assert any(name in row[1] for row in found)
    expect(page.locator("#status")).to_contain_text("10")


def test_a_row_leads_to_the_page_of_its_resource(opened: Opened) -> None:
    page = opened()
    run(page, TEAMS)
    page.click("#view-table a:text('team:rural')")
    expect(page.locator("h1")).to_contain_text("rural practical talent team")


def test_yes_and_no_and_triples_are_results_too(opened: Opened) -> None:
    page = opened()
    run(page, "ASK { team:rural a :TalentTeam }")
    expect(page.locator("#status")).to_contain_text("The answer is yes")
    run(page, "DESCRIBE team:rural")
    expect(page.locator("#status")).to_contain_text("triples")
    assert ["team:rural", "rdf:type", ":TalentTeam"] in rows(page)
    page.click("#tab-raw")
    page.select_option("#raw-format", "ttl")
    expect(page.locator("#view-raw pre")).to_contain_text("a :TalentTeam ;")


def test_a_table_is_sorted_and_a_long_one_comes_in_parts(opened: Opened) -> None:
    page = opened("/editor?lang=zh", lang="zh")
    run(page, COUNTS)
    page.click("#view-table th[data-name=measures] button")
    expect(page.locator("th[data-name=measures]")).to_have_attribute("aria-sort", "ascending")
    numbers = [int(row[1]) for row in rows(page)]
    assert numbers == sorted(numbers)
    page.click("#view-table th[data-name=measures] button")
    assert [int(row[1]) for row in rows(page)] == sorted(numbers, reverse=True)
    run(page, "SELECT ?s ?p WHERE { ?s ?p ?o } LIMIT 700")
    expect(page.locator("#view-table tbody tr")).to_have_count(500)
    page.click("#view-table > button")
    expect(page.locator("#view-table tbody tr")).to_have_count(700)


def test_a_query_can_be_stopped_and_none_is_not_sent(opened: Opened) -> None:
    page = opened()
    run(page, HEAVY)
    page.click("#stop")
    expect(page.locator("#status")).to_have_text("The query was stopped")
    expect(page.locator("#stop")).to_be_hidden()
    run(page, " ")
    expect(page.locator("#error")).to_contain_text("There is no query")


# ------------------------------------------------------------------------------- completion


@pytest.mark.parametrize(("lang", "typed"), [("zh", "农村"), ("en", "rural")])
def test_a_name_in_either_language_gives_the_team(opened: Opened, lang: str, typed: str) -> None:
    page = opened(f"/editor?lang={lang}", lang=lang)
    write(page, "PREFIX : <https://w3id.org/plankb/ns#>\nSELECT ?m WHERE { ?m a :Measure ; :team ")
    # At once, as an input method does: Enter is not heard while a further letter is looked up.
    page.keyboard.insert_text(typed)
    first = page.locator(".CodeMirror-hint").first
    expect(first).to_contain_text("team:rural")
    expect(first).to_contain_text("农村实用人才队伍")
    expect(first).to_contain_text("rural practical talent team")
    page.keyboard.press("Enter")
    page.keyboard.insert_text(" }")
    assert ":team team:rural }" in text_of(page)
    assert "PREFIX team: <https://w3id.org/plankb/id/jiangjin-6-4/team/>" in text_of(page)
    page.keyboard.press("Control+Enter")
    assert len(rows(page)) == 11


def test_classes_properties_prefixes_and_variables(opened: Opened) -> None:
    page = opened()
    for before, typed, inserted in (
        ("SELECT ?x WHERE { ?x a ", "量化", ":QuantitativeTarget"),
        ("SELECT ?x WHERE { ?x a ", "qualitative", ":QualitativeTarget"),
        ("SELECT ?x WHERE { ?x ", "比较词", ":comparator"),
        ("SELECT ?x WHERE { ?x ", "skos:pref", "skos:prefLabel"),
        ("PREFIX ", "sko", "skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("SELECT ?thing WHERE { ", "?th", "?thing"),
    ):
        write(page, before)
        page.keyboard.insert_text(typed)
        page.keyboard.press("Control+Space")
        expect(page.locator(".CodeMirror-hint").first).to_be_visible()
        page.keyboard.press("Enter")
        assert text_of(page).splitlines()[-1] == before + inserted


def test_keywords_and_comments_are_left_alone(opened: Opened) -> None:
    page = opened()
    write(page, "")
    page.keyboard.type("# rural talent\nSELECT ?x WHERE { OPTIONAL { ?x ?p ")
    expect(page.locator(".CodeMirror-hints")).to_have_count(0)


def test_lines_are_commented_doubled_laid_out_and_checked(opened: Opened) -> None:
    page = opened()
    write(page, "SELECT ?x WHERE { ?x ?p ?y . ?y ?q ?z }")
    page.keyboard.press("Control+/")
    assert text_of(page).startswith("#SELECT")
    page.keyboard.press("Control+/")
    page.keyboard.press("Control+Shift+f")
    laid = "SELECT ?x WHERE {\n  ?x ?p ?y .\n  ?y ?q ?z \n}"
    assert text_of(page) == laid
    page.keyboard.press("Control+Shift+d")
    assert text_of(page) == laid + "\n}"
    # The line that is wrong has its mark, and the words are read out.
    expect(page.locator(".parseErrorIcon")).to_have_count(1)
    expect(page.locator("#syntax")).to_contain_text("5")


# ------------------------------------------------------------------------------- examples


def test_examples_are_found_loaded_and_run(opened: Opened) -> None:
    page = opened("/editor?lang=zh", lang="zh")
    links = page.locator("[data-example]")
    assert links.count() >= 99
    page.fill("#search", "量化 列成一张表")
    expect(page.locator("#found")).to_have_text("1 个示例")
    page.locator("[data-example]:visible").click()
    found = rows(page)
    assert len(found) >= 40
    assert text_of(page).startswith("# 全部量化目标列成一张表")
    page.fill("#search", "")
    expect(page.locator("#found")).to_have_text("")


def test_an_example_is_found_by_english_words_too(opened: Opened) -> None:
    page = opened("/editor?lang=en")
    page.fill("#search", "QUANTITATIVE one table")
    page.locator("[data-example]:visible").click()
    rows(page)
    assert text_of(page).startswith("# All quantitative targets as one table")


# ------------------------------------------------------------------------------- links, files


def test_a_link_opens_with_the_query_its_view_and_its_result(opened: Opened, address: str) -> None:
    page = opened("/editor?lang=zh", "clipboard-read", "clipboard-write", lang="zh")
    query = "# 100 % + “农村” & #\n" + COUNTS
    run(page, query)
    rows(page)
    page.click("#tab-chart")
    page.click("#copy")
    expect(page.locator("#status")).to_have_text("链接已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = opened(link.removeprefix(address), lang="zh")
    expect(other.locator("#view-chart svg rect")).to_have_count(10)
    assert text_of(other) == query
    expect(other.locator("#tab-chart")).to_have_attribute("aria-selected", "true")


def test_a_query_in_the_address_is_shown_and_runs_only_when_told(opened: Opened) -> None:
    page = opened("/editor?lang=en&query=ASK%20%7B%20?s%20?p%20?o%20%7D")
    assert text_of(page) == "ASK { ?s ?p ?o }"
    expect(page.locator("#shown")).to_be_hidden()
    page.goto("/editor?lang=en&run=1&query=ASK%20%7B%20?s%20?p%20?o%20%7D")
    expect(page.locator("#status")).to_contain_text("yes")
    # At the endpoint itself whoever brings a query wants its result.
    page.goto("/sparql?lang=en&query=ASK%20%7B%20?s%20?p%20?o%20%7D")
    expect(page.locator("#status")).to_contain_text("yes")
    page.goto("/sparql?lang=en")
    expect(page.locator("#shown")).to_be_hidden()


def test_a_reload_and_the_other_language_keep_what_was_written(opened: Opened) -> None:
    page = opened("/editor?lang=en")
    write(page, TEAMS + " # mine")
    page.reload()
    page.wait_for_selector(".CodeMirror")
    assert text_of(page) == TEAMS + " # mine"
    page.click("#other-language")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.wait_for_selector(".CodeMirror")
    assert text_of(page) == TEAMS + " # mine"


def test_csv_is_what_the_endpoint_sends_with_a_mark_for_excel(
    opened: Opened, address: str, tmp_path: Path
) -> None:
    page = opened("/editor?lang=zh", lang="zh")
    run(page, COUNTS)
    shown = rows(page)
    with page.expect_download() as started:
        page.click("#download")
    assert started.value.suggested_filename.endswith(".csv")
    file = tmp_path / "result.csv"
    started.value.save_as(file)
    content = file.read_bytes().decode("utf-8")
    assert content[0] == "\ufeff"
    sent = httpx.get(
        address + "/sparql", params={"query": COUNTS, "format": "csv"}, trust_env=False
    )
    assert content[1:] == sent.text
    table = list(csv.reader(io.StringIO(content[1:])))
    # The table names the language of a text beside it.
    assert [[row[0].split("\n")[0].removesuffix("zh"), row[1]] for row in shown] == table[1:]


def test_a_chart_has_its_table(opened: Opened) -> None:
    page = opened("/editor?lang=zh", lang="zh")
    run(page, COUNTS)
    rows(page)
    page.click("#tab-chart")
    expect(page.locator("#view-chart svg")).to_have_attribute(
        "aria-label", "条形图：measures，按 name"
    )
    assert page.locator("#view-chart tbody tr").count() == 10
    drawn = page.locator("#view-chart svg text.value").all_text_contents()
    told = page.locator("#view-chart tbody td.figure").all_inner_texts()
    assert drawn == told
    run(page, TEAMS)
    expect(page.locator("#view-chart")).to_contain_text("没有数值列")


# ------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("lang", "told", "button"),
    [("zh", "第 2 行", "转到第 2 行"), ("en", "line 2", "Go to line 2")],
)
def test_an_error_is_told_in_words_with_its_line(
    opened: Opened, faults: Faults, lang: str, told: str, button: str
) -> None:
    faults.allowed.append(BAD_REQUEST)
    page = opened(f"/editor?lang={lang}", lang=lang)
    run(page, "SELECT ?x WHERE {\n ?x }")
    error = page.locator("#error")
    expect(error).to_contain_text("400")
    expect(error).to_contain_text(told)
    assert error.locator("p").count() == 2, "the message, and what to do"
    expect(page.locator("#syntax")).to_contain_text("2")
    error.locator("button", has_text=button).click()
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == 1
    run(page, TEAMS)
    assert len(rows(page)) == 10
    expect(error).to_be_hidden()


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "的时限，已终止"), ("en", "the query was stopped after 0.5 s")]
)
def test_a_query_past_its_deadline_says_so(
    opened: Opened, faults: Faults, lang: str, told: str
) -> None:
    faults.allowed.append(REFUSED + "504")
    page = opened(f"/editor?lang={lang}", lang=lang)
    # The deadline of this service is for tests on a busy machine; a client may ask for less.
    page.route("**/sparql?*", lambda route: route.continue_(url=f"{route.request.url}&timeout=0.5"))
    run(page, f"{HEAVY} # {lang}")
    error = page.locator("#error")
    expect(error).to_contain_text("504")
    expect(error).to_contain_text(told)
    expect(error).to_contain_text("LIMIT")  # what to do
    expect(page.locator("#stop")).to_be_hidden()
    page.unroute("**/sparql?*")
    run(page, TEAMS)
    assert len(rows(page)) == 10
    expect(error).to_be_hidden()


# ------------------------------------------------------------------------------- keyboard


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def test_everything_is_reached_by_keyboard_alone(opened: Opened) -> None:
    page = opened("/editor?lang=en")
    page.keyboard.press("Tab")
    assert focused(page) == "A"  # skip to content
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if focused(page) == "TEXTAREA":
            break
    assert focused(page) == "TEXTAREA"
    page.keyboard.press("Control+End")
    before = text_of(page)
    page.keyboard.press("Tab")
    assert focused(page) == "TEXTAREA", "Tab indents, while one writes"
    assert len(text_of(page)) > len(before)
    page.keyboard.press("Escape")
    expect(page.locator("#syntax")).to_contain_text("Tab now leaves")
    page.keyboard.press("Tab")
    assert focused(page) == "run"
    page.keyboard.press("Enter")
    rows(page)
    for _ in range(3):
        page.keyboard.press("Tab")
    assert focused(page) == "tab-table"
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-chart"
    expect(page.locator("#view-chart")).to_be_visible()
    page.keyboard.press("End")
    assert focused(page) == "tab-raw"
    expect(page.locator("#view-raw pre")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "TEXTAREA"
    page.keyboard.press("Tab")
    assert focused(page) == "TEXTAREA", "Tab indents again, once the editor was left"


def test_the_field_has_a_name_and_there_is_a_plain_one(opened: Opened) -> None:
    page = opened("/editor?lang=en")
    expect(page.get_by_role("textbox", name="SPARQL query editor")).to_have_count(1)
    page.check("#plain")
    field = page.get_by_role("textbox", name="Query", exact=True)
    field.fill(TEAMS)
    field.press("Control+Enter")
    assert len(rows(page)) == 10
    page.uncheck("#plain")
    assert text_of(page) == TEAMS


# ------------------------------------------------------------------------------- no scripts


def test_without_scripts_the_form_posts_and_shows_a_table(opened: Opened) -> None:
    page = opened("/editor?lang=zh", lang="zh", scripts=False)
    expect(page.locator("#keys")).to_be_hidden()
    page.click("#run")
    expect(page.locator("body")).to_contain_text("农村实用人才队伍")
    page.goto("/editor?lang=zh")
    page.locator("[data-example]:visible").first.click()
    assert page.input_value("#query").startswith("# ")
    page.goto("/editor?lang=zh&example=quantitative-targets")
    page.click("#run")
    expect(page.locator("body")).to_contain_text("as_written")
