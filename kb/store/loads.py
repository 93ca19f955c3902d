"""Revisions that clients want loaded, one after the other.

Must not know how one is loaded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kb.errors import PlankbError
from kb.store import folder
from kb.store.frames import Frame, Header
from kb.store.jobs import Client
from kb.store.messages import of_problem


@dataclass(frozen=True, slots=True)
class _Load:
    """A client's request for a new revision."""

    client: Client
    path: Path
    revision: str


class Loads:
    """Who waits for which revision.

    Args:
        folder: where the files of revisions are.
        name: of the socket that they are behind.
        begin: begins to load a file as a revision.
        reply: says to a client what came of it.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        begin: Callable[[Path, str], None],
        reply: Callable[[Client, Frame], None],
    ) -> None:
        self._folder = folder
        self._name = name
        self._begin = begin
        self._reply = reply
        self._waiting: deque[_Load] = deque()
        #: The file of the revision that queries see.
        self.held: Path | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def ask(self, client: Client, header: Header) -> None:
        """Take a request: ``path`` and ``revision``.

        Raises:
            ValueError: it is none of ours.
        """
        path, revision = header.get("path"), header.get("revision")
        if not isinstance(revision, str) or not isinstance(path, str):
            raise ValueError("no request for a revision")
        load = _Load(client, Path(path), revision)
        if load.path.parent != self._folder:
            raise ValueError("a file of another folder")
        client.job = load
        self._waiting.append(load)

    def next(self) -> None:
        """Begin with the next one. None must be under way."""
        if self._waiting:
            self._begin(self._waiting[0].path, self._waiting[0].revision)

    def loaded(self, path: Path, revision: str) -> bool:
        """A revision has taken over; whether it is another file than before."""
        before, self.held = self.held, path
        if self._waiting and self._waiting[0].path == path:
            load = self._waiting.popleft()
            made_of = folder.Current.read(self._folder, self._name) if before else None
            folder.Current(path, revision).write(self._name)
            if made_of is not None:
                folder.remove(self._folder, (made_of.file, *made_of.patches))
            self._finish(load, Frame.of({"revision": revision}))
        return before != path  # or else its holder was replaced

    def not_loaded(self, error: PlankbError) -> None:
        """The first of them could not be loaded; the one before is still there."""
        load = self._waiting.popleft()
        load.path.unlink(missing_ok=True)
        self._finish(load, of_problem(error))

    def _finish(self, load: _Load, reply: Frame) -> None:
        load.client.job = None
        self._reply(load.client, reply)
        load.client.attend()
