"""The next revision, made or looked for in a process of its own, which may fail or take long.

With an engine of our own a revision is built and checked when somebody asks for it; and a process
that stays follows the ledger, and makes a patch when a decision in it changes the reports. With a
remote store it is built, checked and loaded there, where that may be; and whichever revision the
store has is looked for all the time, as others may load it.
Must not know who serves a revision, nor when it takes over.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, BaseSelector
from typing import IO, NoReturn

from kb.errors import PlankbError
from kb.settings import Settings
from kb.store.client import lost
from kb.store.remote import RemoteStore
from server.followed import Followed
from server.knowledge import Checked, Knowledge, Patched, publish
from server.logs import given
from server.reported import Following, Served

_LOG = logging.getLogger("plankb.service")
#: Seconds between two looks at the revision of a remote store.
_LOOK = 1.0
#: Seconds until the ledger is looked into again after that had failed altogether.
_PAUSE = 10.0


@dataclass(slots=True, eq=False)
class _Process:
    """A process that looks for a revision, and the file that it writes what it found to."""

    pid: int
    file: IO[bytes]

    def ended(self) -> int | None:
        """Its wait status; None while it is at work."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return status if pid else None

    def found(self) -> list[str]:
        """The lines that it wrote."""
        with self.file as file:
            file.seek(0)
            return file.read().decode().splitlines()

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.file.close()


class Revisions:
    """Processes that make or find the next revision: one builds, one watches, one follows.

    Args:
        settings: in force.
        forget: called in a process that was forked, to leave alone what is its parent's.
        selector: waits for what the one that follows says, with this object as its data.
    """

    def __init__(
        self, settings: Settings, forget: Callable[[], None], selector: BaseSelector
    ) -> None:
        self._settings = settings
        self._forget = forget
        self._selector = selector
        #: What files of revisions are in until an engine takes them; made when it is needed.
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._build: _Process | None = None
        self._watch: _Process | None = None
        self._follow: Followed | None = None
        self._stumbled = False

    @property
    def building(self) -> bool:
        """Whether one is being built."""
        return self._build is not None

    def build(self) -> None:
        """Build a revision from the files, and check it."""
        folder = self._place()
        self._build = self._fork(lambda file: self._built(file, folder))

    def watch(self, served: Served) -> None:
        """Look for another revision in the remote store, if there is one, or else in the ledger.

        Args:
            served: that is known already.
        """
        if self._settings.store:
            if self._watch is None:
                self._watch = self._fork(lambda file: self._seen(served, file))
            return
        if self._follow is not None and not self._follow.go_on(served):
            self._end_following()
        if self._follow is None:
            pause = _PAUSE if self._stumbled else 0.0
            self._follow = Followed.start(
                self._settings, served, self._place(), pause, self._begin_life
            )
            self._selector.register(self._follow.channel, EVENT_READ, self)

    def hear(self) -> Checked | Patched | None:
        """What the process that follows the ledger has found, if that is whole by now."""
        if self._follow is None:
            return None
        found = self._follow.hear()
        if self._follow.gone:
            self._end_following()
            self._stumbled = True
        elif found is not None:
            self._stumbled = False
        return found

    def failed(self) -> None:
        """What was found could not be served: whoever finds it again need not hurry."""
        self._stumbled = True

    def forget(self) -> None:
        """In a process that was forked: leave alone what is its parent's."""
        if self._follow is not None:
            self._follow.channel.close()

    def reap(self) -> list[Checked | str]:
        """What was found: a revision of ours, or the name of one in the remote store.

        A failure is in the log, by whoever failed.
        """
        found: list[Checked | str] = []
        if self._build is not None and (status := self._build.ended()) is not None:
            process, self._build = self._build, None
            told = process.found()
            # A remote store is watched, and so is what was loaded into it now.
            if status:
                _LOG.error("the revision before stays")
            elif not self._settings.store:
                found.append(Checked(Served(told[0], int(told[1])), Path(told[2])))
        if self._watch is not None and (status := self._watch.ended()) is not None:
            process, self._watch = self._watch, None
            told = process.found()
            if status == 0:
                found += told
        return found

    def knowledge(self, found: Checked | Patched | str, before: Knowledge) -> Knowledge:
        """What is to be served, with its engine where that is ours.

        Args:
            found: the revision.
            before: what is served now.

        Raises:
            PlankbError: the engine did not start, or the remote store does not answer.
        """
        if isinstance(found, str):
            return Knowledge.remote(self._settings)
        if isinstance(found, Patched):
            assert before.engine is not None
            if before.engine.ended is not None:
                raise lost("it ended")
            engine = before.engine.patch(found.file, found.revision)
        else:
            engine = found.start(self._settings)
        try:
            return before.then(engine, found.served, self._settings)
        except BaseException:
            engine.close()
            raise

    def close(self) -> None:
        """End them."""
        for process in (self._build, self._watch):
            if process is not None:
                process.close()
        self._build = self._watch = None
        self._end_following()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _end_following(self) -> None:
        if self._follow is not None:
            self._selector.unregister(self._follow.channel)
            self._follow.close()
            self._follow = None

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="plankb-next-")
        return Path(self._folder.name)

    def _begin_life(self) -> None:
        """In a process that was forked."""
        with contextlib.suppress(OSError):  # what lists of processes call it, on Linux
            Path("/proc/self/comm").write_text("plankb-revision")
        self._forget()

    def _fork(self, work: Callable[[IO[bytes]], None]) -> _Process:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        pid = os.fork()
        if pid == 0:
            self._begin_life()
            _live(work, file)
        return _Process(pid, file)

    def _built(self, file: IO[bytes], folder: Path) -> None:
        if self._settings.store:
            publish(self._settings)
            return
        checked = Checked.build(self._settings, folder)
        told = (checked.revision, str(checked.served.until), str(checked.file))
        file.write("\n".join(told).encode())

    def _seen(self, served: Served, file: IO[bytes]) -> None:
        parent = os.getppid()
        following = Following(self._settings, served)
        with RemoteStore.of(self._settings) as store:
            while os.getppid() == parent:
                time.sleep(_LOOK)
                try:
                    state = store.state()
                    if not state.revision and not state.loading:
                        publish(self._settings)  # it lost what it had
                    elif self._settings.store_write and (found := following.try_to()) is not None:
                        patch, then = found.patch, found.served.revision
                        if patch is None or not store.patch(patch, served.revision, then):
                            publish(self._settings)
                except PlankbError:
                    following.forget()
                    continue  # it is away; /readyz says so
                if state.revision not in ("", served.revision) and not state.loading:
                    file.write(state.revision.encode())
                    return


def _live(work: Callable[[IO[bytes]], None], file: IO[bytes]) -> NoReturn:
    """The whole life of a process: do the work, or say why not."""
    status = 1
    try:
        work(file)
        file.flush()
        status = 0
    except PlankbError as error:
        _LOG.error("the new revision is not fit", extra=given(why=error.render("en")))
    except BaseException:
        _LOG.exception("the new revision could not be built")
        raise
    finally:
        os._exit(status)
