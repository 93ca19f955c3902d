"""What may be written in a column: every code and label, in any width and case, no more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kb.plan import codes
from kb.plan.graph import PlanGraph
from kb.reports.codelists import LISTS, CodeLists


def test_every_code_and_label_of_every_list_names_its_entry(lists: CodeLists) -> None:
    for name in LISTS:
        if name == "unit":
            continue
        for entry in lists.entries(name):
            for form in (entry.code, entry.label.zh, entry.label.en, entry.iri):
                for text in (form, f" {form} ", form.upper(), "\u3000" + form):
                    if form == entry.iri and text == form.upper():
                        continue  # folded as any other
                    assert lists.find(name, text) == entry.iri, (name, text)


def test_the_lists_are_those_that_plankb_codes_shows(plan: PlanGraph, lists: CodeLists) -> None:
    for name, listed in (("team", "teams"), ("indicator", "indicators"), ("basis", "bases")):
        shown = {str(row["code"]) for row in codes.codes(plan, listed)}
        own = {entry.code for entry in lists.entries(name)}  # type: ignore[arg-type]  # as in LISTS
        assert own - {"plan"} == shown - {"plan"}
    assert lists.find("team", "plan") == f"{plan.base}id/{plan.plans[0]}/plan"


def test_alternative_labels_name_it_too(lists: CodeLists) -> None:
    scarce = lists.find("indicator", "party-scarce-talent")
    assert lists.find("indicator", "引进紧缺型人才") == scarce
    assert lists.find("team", "Ｒural") == lists.find("team", "农村实用人才队伍")
    assert lists.find("team", "金融人才队伍") is None
    assert lists.find("team", "") is None


@pytest.mark.parametrize(
    ("text", "indicator", "unit", "factor"),
    [
        ("人", None, "person", 1),
        ("名", None, "person", 1),
        ("万人", None, "person", 10_000),
        ("万名", None, "person", 10_000),
        ("亿人", None, "person", 10**8),
        ("万人次", None, "person-time", 10_000),
        ("ten-thousand-persons", None, "person", 10_000),
        ("％", None, "percent", 1),
        ("百分比", None, "percent", 1),
        ("比", None, "ratio", 1),
        ("期", None, "class", 1),
        ("个", "platforms-provincial", "platform", 1),
        ("个", "incubation-bases", "base", 1),
        ("个", "innovation-teams", "innovation-team", 1),
        ("万个", "platforms-provincial", "platform", 10_000),
        ("个", None, "item", 1),
        ("个", "farmers-trained", "item", 1),
    ],
)
def test_units_are_read_with_their_scale_and_a_shared_sign_by_the_indicator(
    lists: CodeLists, text: str, indicator: str | None, unit: str, factor: int
) -> None:
    of = lists.find("indicator", indicator) if indicator else None
    found = lists.unit(text, of)
    assert found is not None
    assert found.iri == f"{lists.base}scheme/unit/{unit}"
    assert found.factor == Decimal(factor)


@pytest.mark.parametrize("text", ["万", "万%", "万万人", "千人", "家", "", "万比"])
def test_no_other_unit_is_made_up(lists: CodeLists, text: str) -> None:
    assert lists.unit(text) is None


def test_the_nearest_entries_are_offered_in_either_language(lists: CodeLists) -> None:
    assert lists.nearest("indicator", "farmers-traned")[0].code == "farmers-trained"
    assert lists.nearest("team", "农村人材队伍")[0].code == "rural"
    assert lists.nearest("reporter", "农业农村局")[0].code == "agriculture-commission"
    assert lists.nearest("basis", "zzzz") == ()
    assert len(lists.nearest("indicator", "headcount")) == 3
