"""A plan of another kind, with a class of its own: answered by the same code and language files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.ask.asker import Asker
from kb.ask.skeletons import Skeletons
from kb.ask.verbalise import question
from kb.plan import knowledge
from kb.plan.graph import build
from kb.settings import Settings
from kb.text import Language
from tests.ask.sampling import samples

SECOND = Path(__file__).parent / "second"
SOURCE = (SECOND / "source.txt").read_text(encoding="utf-8")
#: Files of this folder that are of the first plan only.
_OF_THE_FIRST = {"indicator.ttl"}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """The vocabulary and schemes that all plans share, with the school district's plan."""
    folder = tmp_path_factory.mktemp("second")
    common = knowledge.root() / "ontology"
    (folder / "schemes").mkdir()
    for path in [*common.glob("*.ttl"), *(common / "schemes").glob("*.ttl")]:
        if path.name not in _OF_THE_FIRST:
            shutil.copy(path, folder / path.relative_to(common))
    shutil.copytree(SECOND, folder, dirs_exist_ok=True)
    built = build(Settings(cache=tmp_path_factory.mktemp("cache")), ontology=folder)
    return Asker(built.select, built.base, built.revision)


#: Question in Chinese, in English, and the local names of the rows, or the value.
QUESTIONS: list[tuple[str, str, set[str] | float]] = [
    ("小学教师队伍有哪些目标？", "Which targets are there for primary teachers?",
     {"teachers", "young-teachers"}),
    ("辅导员有哪些举措", "What measures does the plan have for counsellors?",
     {"hotline", "referral"}),
    ("有哪些奖学金？", "Which scholarships are there?", {"sail", "ginkgo"}),
    ("小学教师队伍有哪些奖学金？", "Which scholarships are there for primary teachers?",
     {"ginkgo"}),
    ("一共有多少个奖学金？", "How many scholarships are there?", 2),
    ("图书管理员队伍有多少项举措？", "How many measures are there for librarians?", 2),
    ("超过50人的目标有哪些？", "Which targets are above 50 persons?", {"teachers"}),
    ("哪支队伍没有机制？", "Which team has no mechanisms?", {"librarians"}),
    ("什么是银杏奖学金？", "What is the Ginkgo Scholarship?", {"ginkgo"}),
    ("比较小学教师和图书管理员的举措", "Compare the measures of primary teachers and librarians",
     {"summer-school", "mentors", "weekend", "coding-club"}),
    ("关于心理健康的举措有哪些？", "Which measures are about mental health?", {"hotline"}),
    ("有哪些人才队伍？", "Which talent teams are there?",
     {"primary", "counsellors", "librarians"}),
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("zh", "en", "wanted"), QUESTIONS, ids=[en for _, en, _ in QUESTIONS])
def test_its_questions_are_answered(
    zh: str, en: str, wanted: set[str] | float, language: Language, school: Asker
) -> None:
    answer = school.ask(zh if language == "zh" else en, language)
    assert answer.status == "answered", answer.text
    if isinstance(wanted, set):
        assert {row.iri.rsplit("/", 1)[-1] for row in answer.rows} == wanted
    else:
        assert [row.value for row in answer.rows] == [wanted]
    for row in answer.rows:
        assert row.evidence
        for span in row.evidence:
            assert span.quote == SOURCE[span.start : span.end]


@pytest.mark.parametrize(
    "asked",
    ["农村实用人才队伍有哪些目标？", "Which targets are there for rural practical talent?",
     "什么是津鹰计划？", "What is the Jinying Plan?"],
)  # fmt: skip
def test_it_knows_nothing_of_the_first_plan(asked: str, school: Asker) -> None:
    assert school.ask(asked).status in ("refused", "clarify", "empty")


def test_its_templates_have_its_class(school: Asker) -> None:
    names = {template.name for template in school.templates()}
    assert {
        "scholarships",
        "scholarships-of-team",
        "measures-of-team",
        "describe-scholarship",
    } <= names
    assert school.fill("measures-of-team", {"team": "librarians"}, "en")
    assert "启航奖学金" in "".join(one.question for one in school.complete("qihang", "zh", 5))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_forms_are_understood_as_they_are_said(language: Language, school: Asker) -> None:
    wrong = []
    for _, form in samples(Skeletons(school.lexicon), seed=2, of_shape=1):
        said = question(form, school.lexicon, language)
        understood = school.understand(said)
        if getattr(understood, "form", None) != form:
            wrong.append(f"{said} → {understood}")
    assert not wrong, "\n".join(wrong)
