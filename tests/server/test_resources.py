"""Pages of resources of every class, of audit rules, and the source beside what rests on it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import httpx
import pyoxigraph as ox

from tests.server.test_views import BASE, Links

ONE_OF_EACH = """SELECT ?kind (MIN(STR(?x)) AS ?iri) WHERE { ?x a ?kind
    FILTER(STRSTARTS(STR(?x), "https://w3id.org/plankb/id/")
        || STRSTARTS(STR(?x), "https://w3id.org/plankb/scheme/")) } GROUP BY ?kind"""
HEADCOUNT = "/id/jiangjin-6-4/rural/target/headcount"


def test_each_class_has_a_page_that_names_everything_on_it(web: httpx.Client) -> None:
    asked = {"query": ONE_OF_EACH, "format": "json"}
    found = web.get("/sparql", params=asked).json()["results"]["bindings"]
    assert len(found) > 50
    for row in found:
        path = row["iri"]["value"].replace(BASE, "/")
        page = web.get(f"{path}.html?lang=en")
        assert page.status_code == 200, path
        links = Links(page.text)
        assert not links.wrong, path
        assert not re.search(r">\s*[0-9a-f]{12,16}\s*</a>", page.text), path  # a bare name
        assert "GB/T 7714" in page.text
        assert page.headers["link"].count('rel="alternate"') == 5


def test_a_target_is_in_words_with_what_is_derived_and_why(web: httpx.Client) -> None:
    page = web.get(f"{HEADCOUNT}.html?lang=en").text
    assert "increase by 10,000 persons · cumulative" in page
    assert "10000 ÷ 31.25% = 32000" in page
    assert 'href="/id/rule/implied-baseline.html' in page
    assert "增加" in web.get(f"{HEADCOUNT}.html?lang=zh").text


def test_the_page_holds_its_data_as_json_ld(web: httpx.Client) -> None:
    page = web.get(f"{HEADCOUNT}.html").text
    (held,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert "<" not in held
    json.loads(held)
    own = {q.triple for q in ox.parse(held.encode(), ox.RdfFormat.JSON_LD)}
    served = ox.parse(web.get(f"{HEADCOUNT}.nt").content, ox.RdfFormat.N_TRIPLES)
    iri = ox.NamedNode(f"{BASE[:-1]}{HEADCOUNT}")
    assert own == {quad.triple for quad in served if quad.subject == iri}
    assert len(own) > 20


def test_a_resource_as_a_workbook_has_its_statements(web: httpx.Client) -> None:
    answer = web.get(f"{HEADCOUNT}.xlsx")
    assert answer.content.startswith(b"PK")
    assert "headcount.xlsx" in answer.headers["content-disposition"]
    assert f'<{BASE[:-1]}{HEADCOUNT}>; rel="describes"' in answer.headers["link"]


def test_each_audit_rule_has_its_reason_its_shapes_and_their_queries(web: httpx.Client) -> None:
    listed = web.get("/rules?lang=en").text
    names = re.findall(r'href="/rules/([a-z-]+)\?', listed)
    assert len(names) > 30
    for name in names[::6]:
        page = web.get(f"/rules/{name}?lang=en").text
        assert "SELECT" in page
        assert not Links(page).wrong
        shapes = list(ox.parse(web.get(f"/rules/{name}.ttl").content, ox.RdfFormat.TURTLE))
        named = {q.object.value for q in shapes if q.predicate.value.endswith("#ruleName")}
        assert named == {name}
    assert web.get("/rules/none").status_code == 404
    assert web.get("/rules/none.ttl").status_code == 404


def test_a_derivation_rule_shows_the_query_that_it_is(web: httpx.Client, root: Path) -> None:
    page = web.get("/id/rule/ratio-share.html", params={"lang": "en"}).text
    shown = re.search(r'<pre [^>]*aria-labelledby="construct"[^>]*><code>(.*?)</code>', page, re.S)
    assert shown
    query = html.unescape(shown[1])
    assert query.startswith("PREFIX")
    assert query in (root / "queries" / "rules" / "ratio-share.rq").read_text(encoding="utf-8")
    # It runs as it stands, and gives what is in the graph.
    derived = web.get("/sparql", params={"query": query, "format": "nt"})
    assert derived.status_code == 200
    assert len(derived.text.splitlines()) > 10
    assert 'aria-labelledby="construct"' not in web.get("/id/rule/none.html").text


def test_what_rests_on_the_source_leads_to_its_clauses_and_back(web: httpx.Client) -> None:
    page = web.get("/source/jiangjin-6-4-article?lang=en").text
    assert 'id="here"' not in page
    things = re.findall(r'href="([^"]*of=[^"]*train-farmers[^"]*)#here"', page)
    marked = web.get(html.unescape(things[0])).text
    assert marked.count('id="here"') == 1
    (place,) = re.findall(r'href="([^"]*)"[^>]*class="here"[^>]*id="here"', marked)
    assert "train-farmers" in web.get(html.unescape(place)).text
    assert web.get("/source/jiangjin-6-4-article?of=https://elsewhere.example/").status_code == 404
