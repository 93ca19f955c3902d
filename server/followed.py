"""A process that follows the ledger, as its parent sees it, and what it does.

It stays: what it needs to read a file is loaded and at hand when a decision comes. It says what it
found in a line, and does not look again before it is told that this is served.
Must not know what becomes of what it finds.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

from kb.errors import PlankbError
from kb.settings import Settings
from server.knowledge import Checked, Patched
from server.logs import given
from server.reported import Following, Reported, Served

_LOG = logging.getLogger("plankb.service")
#: Seconds between two looks into the ledger, which cost a fraction of a millisecond each.
_GLANCE = 0.1


@dataclass(slots=True, eq=False)
class Followed:
    """The process, and how far it is.

    Args:
        pid: its process.
        channel: from and to it.
        served: what it takes for served: that is what it compares the ledger with.
        waits: whether it has found something, and waits to be told that this is served.
        gone: whether it has ended, as nobody told it to.
    """

    pid: int
    channel: socket.socket
    served: Served
    waits: bool = False
    gone: bool = False
    _heard: bytes = b""

    @classmethod
    def start(
        cls,
        settings: Settings,
        served: Served,
        folder: Path,
        pause: float,
        begin: Callable[[], None],
    ) -> Self:
        """Fork it.

        Args:
            settings: in force.
            served: what is served now.
            folder: for the files that it makes.
            pause: seconds until it first looks.
            begin: called in it first, to leave alone what is its parent's.
        """
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            begin()
            _live(_Follower(Following(settings, served), folder, theirs), pause)
        theirs.close()
        ours.setblocking(False)
        return cls(pid, ours, served)

    def go_on(self, served: Served) -> bool:
        """Tell it what is served now; False where it did not know of that, and is of no use."""
        if served != self.served:
            return False
        if self.waits:
            self.waits = False
            with contextlib.suppress(OSError):  # it ends; that is heard
                self.channel.send(b"\n")
        return True

    def hear(self) -> Checked | Patched | None:
        """What it has found, if it has said all of that."""
        try:
            data = self.channel.recv(2**16)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            self.gone = True
            return None
        self._heard += data
        line, end, self._heard = self._heard.partition(b"\n")
        if not end:
            self._heard = line
            return None
        told = json.loads(line)
        before, self.served = self.served, Served(told["revision"], told["until"])
        self.waits = True
        file = Path(told["file"])
        if told["whole"]:
            return Checked(self.served, file)
        return Patched(before.revision, self.served, file)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.channel.close()


@dataclass(slots=True)
class _Follower:
    """What the process does."""

    following: Following
    folder: Path
    channel: socket.socket

    def work(self, pause: float) -> None:
        """Look, say what was found, wait to be told; until the parent is gone."""
        if self._told(pause):
            return
        while True:
            found = self.following.try_to()
            if found is not None:
                self._say(found)
                if self.channel.recv(1) == b"":
                    return
            elif self._told(_GLANCE):
                return

    def _told(self, seconds: float) -> bool:
        """Wait for so long; whether the parent has gone away."""
        return bool(select.select([self.channel], [], [], seconds)[0]) and not self.channel.recv(1)

    def _say(self, found: Reported) -> None:
        if found.patch is None:
            file = Checked.of(self.following.plan, found, self.folder).file
        else:
            handle, name = tempfile.mkstemp(suffix=".patch", dir=self.folder)
            with os.fdopen(handle, "wb") as out:
                out.write(found.patch.written())
            file = Path(name)
        told = {
            "revision": found.served.revision,
            "until": found.served.until,
            "file": str(file),
            "whole": found.patch is None,
        }
        self.channel.sendall(json.dumps(told).encode() + b"\n")


def _live(follower: _Follower, pause: float) -> NoReturn:
    """The whole life of the process."""
    status = 1
    try:
        follower.work(pause)
        status = 0
    except PlankbError as error:
        _LOG.error("the reports cannot be followed", extra=given(why=error.render("en")))
    except OSError as error:  # most often: no room in the temporary folder
        _LOG.error("the reports cannot be followed", extra=given(why=str(error)))
    except BaseException:
        _LOG.exception("the reports cannot be followed")
        raise
    finally:
        os._exit(status)
