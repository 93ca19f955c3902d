"""Every page: its links lead somewhere, its HTML is valid, and it says the same in both languages.

All of it takes a minute and is for CI; some of each kind of page is looked at everywhere.
"""

from __future__ import annotations

import html
import os
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.server.markup import faults

#: As browsers send it.
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
#: Pages that nothing links to with an answer in them.
BEGIN = (
    "/", "/ask?q=rural+targets", "/ask?q=budget+for+teachers", "/ask?q=quantum+chess+for+teachers",
    "/search?q=nongcun", "/search?q=zzzz", "/reports/new", "/reports/sign-in",
)  # fmt: skip
#: A form that sends something is no link.
_SENDS = re.compile(r'<form[^>]*\smethod="post"[^>]*>')
_LINK = re.compile(r'\b(?:href|src|action)="([^"]*)"')
#: Of links that are made by one rule (data, reasons, queries, orders) this many are followed.
_OF_A_RULE = 60
_RULES = re.compile(
    r"/(why|editor|explore|sparql|rdf-graph-store|graph|templates/|api/|ask)|"
    r"[^?]*\.(ttl|nt|jsonld|csv|xlsx|json|md|nq|trig|xml)(\?|$)|.*[?&]sort="
)


def kind(link: str) -> str:
    """What sort of page it is: by its first part, the part before its name, and its ending."""
    path = urlsplit(link).path
    parts = path.strip("/").split("/")
    ending = parts[-1].rpartition(".")[2] if "." in parts[-1] else ""
    return "/".join([parts[0], parts[-2] if len(parts) > 2 else "", ending])


def links(text: str) -> list[str]:
    """Where a page leads within the service, without places on pages."""
    text = _SENDS.sub("", text)
    found = (html.unescape(link).partition("#")[0] for link in _LINK.findall(text))
    return sorted({link for link in found if link.startswith("/")})


def walk(web: httpx.Client, lang: str, most: int) -> Iterator[tuple[str, httpx.Response]]:
    """Follow the links from the first page.

    Args:
        web: the service.
        lang: pages in the other language are left alone.
        most: of each kind of page; of links made by one rule no more than the same.
    """
    joined = [f"{path}{'&' if '?' in path else '?'}lang={lang}" for path in BEGIN]
    todo, known, seen = list(reversed(joined)), set(joined), Counter[str]()
    while todo:
        link = todo.pop()
        sort = kind(link)
        ruled = _RULES.match(link) and link not in joined
        if seen[sort] >= (min(most, _OF_A_RULE) if ruled else most):
            continue
        seen[sort] += 1
        answer = web.get(link, headers=BROWSER)
        yield link, answer
        if ruled or not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for found in links(answer.text):
            spoken = parse_qs(urlsplit(found).query).get("lang", [lang])
            # All of the data in each of its forms is a second's work, and has a test of its own.
            whole = found.startswith("/data/plankb.")
            if found not in known and spoken == [lang] and not whole:
                known.add(found)
                todo.append(found)


def looked_at(web: httpx.Client, lang: str, most: int, valid: int = 1) -> int:
    """How many pages there were; fails with everything that is wrong with any of them.

    Args:
        web: the service.
        lang: of the pages.
        most: of each kind.
        valid: every how manieth page is parsed.
    """
    wrong, pages = [], 0
    for link, answer in walk(web, lang, most):
        # A form's address, without what it is filled in with, says what is missing.
        if answer.status_code >= 400 and not re.fullmatch(r"/templates/[\w-]+|/api/template", link):
            wrong.append(f"{link}: {answer.status_code}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            pages += 1
            if pages % valid == 0:
                wrong += [f"{link}: {fault}" for fault in faults(answer.text)]
    assert not wrong, "\n".join(wrong[:40])
    return pages


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_of_each_kind_of_page_links_lead_somewhere_and_html_is_valid(
    web: httpx.Client, lang: str
) -> None:
    assert looked_at(web, lang, 1) > 50


@pytest.mark.needs_ci
def test_every_link_of_every_page_leads_somewhere(web: httpx.Client) -> None:
    """All of them take some minutes (PLANKB_CRAWL=100000); of a kind of page, most are alike."""
    most = int(os.environ.get("PLANKB_CRAWL") or 60)
    assert looked_at(web, "zh", most, valid=7) > 300


@pytest.mark.parametrize("path", ["/id/nothing", "/nowhere", "/view/none", "/questions/none"])
def test_a_page_that_says_what_is_wrong_is_valid_and_leads_on(web: httpx.Client, path: str) -> None:
    answer = web.get(path, headers={**BROWSER, "Accept-Language": "en"})
    assert answer.status_code == 404
    assert faults(answer.text) == []
    assert 'action="/search"' in answer.text
    for link in links(answer.text):
        if not link.startswith(path):  # the same in the other language is not there either
            assert web.get(link, headers=BROWSER).status_code == 200


def test_an_address_that_is_nearly_right_offers_what_has_such_a_name(web: httpx.Client) -> None:
    text = web.get("/id/jiangjin-6-4/rural-talent?lang=en", headers=BROWSER).text
    assert "/id/jiangjin-6-4/team/rural.html?lang=en" in links(text)


def test_a_fault_is_seen() -> None:
    text = "<!DOCTYPE html><title>x</title><p><div></div></p><ul><p></p></ul><i id=a></i><i id=a>"
    told = " ".join(faults(text))
    for part in ("unexpected-end-tag", "p stands right within ul", "the id a stands twice"):
        assert part in told
