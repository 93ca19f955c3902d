"""The catalogue of templates: its page, its form, and the same for programs."""

from __future__ import annotations

import httpx
import pytest


def first(web: httpx.Client) -> tuple[str, dict[str, str]]:
    """The name of the first template with a slot, and a value for each slot."""
    for one in web.get("/api/templates").json()["templates"]:
        if one["slots"]:
            return one["name"], {s["name"]: s["values"][0]["code"] for s in one["slots"]}
    raise AssertionError("no template has a slot")


def test_every_template_is_whole_and_its_example_has_an_answer(web: httpx.Client) -> None:
    found = web.get("/api/templates").json()["templates"]
    assert found
    for number, one in enumerate(found):
        assert set(one) == {"name", "pattern", "slots", "form", "sparql", "example"}
        # A sample over the wire; tests/ask asks them all.
        for lang in ("zh", "en") if number % 10 == 0 else ():
            asks = {"q": one["example"][lang], "lang": lang}
            assert web.get("/api/ask", params=asks).json()["status"] != "refused"
        for slot in one["slots"]:
            assert "{" + slot["name"] + "}" in one["pattern"]["zh"]
            assert slot["values"]


def test_a_template_is_answered_like_a_question(web: httpx.Client) -> None:
    name, values = first(web)
    for lang in ("zh", "en"):
        answer = web.get(f"/api/templates/{name}", params={**values, "lang": lang}).json()
        assert answer["status"] == "answered"
        asks = {"q": answer["question"], "lang": lang}
        assert web.get("/api/ask", params=asks).json()["rows"] == answer["rows"]


def test_the_form_goes_to_the_question(web: httpx.Client) -> None:
    name, values = first(web)
    page = web.get("/templates", params={"lang": "en"}).text
    assert f'action="/templates/{name}"' in page
    there = web.get(f"/templates/{name}", params={**values, "lang": "en"})
    assert there.status_code == 303
    assert 'class="sentence"' in web.get(there.headers["location"]).text


@pytest.mark.parametrize("path", ["/templates/none", "/api/templates/none"])
def test_a_template_that_does_not_exist_is_not_found(path: str, web: httpx.Client) -> None:
    assert web.get(path).status_code == 404


def test_a_slot_without_a_value_with_a_wrong_one_or_unknown_is_a_problem(
    web: httpx.Client,
) -> None:
    name, values = first(web)
    path, headers = f"/api/templates/{name}", {"Accept-Language": "en"}
    missing = web.get(path, headers=headers)
    assert missing.status_code == 400
    assert "needs a value" in missing.json()["detail"]
    wrong = web.get(path, params=dict.fromkeys(values, "<none>"), headers=headers)
    assert wrong.status_code == 404
    unknown = web.get(path, params={**values, "colour": "red"}, headers=headers)
    assert unknown.status_code == 400
    assert "colour" in unknown.json()["detail"]
