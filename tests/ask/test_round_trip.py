"""What a form is put in words as is understood as the same form, whatever the form."""

from __future__ import annotations

import pytest

from kb.ask.asker import Asker
from kb.ask.form import Question
from kb.ask.skeletons import Skeletons
from kb.ask.verbalise import question, reading
from kb.text import Language
from tests.ask.sampling import samples

#: Skeletons of each shape; ``./dev bench round_trip`` goes through all of them.
_OF_SHAPE = 3


@pytest.fixture(scope="module")
def skeletons(asker: Asker) -> Skeletons:
    return Skeletons(asker.lexicon)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_form_put_in_words_is_understood_as_the_same_form(
    language: Language, asker: Asker, skeletons: Skeletons
) -> None:
    wrong = []
    tried = 0
    for shape, form in samples(skeletons, seed=6, of_shape=_OF_SHAPE):
        said = question(form, asker.lexicon, language)
        understood = asker.understand(said)
        tried += 1
        assert reading(form, asker.lexicon).in_(language)
        if not isinstance(understood, Question) or understood.form != form:
            wrong.append(f"{shape}: {said} → {understood}")
    assert tried > 300
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong)


def test_skeletons_come_from_every_class_and_kind_of_form(skeletons: Skeletons) -> None:
    local = {kind.rpartition("#")[2] for kind in skeletons.kinds}
    assert {"TalentTeam", "Measure", "Target", "Mechanism", "Body", "Programme"} <= local
    forms = {type(skeleton.form).__name__ for skeleton in skeletons.all()}
    assert forms == {
        "Select", "Count", "CountEach", "Extreme", "Aggregate", "Compare", "Describe", "Review",
        "NotStated",
    }  # fmt: skip
