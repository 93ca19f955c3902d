"""What people said of answers: lines of JSON in a file of the operator's, bounded in size and rate.

A line holds what was judged and how, and the day; nothing of who judged. All web processes write
to the same file, one at a time. Must not know HTTP.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.errors import Overloaded, PlankbError
from kb.settings import Settings
from kb.text import Text

#: When the file has grown to so many bytes it becomes the old one, and the old one goes.
LARGEST = 2 * 2**20
#: Judgements taken in one minute, from everyone together: there is no telling people apart.
PER_MINUTE = 30


@dataclass(frozen=True, slots=True)
class Judgement:
    """What someone said of an answer.

    Args:
        verdict: up or down.
        reason: a code; empty where none was given.
        comment: in their own words.
        question: that was answered.
        lang: of the answer.
        status: of the answer.
        revision: that it was answered from.
    """

    verdict: str
    reason: str
    comment: str
    question: str
    lang: str
    status: str
    revision: str


class FeedbackBook:
    """The file of judgements.

    Args:
        folder: of the operator's data; made when first needed.
        largest: bytes of the file before it is put aside.
        per_minute: judgements taken in one minute.
    """

    def __init__(
        self, folder: Path, *, largest: int = LARGEST, per_minute: int = PER_MINUTE
    ) -> None:
        self._file = folder / "feedback.jsonl"
        self._old = folder / "feedback.old.jsonl"
        self._lock = folder / "feedback.lock"
        self._largest = largest
        self._per_minute = per_minute

    def add(self, judgement: Judgement) -> None:
        """Write one down.

        Raises:
            Overloaded: too many came in this minute (code feedback-rate).
            PlankbError: the folder cannot be written (code feedback-lost).
        """
        line = json.dumps(
            {"on": datetime.now(UTC).date().isoformat(), **asdict(judgement)}, ensure_ascii=False
        )
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._count(lock)
                self._append(line.encode("utf-8", "replace") + b"\n")
            finally:
                os.close(lock)
        except OSError as error:
            raise PlankbError(
                "feedback-lost",
                Text("评价未能保存", "the feedback could not be kept"),
                Text(
                    "请运行方检查数据目录 PLANKB_DATA",
                    "whoever runs this should look at the data folder, PLANKB_DATA",
                ),
            ) from error

    def _count(self, lock: int) -> None:
        """Count this one; the file that is locked holds the minute and how many came in it."""
        now = int(time.time())
        minute, _, taken = os.pread(lock, 64, 0).decode("ascii", "replace").partition(" ")
        count = int(taken) if minute == str(now // 60) and taken.isdigit() else 0
        if count >= self._per_minute:
            raise Overloaded(
                "feedback-rate",
                Text("这一分钟的评价太多", "there was too much feedback in this minute"),
                Text("请稍后再试", "try again in a moment"),
                retry_after=60 - now % 60,
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{now // 60} {count + 1}".encode(), 0)

    def _append(self, line: bytes) -> None:
        with self._file.open("ab") as file:
            size = file.tell()
            if size == 0:
                self._file.chmod(0o600)
            if size and size + len(line) > self._largest:
                self._file.replace(self._old)
            else:
                file.write(line)
                return
        with self._file.open("ab") as file:
            self._file.chmod(0o600)
            file.write(line)


def folder_of(settings: Settings) -> Path:
    """Where the service keeps what it is given: as set, else the user's data folder (XDG)."""
    if settings.data is not None:
        return settings.data
    given = os.environ.get("XDG_DATA_HOME", "")
    home = Path(given) if Path(given).is_absolute() else Path("~/.local/share")
    try:
        return home.expanduser() / "plankb"
    except RuntimeError:  # a user without a home keeps nothing
        return Path(os.devnull) / "plankb"
