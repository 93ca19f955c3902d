"""Pictures show the numbers of their queries, and all that a page says can be taken home."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import httpx
import pyoxigraph as ox
import pytest

from kb.plan.views import Picture, View, view, views
from kb.text import Text
from server.pictures import Bars, draw
from server.strands import Strands
from server.tables import Field, Line, Table, grouped
from server.tracks import Tracks
from tests.server.test_views import ALONE, BASE, Links, rows

DRAWN = [name for name in ALONE if (one := view(name, BASE)).picture and name != "progress"]
FARMERS = f"{BASE}id/jiangjin-6-4/rural/target/farmers-trained"


def marks(page: str) -> dict[int, str]:
    """What the picture of a page says of each row of the table, as text."""
    area = page.split('class="figure-area"')[1].split('<table class="data"', maxsplit=1)[0]
    found = re.findall(
        r'<(li|td|path)\b[^>]*data-row="(\d+)"[^>]*>(.*?)(?=<li|<td|<path|$)', area, re.S
    )
    return {int(row): html.unescape(re.sub("<[^>]*>", " ", text)) for _, row, text in found}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_has_a_mark_for_each_row_with_the_number_of_the_query(
    web: httpx.Client, name: str
) -> None:
    one = view(name, BASE)
    assert one.picture is not None
    drawn = marks(web.get(f"/view/{name}", params={"lang": "en"}).text)
    found = rows(web, name)
    assert sorted(drawn) == list(range(len(found)))
    if one.picture.kind == "links":
        return
    value = one.picture.columns[2 if one.picture.kind == "matrix" else 1]
    for number, row in enumerate(found):
        assert grouped(Decimal(row[value])).replace("-", "−") in drawn[number]


def test_links_are_drawn_with_the_status_of_their_rows(web: httpx.Client) -> None:
    page = web.get("/view/measures-and-targets?lang=en").text
    drawn = re.findall(r'class="line (\w+)"\s+data-row="(\d+)"', page)
    found = rows(web, "measures-and-targets")
    assert {found[int(row)]["status_en"] for _, row in drawn} == {"stated", "derived", "editorial"}
    assert all(found[int(row)]["status_en"] == status for status, row in drawn)


def test_the_sums_of_the_self_audit_add_up(web: httpx.Client) -> None:
    found = rows(web, "sums")
    for whole in {row["whole_en"] for row in found}:
        own = [row for row in found if row["whole_en"] == whole]
        by = {
            sign: sum(Decimal(row["amount"]) for row in own if row["sign"].strip("'") == sign)
            for sign in "+?="
        }
        assert by["+"] + by["?"] == by["="], whole


def made(kind: str, columns: str, *lines: dict[str, object]) -> Table:
    """A table of a view that is nowhere, with its picture."""

    def field(value: object) -> Field:
        text = Text(str(value), str(value))
        if isinstance(value, int):
            return Field(text, number=Decimal(value))
        return Field(text, status=str(value) if value in ("stated", "derived") else "")

    names = columns.split()
    picture = Picture(kind, tuple(names))  # type: ignore[arg-type]  # one of the kinds, as text
    none = Text("", "")
    headings = dict.fromkeys(names, none)
    own = tuple(Line({name: field(line.get(name, "")) for name in names}) for line in lines)
    return Table(View("x", none, none, (), "", headings, picture, ""), "", headings, own, False)


def test_progress_stands_against_its_aim_with_its_interval() -> None:
    table = made(
        "progress",
        "target year value low high aim unit grade team",
        {"target": "t", "year": "2021", "value": 20, "low": 15, "high": 25, "aim": 100},
        {"target": "t", "year": "2022", "value": 50, "low": 50, "high": 50, "aim": 100},
        {"target": "u", "year": "2022", "value": 9, "low": 9, "high": 9, "aim": 3},
    )
    found = draw(table)
    assert isinstance(found, Tracks)
    ((_, (first, second)),) = found.groups
    early, late = first.years
    assert early.low < early.length < early.high < late.length < first.aim <= 1000
    assert (early.interval, late.interval) == ("15–25", "")
    assert second.aim < second.years[0].length <= 1000  # above its aim, and still in the picture
    assert [one.row for one in (*first.years, *second.years)] == [0, 1, 2]


def test_without_a_report_the_page_of_progress_says_so(web: httpx.Client) -> None:
    page = web.get("/view/progress?lang=en").text
    assert "no report has been accepted" in page
    assert not Links(page).wrong


def test_a_waterfall_begins_where_the_part_before_ends() -> None:
    table = made(
        "waterfall",
        "item amount sign",
        {"item": "a", "amount": 30, "sign": "+"},
        {"item": "b", "amount": 80, "sign": "+"},
        {"item": "whole", "amount": -10, "sign": "?"},
        {"item": "whole", "amount": 100, "sign": "="},
    )
    found = draw(table)
    assert isinstance(found, Bars)
    ((_, (group,)),) = found.scales
    for one, other in pairwise(group.bars[:2]):
        assert abs(one.start + one.length - other.start) <= 1
    rest, whole = group.bars[2:]
    assert (rest.kind, rest.value) == ("rest", "? −10")
    assert abs(rest.start - (whole.start + whole.length)) <= 2  # what is above the whole


def test_links_of_groups_stay_apart_and_join_the_right_names() -> None:
    table = made(
        "links",
        "one other status team",
        {"one": "a", "other": "x", "status": "stated", "team": "p"},
        {"one": "a", "other": "y", "status": "derived", "team": "p"},
        {"one": "a", "other": "x", "status": "derived", "team": "q"},
    )
    found = draw(table)
    assert isinstance(found, Strands)
    assert [len(bundle.strands) for bundle in found.bundles] == [2, 1]
    bundle = found.bundles[0]
    names = [
        (bundle.left[line.left].field.text.en, bundle.right[line.right].field.text.en, line.status)
        for line in bundle.strands
    ]
    assert names == [("a", "x", "stated"), ("a", "y", "derived")]


@pytest.mark.parametrize("name", ["sums", "teams-and-mechanism-kinds"])
def test_a_table_as_rdf_has_its_rows_and_numbers(web: httpx.Client, name: str) -> None:
    found = rows(web, name)
    value = (view(name, BASE).picture or Picture("bars", ())).columns[1 if name == "sums" else 2]
    for suffix, format in (("ttl", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)):
        answer = web.get(f"/view/{name}.{suffix}")
        assert answer.status_code == 200
        numbers = {}
        for quad in ox.parse(answer.content, format):
            assert not isinstance(quad.subject, ox.BlankNode)
            if quad.predicate.value.endswith("#" + value) and isinstance(quad.object, ox.Literal):
                numbers[int(quad.subject.value.rsplit("=", 1)[1])] = Decimal(quad.object.value)
        wanted = {at: Decimal(row[value]) for at, row in enumerate(found, 2)}
        assert numbers == wanted


@pytest.mark.parametrize("format", ["csv", "xlsx", "ttl", "jsonld"])
@pytest.mark.parametrize("path", ["/review", "/rules"])
def test_the_self_audit_and_the_rules_can_be_taken_home(
    web: httpx.Client, path: str, format: str
) -> None:
    answer = web.get(f"{path}.{format}")
    assert answer.status_code == 200
    assert f'filename="plankb-{path[1:]}.{format}"' in answer.headers["content-disposition"]
    assert len(answer.content) > 1000


def neighbours(web: httpx.Client, focus: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.get("/api/neighbours", params={"focus": focus}).json()[
        "links"
    ]
    return found


def test_the_links_of_a_resource_are_those_of_the_query(web: httpx.Client) -> None:
    known = web.get("/api/neighbours", params={"focus": FARMERS}).json()["links"]
    listed = rows(web, "neighbours", of=FARMERS)
    assert len(known) == len(listed) > 5
    ours = {(one["label"]["en"], one["relation"]["en"], one["status"]) for one in known}
    theirs = {(row["other_en"], row["relation_en"], row["status_en"]) for row in listed}
    assert ours == theirs
    # That a measure serves the target is one step, and says what says so.
    serving = {one["status"] for one in known if one["relation"]["en"] == "contribution"}
    assert serving == {"stated", "derived", "editorial"}


def test_links_are_filtered_by_status_and_class_without_a_script(web: httpx.Client) -> None:
    def count(**asked: str | list[str]) -> int:
        page = web.get("/explore", params={"focus": FARMERS, "lang": "en", **asked}).text
        return len(re.findall(r"<tr data-row", page))

    whole = count()
    assert count(status=["stated"]) + count(status=["derived", "editorial"]) == whole
    assert 0 < count(kind="Measure") < whole
    # Many of a class are one mark, which leads to all of them.
    plan = web.get("/explore?lang=en").text
    (many,) = re.findall(r'<a href="([^"]*kind=InformationGap[^"]*)">', plan)
    gaps = "SELECT (COUNT(*) AS ?n) { ?gap a :InformationGap ; ?any id:plan }"
    answer = web.get("/sparql.csv", params={"query": gaps}).text.split()
    assert f"information gap × {answer[1]}" in plan
    assert len(re.findall(r"<tr data-row", web.get(html.unescape(many)).text)) == int(answer[1])


def test_two_steps_are_seen_without_a_script(web: httpx.Client) -> None:
    one = web.get("/explore", params={"focus": FARMERS, "lang": "en"}).text
    assert 'class="without-script further"' not in one
    (deeper,) = {html.unescape(a) for a in re.findall(r'href="([^"]*depth=2[^"]*)"', one)}
    page = web.get(deeper).text
    further = page.partition('class="without-script further"')[2].partition("</section>")[0]
    near = {link["iri"]: link for link in neighbours(web, FARMERS)}
    team = f"{BASE}id/jiangjin-6-4/team/rural"
    assert team in near
    # What the team is linked to stands under its name, without the target that one comes from.
    label = re.escape(near[team]["label"]["en"])
    (own,) = re.findall(rf">{label}</a>\s*<ul>(.*?)</ul>", further, re.S)
    there = {link["iri"]: link["label"]["en"] for link in neighbours(web, team)}
    named = re.findall(r'focus=([^"&]*)[^"]*">([^<]*)</a>\s*<span class="badge', own)
    assert named
    assert all(there[unquote(iri)] == html.unescape(label) for iri, label in named)
    assert FARMERS not in {unquote(iri) for iri, _ in named}
    more = re.search(r">(\d+) more links<", own)
    assert more
    others = [link for link in neighbours(web, team) if link["iri"] != FARMERS]
    assert int(more[1]) + len(named) == len(others)
    # The filters hold for both: a form keeps the depth, the depth keeps the filters.
    assert '<input type="hidden" name="depth" value="2">' in page
    stated = web.get("/explore", params={"focus": FARMERS, "lang": "en", "status": "stated"}).text
    assert "status=stated&amp;depth=2" in stated


def test_views_of_resources_run_as_they_stand(web: httpx.Client) -> None:
    for one in views(BASE):
        answer = web.get("/sparql", params={"query": one.query, "format": "json"})
        assert answer.status_code == 200, one.name
        assert set(one.columns) <= {
            name.removesuffix("_zh") for name in answer.json()["head"]["vars"]
        }, one.name
