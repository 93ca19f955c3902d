"""The commands as a user meets them: a process of their own, stdout, stderr, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def plankb(cache: Path, tmp_path: Path, root: Path) -> Run:
    """Run ``plankb`` from an empty folder."""

    def run(*arguments: str, lang: str = "en", stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PLANKB_")
        }
        environment |= {
            "PLANKB_LANG": lang,
            "PLANKB_CACHE": str(cache),
            "PLANKB_DATA": str(tmp_path / "data"),
            "PYTHONPATH": str(root),
        }
        return subprocess.run(
            [sys.executable, "-c", "from kb.cli import main; main()", *arguments],
            cwd=tmp_path,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_an_answer_cites_the_clause(plankb: Run) -> None:
    done = plankb("ask", "which measures support rural talent?")
    assert done.returncode == 0
    assert "2758–2769 “建成农民田间学校50所”" in done.stdout
    assert "newspaper's summary" in done.stderr


def test_what_was_taken_for_something_else_is_shown(plankb: Run) -> None:
    done = plankb("ask", "which mesures support rural talent?")
    assert done.returncode == 0
    assert "mesures → measure" in done.stderr


def test_the_json_is_that_of_the_contract(plankb: Run) -> None:
    done = plankb("ask", "--json", "农村实用人才队伍有哪些举措？")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["lang"]) == ("answered", "zh")
    row = next(row for row in answer["rows"] if row["label"]["zh"] == "完成高素质农民培训4000人")
    assert (row["type"], row["team"], row["status"]) == ("Measure", "rural", "stated")
    assert row["evidence"][0] == {
        "source": "jiangjin-6-4-article",
        "start": 2743,
        "end": 2757,
        "quote": "完成高素质农民培训4000人",
    }


def test_a_target_has_its_figure_in_base_units(plankb: Run) -> None:
    done = plankb("ask", "--json", "五年内计划新增多少人才？")
    (row,) = json.loads(done.stdout)["rows"]
    assert (row["value"], row["unit"], row["comparator"]) == (35600, "person", "increase-by")
    done = plankb("ask", "--json", "医疗卫生人才的职称比例目标是多少？")
    (row,) = json.loads(done.stdout)["rows"]
    assert (row["value"], row["unit"], row["comparator"]) == ([15, 35, 50], "ratio", "ratio")


@pytest.mark.parametrize(
    ("question", "status", "kind", "exit_status"),
    [
        ("Who is responsible for rural talent?", "not_stated", None, 0),
        ("这个规划的总预算是多少？", "not_stated", None, 0),
        ("金融人才队伍有哪些目标？", "refused", "no-such-entity", 1),
        ("What is the weather tomorrow?", "refused", "out-of-scope", 1),
        ("   ", "refused", "empty", 1),
        ("人" * 5000, "refused", "too-long", 1),
        ("targets of GDP growth for teachers", "not_stated", None, 0),
        ("targets of yoghurt for teachers", "clarify", "unknown-word", 1),
    ],
)
def test_what_is_not_answered(
    plankb: Run, question: str, status: str | None, kind: str | None, exit_status: int
) -> None:
    done = plankb("ask", "--json", question)
    assert done.returncode == exit_status
    answer = json.loads(done.stdout)
    if status is None:
        assert answer["status"] in ("clarify", "refused")
        assert answer["rows"] == []
    else:
        assert (answer["status"], answer.get("refusal", {}).get("kind")) == (status, kind)


def test_who_is_responsible_is_editorial_and_says_what_was_searched(plankb: Run) -> None:
    done = plankb("ask", "--json", "谁负责农村实用人才队伍？")
    answer = json.loads(done.stdout)
    assert answer["status"] == "not_stated"
    assert {row["status"] for row in answer["rows"]} == {"editorial"}
    assert "牵头" in answer["text"]


def test_a_file_of_questions_gives_one_object_a_line(plankb: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("教育人才队伍的机制\n\nmechanisms education talent\nnonsense xyzzy\n")
    done = plankb("ask", "--json", "--file", str(file))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["question"] for answer in answers] == [
        "教育人才队伍的机制",
        "mechanisms education talent",
        "nonsense xyzzy",
    ]
    assert [row["iri"] for row in answers[0]["rows"]] == [row["iri"] for row in answers[1]["rows"]]
    assert done.returncode == 1


def test_a_query_of_the_answer_gives_its_rows(plankb: Run) -> None:
    answer = json.loads(plankb("ask", "--json", "mechanisms education talent").stdout)
    done = plankb("query", "--format", "json", "-q", answer["sparql"])
    bindings = json.loads(done.stdout)["results"]["bindings"]
    found = {value["value"] for binding in bindings for value in binding.values()}
    assert {row["iri"] for row in answer["rows"]} <= found


@pytest.mark.needs_ci
def test_export_is_byte_identical_and_says_what_the_source_is(plankb: Run, tmp_path: Path) -> None:
    for name in ("trig", "ttl", "nq", "nt", "jsonld"):
        first, second = tmp_path / f"a.{name}", tmp_path / f"b.{name}"
        assert plankb("export", "--format", name, "-o", str(first)).returncode == 0
        assert plankb("export", "--format", name, "-o", str(second)).returncode == 0
        assert first.read_bytes() == second.read_bytes()
        assert "newspaper" in first.read_text(encoding="utf-8")


def test_a_query_from_standard_input(plankb: Run) -> None:
    done = plankb(
        "query", "-", "--format", "csv", stdin="SELECT (COUNT(?t) AS ?n) { ?t a :TalentTeam }"
    )
    assert (done.returncode, done.stdout.split()) == (0, ["n", "10"])


def test_codes(plankb: Run) -> None:
    listed = json.loads(plankb("codes", "indicators", "--json").stdout)
    share = next(entry for entry in listed if entry["code"] == "dual-qualified-share")
    assert set(share["denominator"]) == {"zh", "en"}
    assert (share["unit"], share["kind"]) == ("percent", "share")
    bases = json.loads(plankb("codes", "bases", "--json").stdout)
    assert {entry["code"] for entry in bases} == {"annual", "cumulative", "stock", "baseline"}
    reporters = json.loads(plankb("codes", "reporters", "--json").stdout)
    assert {entry["status"] for entry in reporters} == {"editorial"}
    assert "education talent team" in plankb("codes", "teams").stdout
    assert "教育人才队伍" in plankb("codes", "teams", lang="zh").stdout


def test_help_and_unknown_commands(plankb: Run) -> None:
    listed = plankb("--help")
    assert listed.returncode == 0
    for name in ("ask", "query", "check", "why", "review", "codes", "export", "serve"):
        assert name in listed.stdout
    unknown = plankb("nonsense")
    assert unknown.returncode == 2
    assert "No such command" in unknown.stderr


def test_a_setting_that_cannot_be_used(
    plankb: Run, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from kb.cli import main; main()", "codes", "teams"],
        env={**os.environ, "PLANKB_WORKERS": "many", "PLANKB_LANG": "zh", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "PLANKB_WORKERS" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cold_command_loads_only_what_it_needs(root: Path, cache: Path) -> None:
    code = (
        "import sys; sys.argv = ['plankb', 'query', '-q', 'ASK {}']\n"
        "from kb.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({n.split('.')[0] for n in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root), "PLANKB_CACHE": str(cache)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for heavy in ("rdflib", "pyshacl", "owlready2", "flask", "rich", "yaml", "granian"):
        assert f"'{heavy}'" not in done.stderr


def test_a_form_is_written_for_a_team_and_year(plankb: Run, tmp_path: Path) -> None:
    done = plankb("template", "--team", "农村实用人才队伍", "--year", "2023", "-o", "rural.csv")
    assert done.returncode == 0
    assert "rows" in done.stderr
    lines = (tmp_path / "rural.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "reporter,team,indicator,year,value,unit,basis,note"
    assert ",rural,farmers-trained,2023,,人,cumulative," in lines
    done = plankb("template", "--team", "rural", "--year", "2023", "-o", "form.xlsx", lang="zh")
    assert done.returncode == 0
    assert (tmp_path / "form.xlsx").read_bytes().startswith(b"PK")
    assert "行" in done.stderr


def test_a_form_of_a_team_or_year_that_does_not_exist_is_refused(
    plankb: Run, tmp_path: Path
) -> None:
    done = plankb("template", "--team", "finance", "--year", "2023", "-o", "x.csv")
    assert done.returncode == 2
    assert "rural" in done.stderr
    done = plankb("template", "--team", "rural", "--year", "2031", "-o", "x.csv")
    assert done.returncode == 2
    assert "2021 to 2025" in done.stderr
    done = plankb("template", "--team", "rural", "--year", "2023", "-o", "no/folder/x.csv")
    assert done.returncode == 2
    assert "no/folder/x.csv" in done.stderr
    assert list(tmp_path.glob("*.csv")) == []
