"""What is kept of questions without an answer, and what is not."""

from __future__ import annotations

from pathlib import Path

from kb.ask.asker import Asker
from kb.ask.misses import Misses


def test_words_that_were_not_understood_come_first_and_often(tmp_path: Path, asker: Asker) -> None:
    misses = Misses(tmp_path / "data")
    for question in (
        "区块链人才有哪些举措",
        "Which measures concern zorgs and teachers?",
        "区块链人才有哪些目标",
        "农村实用人才队伍有哪些举措？",
        "",
    ):
        misses.record(asker.ask(question))
    first, *rest = misses.words()
    assert (first.word, first.count) == ("区块链", 2)
    assert first.questions == ("区块链人才有哪些目标", "区块链人才有哪些举措")
    assert "zorgs" in {one.word for one in rest}
    assert sum(one.count for one in rest) == 1


def test_nothing_of_the_asker_is_kept(tmp_path: Path, asker: Asker) -> None:
    misses = Misses(tmp_path)
    misses.record(asker.ask("zorgs 13800138000 anna.b@example.org 138 0013 8000"))
    kept = (tmp_path / "misses.jsonl").read_text("utf-8")
    assert "zorgs" in kept
    for part in ("138", "anna", "example", "8000"):
        assert part not in kept
    assert (tmp_path / "misses.jsonl").stat().st_mode & 0o077 == 0


def test_the_file_is_bounded_and_can_be_off(tmp_path: Path, asker: Asker) -> None:
    answer = asker.ask("zorgs")
    small = Misses(tmp_path, largest=1000)
    for _ in range(50):
        small.record(answer)
    assert {path.name for path in tmp_path.glob("*.jsonl")} == {"misses.jsonl", "misses.old.jsonl"}
    assert all(path.stat().st_size <= 1000 for path in tmp_path.glob("*.jsonl"))
    assert small.words()[0].word == "zorgs"
    Misses(tmp_path / "off", kept=False).record(answer)
    assert not (tmp_path / "off").exists()


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path, asker: Asker) -> None:
    (tmp_path / "file").write_text("")
    misses = Misses(tmp_path / "file" / "below")
    misses.record(asker.ask("zorgs"))
    assert misses.words() == []
