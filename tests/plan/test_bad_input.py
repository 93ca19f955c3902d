"""Bad input through the command: one clear message with file and line, and exit 1 or 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.copies import Copy

RURAL = "ontology/plans/jiangjin-6-4/rural.ttl"
SPANS = "ontology/plans/jiangjin-6-4/spans.ttl"


def _line(copy: Copy, name: str, text: str) -> int:
    lines = (copy.folder / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_the_untouched_copy_passes(copy: Copy) -> None:
    done = copy.plankb("check")
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "passed"), done.stdout + done.stderr


def test_a_syntax_error_names_file_and_line_and_loads_nothing(copy: Copy) -> None:
    copy.edit(RURAL, "target:headcount a", "target:headcount a a")
    line = _line(copy, RURAL, "target:headcount a a")
    for command in (["check"], ["query", "-q", "ASK {}"], ["export"]):
        done = copy.plankb(*command)
        assert done.returncode == 2
        assert f"rural.ttl:{line}" in done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


#: File, what stands there, what a careless hand makes of it, which check says so, and how.
CARELESS = [
    (
        RURAL,
        '"农村实用人才总量增加10000人"@zh',
        '"农村人才总量增加10000人"@zh',
        "words",
        "农村人才",
    ),
    (RURAL, ":value 10000.0", ":value 1000.0", "figure", "does not agree with “10000人”"),
    (RURAL, ":comparator comparator:increase-by", ':scope "x"', "shape", "exactly one :comparator"),
    (SPANS, "oa:start 2651 ; oa:end 2665", "oa:start 2652 ; oa:end 2665", "span-shape", "2652"),
    (RURAL, "span:2666-2681", "span:2666-2680", "untraceable", "agricultural-researchers"),
]


@pytest.mark.needs_ci
def test_what_the_check_says_of_each_careless_edit(copy: Copy) -> None:
    for name, old, new, _, _ in CARELESS:
        copy.edit(name, old, new)
    with (copy.plan / "editorial.ttl").open("a", encoding="utf-8") as file:
        # A label used twice, and a label in one language only.
        file.write(
            "<https://w3id.org/plankb/id/jiangjin-6-4/body/copy> a :Body ; :generic false ;\n"
            '    :reason "一"@zh , "one"@en ; skos:prefLabel "江津区民政局"@zh .\n'
        )
    done = copy.plankb("check")
    assert done.returncode == 1
    for *_, check, word in CARELESS:
        rows = [row for row in done.stdout.splitlines() if f"[{check}]" in row and word in row]
        assert rows, f"{check}: {done.stdout}"
        assert all(".ttl:" in row.split(" [")[0] for row in rows)
    assert "[duplicate-label]" in done.stdout
    assert "[label-missing-en]" in done.stdout


def test_a_quote_that_is_not_in_the_source(copy: Copy, shared: Path) -> None:
    copy.edit(
        "ontology/plans/jiangjin-6-4/spans.ttl", '"建成农民田间学校50所"', '"建成农民田间学校60所"'
    )
    source = str(shared / "source" / "jiangjin-6-4-article.txt")
    done = copy.plankb("check", "--source", source)
    assert done.returncode == 1
    assert "the source has no such words" in done.stdout
    assert "spans.ttl:" in done.stdout


def test_a_rule_that_does_not_parse(copy: Copy) -> None:
    copy.edit("queries/rules/part-share.rq", "CONSTRUCT {", "CONSTRUCT [")
    done = copy.plankb("check")
    assert done.returncode == 2
    assert "part-share.rq:" in done.stderr
    assert "the rule is not SPARQL" in done.stderr


def test_a_rule_without_its_stratum(copy: Copy) -> None:
    copy.edit("queries/rules/part-share.rq", "# stratum: 1\n", "")
    done = copy.plankb("check")
    assert done.returncode == 2
    assert "part-share.rq:1: lacks “# stratum: NUMBER”" in done.stderr


def test_a_file_in_another_encoding(copy: Copy) -> None:
    path = copy.folder / RURAL
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    done = copy.plankb("check")
    assert done.returncode == 2
    assert "is not UTF-8" in done.stderr


def test_a_missing_and_a_changed_source(copy: Copy, tmp_path: Path) -> None:
    done = copy.plankb("check", "--source", str(tmp_path / "none.txt"))
    assert done.returncode == 2
    assert "none.txt: the file of the source cannot be read" in done.stderr
    other = tmp_path / "other.txt"
    other.write_text("别的文章", encoding="utf-8")
    done = copy.plankb("check", env={"PLANKB_SOURCE": str(other)})
    assert done.returncode == 2
    assert "is not the text that the plan cites" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["export", "--format", "docx"], "trig"),
        (["query", "--format", "docx", "-q", "ASK {}"], "json"),
        (["query", "-q", "SELEC * {}"], "line 1"),
        (["query", "-q", "INSERT DATA { <a:a> <a:b> <a:c> }"], "would change data"),
        (["query"], "one query is needed"),
        (["query", "none.rq"], "none.rq: cannot be read"),
        (["codes", "colours"], "teams"),
        (["why", "no such thing"], "there is no resource"),
    ],
    ids=["export", "result", "syntax", "update", "no-query", "no-file", "codes", "why"],
)
def test_unusable_arguments(copy: Copy, arguments: list[str], word: str) -> None:
    done = copy.plankb(*arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_same_messages_in_chinese(copy: Copy) -> None:
    done = copy.plankb("why", "没有的东西", env={"PLANKB_LANG": "zh"})
    assert done.returncode == 2
    assert "没有名为“没有的东西”的资源" in done.stderr


def test_a_cut_cache_is_not_believed(copy: Copy) -> None:
    count = ["query", "--format", "csv", "-q", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"]
    first = copy.plankb(*count)
    (cached,) = (copy.folder / "cache").glob("graph-*.nq")
    cached.write_bytes(cached.read_bytes()[:-200])
    assert copy.plankb(*count).stdout == first.stdout


def test_a_cache_that_cannot_be_written_costs_time_only(copy: Copy) -> None:
    done = copy.plankb("query", "-q", "ASK { ?s ?p ?o }", env={"PLANKB_CACHE": "/dev/null/x"})
    assert (done.returncode, done.stdout) == (0, "true\n")
