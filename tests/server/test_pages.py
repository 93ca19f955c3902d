"""Pages and resources: they work without JavaScript, in both languages, and escape everything."""

from __future__ import annotations

import re

import httpx
import pytest

from server.texts import TEXTS

RURAL = "/id/jiangjin-6-4/team/rural"


def test_every_text_of_the_pages_is_in_both_languages() -> None:
    assert all(text.zh and text.en for text in TEXTS.values())


@pytest.mark.parametrize(("lang", "code"), [("zh", "zh-CN"), ("en", "en")])
@pytest.mark.parametrize("path", ["/", "/ask?q=rural%20measures", RURAL + ".html", "/id/nothing"])
def test_pages_are_in_the_language_asked_for_and_say_what_the_source_is(
    path: str, lang: str, code: str, web: httpx.Client
) -> None:
    joint = "&" if "?" in path else "?"
    page = web.get(f"{path}{joint}lang={lang}", headers={"Accept": "text/html"})
    assert f'<html lang="{code}">' in page.text
    notice = "不是规划原文" if lang == "zh" else "not the plan itself"
    assert notice in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(
        # Data that a script element holds is none: no browser runs it, and the policy lets it be.
        r"<script(?! (?:type=\"module\" )?src=\"/assets/| type=\"application/ld\+json\")"
        r"|<style|\sstyle=",
        page.text,
    )
    assert not re.search(r"<[^>]*\son\w+=", page.text)


def test_the_language_follows_the_browser(web: httpx.Client) -> None:
    assert 'lang="en"' in web.get("/", headers={"Accept-Language": "en-US,en;q=0.8"}).text
    assert 'lang="zh-CN"' in web.get("/", headers={"Accept-Language": "zh-TW,en;q=0.8"}).text


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/html", "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
        ("text/csv", "csv"),
    ],
)
def test_a_resource_sends_to_what_is_accepted(accept: str, suffix: str, web: httpx.Client) -> None:
    answer = web.get(RURAL, headers={"Accept": accept})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"{RURAL}.{suffix}")
    assert answer.headers["vary"] == "Accept"
    assert web.get(answer.headers["location"]).status_code == 200


def test_data_has_both_directions(web: httpx.Client) -> None:
    text = web.get(RURAL + ".nt").text
    subject = f"<https://w3id.org/plankb{RURAL}>"
    assert any(line.startswith(subject) for line in text.splitlines())
    assert any(line.endswith(f"{subject} .") for line in text.splitlines())
    assert web.get(RURAL + ".csv").text.startswith("subject,predicate,object")


def test_a_page_shows_label_status_and_quotes(web: httpx.Client) -> None:
    page = web.get("/id/jiangjin-6-4/rural/target/headcount.html?lang=en").text
    assert "Increase the total of rural practical talent by 10,000 people" in page
    assert "农村实用人才总量增加10000人" in page
    assert 'class="badge stated"' in page


@pytest.mark.parametrize(
    "path", ["/id/nothing", "/id/x%3E%20%7D%20%23.ttl", "/id/../../etc/passwd", "/scheme/none.html"]
)
def test_what_does_not_exist_is_not_found(path: str, web: httpx.Client) -> None:
    answer = web.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_method_that_is_not_taken_is_a_problem(web: httpx.Client) -> None:
    answer = web.delete("/api/ask")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "GET" in answer.headers["allow"]
