"""Questions that had no answer, for whoever looks after the words: which words are missing.

Lines of JSON in a file of the operator's, bounded in size. A line says what was asked and why
there was no answer, and the day; nothing of who asked, and what may tell of people (addresses,
long numbers) is masked. Must not know how a question is understood, nor the web.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.ask.answer import Answer
from kb.settings import Settings

#: When the file has grown to so many bytes it becomes the old one, and the old one goes.
_LARGEST = 2**20
#: Of a question and of an unknown word so many characters are kept.
_LONGEST, _LONGEST_WORD = 300, 60
_ADDRESS = re.compile(r"[^\s@＠，。、；：（）<>]+[@＠][^\s@＠，。、；：（）<>]+")
#: Seven digits and more: numbers of telephones and papers; no figure of a plan is as long.
_NUMBER = re.compile(r"\d(?:[\s.\-–()（）]{0,2}\d){6,}[xX]?")


@dataclass(frozen=True, slots=True)
class MissingWord:
    """A span that was not understood, over all the questions that have it.

    Args:
        word: the span; empty for questions without one.
        kinds: kinds of refusal, with how often.
        count: of questions.
        last: day of the last one.
        questions: a few of them, the latest first.
    """

    word: str
    kinds: tuple[tuple[str, int], ...]
    count: int
    last: str
    questions: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "word": self.word,
            "count": self.count,
            "kinds": dict(self.kinds),
            "last": self.last,
            "questions": list(self.questions),
        }


class Misses:
    """The file of questions without an answer.

    Args:
        folder: of the operator's data; made when first needed.
        kept: whether any are kept.
        largest: bytes of the file before it is put aside.
    """

    def __init__(self, folder: Path, *, kept: bool = True, largest: int = _LARGEST) -> None:
        self._file = folder / "misses.jsonl"
        self._old = folder / "misses.old.jsonl"
        self._kept = kept
        self._largest = largest

    @classmethod
    def of(cls, settings: Settings) -> Misses:
        """The file that the settings say."""
        return cls(settings.data_folder, kept=settings.misses == "kept")

    def record(self, answer: Answer) -> None:
        """Write down an answer that is none; what was answered leaves no line.

        A folder that cannot be written is no reason to fail: then nothing is kept.
        """
        if not self._kept or answer.refusal is None or answer.status not in ("clarify", "refused"):
            return
        if answer.refusal.kind in ("empty", "too-long"):
            return
        question = masked(answer.question)
        # A word out of what is masked is not kept either.
        unknown = [
            masked(word)[:_LONGEST_WORD]
            for word in answer.unknown[:20]
            if question == answer.question or word in question
        ]
        line = json.dumps(
            {
                "on": datetime.now(UTC).date().isoformat(),
                "question": question[:_LONGEST],
                "lang": answer.lang,
                "kind": answer.refusal.kind,
                "unknown": unknown,
                "revision": answer.revision,
            },
            ensure_ascii=False,
        )
        try:
            self._append(line.encode("utf-8", "replace") + b"\n")
        except OSError:
            return

    def words(self) -> list[MissingWord]:
        """What was not understood, most often first; questions without a word stand last."""
        found: dict[str, list[dict[str, object]]] = {}
        for line in self._lines():
            unknown = line["unknown"]
            for word in unknown if isinstance(unknown, list) and unknown else [""]:
                found.setdefault(str(word).casefold(), []).append(line)
        words = [
            MissingWord(
                word,
                tuple(Counter(str(line["kind"]) for line in lines).most_common()),
                len(lines),
                max(str(line["on"]) for line in lines),
                tuple(dict.fromkeys(str(line["question"]) for line in reversed(lines)))[:3],
            )
            for word, lines in found.items()
        ]
        return sorted(words, key=lambda one: (not one.word, -one.count, one.word))

    def _lines(self) -> Iterator[dict[str, object]]:
        for path in (self._old, self._file):
            try:
                text = path.read_text("utf-8", "replace")
            except OSError:
                continue
            for row in text.splitlines():
                try:
                    line = json.loads(row)
                except ValueError:
                    continue  # a line that a full disk has cut short
                if isinstance(line, dict) and {"on", "question", "kind", "unknown"} <= set(line):
                    yield line

    def _append(self, line: bytes) -> None:
        """Write a line; all processes write to the same file, one at a time."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(
            self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._file.exists() and self._file.stat().st_size + len(line) > self._largest:
                self._file.replace(self._old)
            mine = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(mine, line)
            finally:
                os.close(mine)
        finally:
            os.close(lock)


def masked(text: str) -> str:
    """A text without what may tell of people: addresses of mail, long numbers.

    >>> masked("我的电话是 138 0013 8000，邮箱 a.b@example.org")
    '我的电话是 …，邮箱 …'
    >>> masked("Which targets exceed 35,600 people in 2025?")
    'Which targets exceed 35,600 people in 2025?'
    """
    return _NUMBER.sub("…", _ADDRESS.sub("…", text))
