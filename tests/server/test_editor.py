"""The editor's page and its two answers to scripts: names to complete, and example queries."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest

from kb.plan.knowledge import query_files
from server.editor_texts import PAGE, SCRIPT

NAMES = "/api/completions"
PAGES = "https://w3id.org/plankb"
#: The page with its scripts and styles as sent, in bytes. A new dependency shows here first.
MOST_BYTES = 150_000


def first(web: httpx.Client, **parameters: str) -> dict[str, object]:
    found = web.get(NAMES, params=parameters).json()["items"]
    assert isinstance(found[0], dict)
    return found[0]


def test_every_text_of_the_editor_is_in_both_languages() -> None:
    assert all(text.zh and text.en for text in {**PAGE, **SCRIPT}.values())


def test_every_text_that_the_scripts_say_is_there_and_no_other(root: Path) -> None:
    files = [*(root / "server/static/editor").glob("*.js"), root / "server/static/editor.js"]
    scripts = "\n".join(file.read_text() for file in files)
    by_kind = {"class", "property", "resource"}  # say(item.kind)
    by_part = {"subject", "predicate", "object"}  # say(part)
    by_choice = {"labels-from", "values-from"}  # say(text)
    said = set(re.findall(r'say\(\s*"([a-z-]+)"', scripts))
    said |= set(re.findall(r'say\([^()]*\? "([a-z-]+)" : "[a-z-]+"', scripts))
    said |= set(re.findall(r'say\([^()]*\? "[a-z-]+" : "([a-z-]+)"', scripts))
    assert said <= set(SCRIPT)
    assert set(SCRIPT) - said <= by_kind | by_part | by_choice


@pytest.mark.parametrize(
    "typed", ["农村", "rural", "ＲＵＲＡＬ", "农民", "team:rural", "countryside"]
)
def test_a_name_in_either_language_finds_the_team(typed: str, web: httpx.Client) -> None:
    assert first(web, q=typed) == {
        "iri": PAGES + "/id/jiangjin-6-4/team/rural",
        "kind": "resource",
        "name": "team:rural",
        "prefix": "team",
        "label": {"zh": "农村实用人才队伍", "en": "rural practical talent team"},
        "type": {"zh": "人才队伍", "en": "talent team"},
    }


@pytest.mark.parametrize(
    ("kind", "typed", "name"),
    [
        ("class", "人才队伍", ":TalentTeam"),
        ("class", "quantitative", ":QuantitativeTarget"),
        ("property", "比较词", ":comparator"),
        ("property", "preflabel", "skos:prefLabel"),
        ("property", "type", "rdf:type"),
        ("prefix", "sko", "skos:"),
    ],
)
def test_a_kind_can_be_asked_for(kind: str, typed: str, name: str, web: httpx.Client) -> None:
    found = web.get(NAMES, params={"q": typed, "kind": kind}).json()["items"]
    assert {item["kind"] for item in found} == {kind}
    assert name in [item["name"] for item in found]


def test_an_iri_without_a_short_name_has_none(web: httpx.Client) -> None:
    found = first(web, q=PAGES + "/id/jiangjin-6-4/rural/target/headcount")
    assert found["name"] is None
    assert found["prefix"] is None


def test_nothing_is_found_for_nonsense_and_no_more_than_asked(web: httpx.Client) -> None:
    assert web.get(NAMES, params={"q": "xyzzy"}).json()["items"] == []
    assert len(web.get(NAMES, params={"q": "", "limit": "7"}).json()["items"]) == 7


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"q": "x" * 201}, "200"),
        ({"kind": "thing"}, "class, property, resource, prefix"),
        ({"limit": "0"}, "from 1 to 100"),
        ({"limit": "many"}, "from 1 to 100"),
        ({"limit": "٣"}, "from 1 to 100"),
    ],
)
def test_what_cannot_be_completed_is_refused_with_what_fits(
    parameters: dict[str, str], told: str, web: httpx.Client
) -> None:
    answer = web.get(NAMES, params=parameters, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    problem = answer.json()
    assert told in problem["detail"] + problem["hint"]


def test_names_can_be_kept_by_revision(web: httpx.Client) -> None:
    answer = web.get(NAMES, params={"q": "rural"})
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.json()["revision"] == web.get("/readyz").json()["revision"]
    again = {"If-None-Match": answer.headers["etag"]}
    assert web.get(NAMES, params={"q": "rural"}, headers=again).status_code == 304


def test_every_competency_question_is_an_example_under_its_user(web: httpx.Client) -> None:
    page = web.get("/editor?lang=en").text
    for file in query_files("competency"):
        assert f'data-example="{file.header["name"]}"' in page
    assert page.index("For researchers") < page.index("For auditors") < page.index("For users")


@pytest.mark.parametrize(("lang", "begins"), [("zh", "# 全部量化目标"), ("en", "# All quanti")])
def test_an_example_comes_with_its_purpose(lang: str, begins: str, web: httpx.Client) -> None:
    path = "/api/examples/quantitative-targets"
    answer = web.get(path, headers={"Accept-Language": lang})
    assert answer.headers["content-type"].startswith("application/sparql-query")
    assert answer.text.startswith(begins)
    assert "# name:" not in answer.text
    result = web.post("/sparql", data={"query": answer.text}, headers={"Accept": "text/csv"})
    assert len(result.text.splitlines()) > 40


def test_an_example_that_is_not_there_is_not_found(web: httpx.Client) -> None:
    assert web.get("/api/examples/none").status_code == 404
    assert web.get("/editor?example=none").status_code == 404


def test_a_query_in_the_address_is_in_the_field_and_escaped(web: httpx.Client) -> None:
    page = web.get("/editor", params={"query": "</textarea><script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_method", "_anchor", "_external"])
@pytest.mark.parametrize("path", ["/", "/editor"])
def test_no_parameter_of_an_address_breaks_the_link_to_the_other_language(
    path: str, name: str, web: httpx.Client
) -> None:
    page = web.get(path, params={name: "javascript", "lang": "en"})
    assert page.status_code == 200
    assert f'href="{path}?{name}=javascript&amp;lang=zh"' in page.text


def test_the_page_is_packed_and_kept_until_something_changes(web: httpx.Client) -> None:
    page = web.get("/editor?lang=en")
    assert page.headers["content-encoding"] == "gzip"
    again = {"If-None-Match": page.headers["etag"]}
    assert web.get("/editor?lang=en", headers=again).status_code == 304
    assert web.get("/editor?lang=zh", headers=again).status_code == 200


# ------------------------------------------------------------------------------- assets


def assets(web: httpx.Client, root: Path) -> list[str]:
    """The addresses of all that the page loads, imports among scripts included."""
    page = web.get("/editor").text
    found = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)
    (script,) = [path for path in found if path.endswith("/editor.js")]
    stem = script.removesuffix("editor.js")
    own = [f"editor/{file.name}" for file in (root / "server/static/editor").glob("*.js")]
    return found + [stem + name for name in (*own, "page.js")]


def test_what_the_page_loads_is_kept_for_good_and_packed(web: httpx.Client, root: Path) -> None:
    with web.stream("GET", "/editor?lang=en") as page:
        total = len(b"".join(page.iter_raw()))
    for path in assets(web, root):
        with web.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            packed = b"".join(answer.iter_raw())
            assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert int(answer.headers["content-length"]) == len(packed)
        plain = web.get(path, headers={"Accept-Encoding": "identity"})
        assert gzip.decompress(packed) == plain.content
        assert plain.headers["etag"] != answer.headers["etag"]
        total += len(packed)
    assert 100_000 < total < MOST_BYTES


def test_an_old_address_gets_what_there_is_now_but_not_for_good(
    web: httpx.Client, root: Path
) -> None:
    new = assets(web, root)[0]
    old = re.sub(r"/assets/\w+/", "/assets/0123456789abcdef/", new)
    answer = web.get(old)
    assert answer.content == web.get(new).content
    assert answer.headers["cache-control"] == "no-cache"
    again = web.get(old, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["none.js", "../app.py", "%2e%2e/app.py", "vendor/yasqe"])
def test_only_files_of_the_folder_are_served(name: str, web: httpx.Client) -> None:
    assert web.get(f"/assets/x/{name}").status_code == 404


def test_the_settings_of_the_page_name_no_other_service(web: httpx.Client) -> None:
    page = web.get("/editor").text
    found = re.search(r'data-config="([^"]+)"', page)
    assert found
    config = json.loads(found[1].replace("&#34;", '"').replace("&amp;", "&").replace("&#39;", "'"))
    for name in ("endpoint", "completions", "examples"):
        assert config[name].startswith("/")
        assert not config[name].startswith("//")
