"""The engine seen from the process that owns it: start it, start it again where it ended, end it.

Must not know how the engine runs queries, nor what is asked.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyoxigraph as ox

from kb.errors import PlankbError
from kb.settings import Settings
from kb.store import folder as place
from kb.store.client import EngineClient, nquads
from kb.store.frames import Frame
from kb.store.interface import Limits
from kb.store.messages import to_error
from kb.store.patch import Patch
from kb.text import Text

_LOG = logging.getLogger("plankb.store")

#: Seconds before each try to start an engine again that ended; then nobody tries any more.
_PAUSES = (0.0, 0.2, 1.0, 5.0, 15.0, 60.0)

#: Of glibc's malloc; see mallopt(3) and madvise(2).
_LARGE_PAGES = "glibc.malloc.hugetlb=1"


@dataclass(slots=True, eq=False)
class _Host:
    """The process, and which of its revisions are still wanted.

    Args:
        folder: its own.
        settings: whose limits count.
        order: what it is told when it starts, but for where to begin.
    """

    folder: Path
    settings: Settings
    order: dict[str, Any]
    changing: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)
    process: subprocess.Popen[bytes] | None = None
    owner: int = field(default_factory=os.getpid)
    names: set[str] = field(default_factory=lambda: {place.FIRST})


class Engine:
    """A revision in a running engine process of ours. Make one with :meth:`start`; close it.

    An engine that ends by itself or is killed is started again, with the revision that it
    held; clients notice a pause. A thread sees to that, or, in a process that forks and so may
    have no other thread, whoever calls :meth:`revive`. It ends for good when this process does,
    and when every process forked from it has.
    """

    def __init__(self, host: _Host, name: str = place.FIRST) -> None:
        self._host = host
        self._name = name
        self.path = place.socket_in(host.folder, name)

    @classmethod
    def start(
        cls,
        data: Iterable[ox.Quad] | bytes | Path,
        revision: str,
        settings: Settings | None = None,
        *,
        prefixes: Mapping[str, str] | None = None,
        base: str | None = None,
        union: bool = True,
        watched: bool = True,
    ) -> Engine:
        """Start an engine process and wait until it is ready.

        Other processes reach it by ``EngineClient(engine.path)``.

        Args:
            data: the quads, or the same as N-Quads, or a file of them, which it takes away.
            revision: their name.
            settings: query_seconds, query_memory_mb, result_mb, workers, heavy, short_ms,
                queue, cache_mb and client_seconds count.
            prefixes: known to every query, and used to shorten IRIs.
            base: IRI that relative IRIs in queries are resolved against.
            union: as of :class:`kb.store.embedded.EmbeddedStore`.
            watched: whether a thread starts it again when it ended.

        Raises:
            InputError: the data cannot be loaded.
            PlankbError: the process could not be started.
        """
        settings = settings or Settings()
        folder = place.make()
        order = {
            "folder": str(folder),
            "seconds": settings.query_seconds,
            "memory_mb": settings.query_memory_mb,
            "result_mb": settings.result_mb,
            "workers": settings.workers,
            "heavy": settings.heavy,
            "short_ms": settings.short_ms,
            "queue": settings.queue,
            "cache_mb": settings.cache_mb,
            "client_seconds": settings.client_seconds,
            "prefixes": dict(prefixes or {}),
            "base": base,
            "union": union,
        }
        engine = cls(_Host(folder, settings, order))
        try:
            first = folder / "first.nq"
            if isinstance(data, Path):
                shutil.move(data, first)
            else:
                first.write_bytes(nquads(data))
            place.Current(first, revision).write()
            engine._launch()
        except BaseException:
            engine.close()
            raise
        if watched:
            threading.Thread(target=engine._watch, name="plankb-engine", daemon=True).start()
        return engine

    def patch(self, patch: Patch | Path, revision: str) -> Engine:
        """The next revision, in the same process, beside this one; close either when it is time.

        It is there in a time that grows with the patch and little with what is stored.

        Args:
            patch: what changes, or a file with that (:meth:`Patch.written`), which it takes away.
            revision: the name of the next.

        Raises:
            InputError: the patch cannot be used; this revision is as before.
            PlankbError: the engine does not answer, or has no memory left.
        """
        host = self._host
        handle, name = tempfile.mkstemp(suffix=".patch", dir=host.folder)
        os.close(handle)
        file = Path(name)
        try:
            if isinstance(patch, Path):
                shutil.move(patch, file)
            else:
                file.write_bytes(patch.written())
            with self.client() as client:
                made = client.patch(file, revision)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        host.names.add(made)
        return Engine(host, made)

    @property
    def pid(self) -> int:
        """Its process id; another one when it was started again."""
        assert self._host.process is not None
        return self._host.process.pid

    @property
    def ended(self) -> int | None:
        """Its exit status where it has ended: 0 means that somebody told it to."""
        assert self._host.process is not None
        return self._host.process.poll()

    def revive(self) -> None:
        """Start it again after it has ended, with this revision alone; blocks meanwhile.

        Raises:
            PlankbError: it did not start.
        """
        host = self._host
        with host.changing:
            if host.closing.is_set() or host.process is None:
                return
            _close_pipes(host.process)
            for name in host.names - {self._name}:
                place.forget(host.folder, name)
            host.names = {self._name}
            try:
                self._launch()
            except OSError as error:
                raise _not_started(str(error)) from error

    def client(self) -> EngineClient:
        """A store over its socket."""
        return EngineClient(self.path, Limits.of(self._host.settings))

    def close(self, patience: float = 30.0) -> None:
        """Let running queries end, then let go of the revision; with the last one the engine ends,
        at once after so many seconds.

        Does nothing in a process forked from the one that started it.
        """
        host = self._host
        if host.owner != os.getpid():
            return
        host.names.discard(self._name)
        if host.names:
            if self.ended is not None:  # nobody to be told; what comes back is another revision
                place.forget(host.folder, self._name)
                return
            with contextlib.suppress(PlankbError), self.client() as client:
                client.end()
            return
        told = self._tell_to_end()
        with host.changing:
            process = host.process
            if process is not None:
                if process is not told:  # it was being started again meanwhile
                    self._tell_to_end()
                try:
                    process.wait(patience)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                _close_pipes(process)
            shutil.rmtree(host.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _tell_to_end(self) -> subprocess.Popen[bytes] | None:
        self._host.closing.set()
        process = self._host.process
        if process is not None and process.poll() is None:
            process.terminate()
        return process

    def _launch(self) -> None:
        self._host.process = process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kb.store.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for part in Frame.of({**self._host.order, "name": self._name}).parts():
                process.stdin.write(part)
            process.stdin.flush()  # and stays open: its end tells the engine of ours
        except BrokenPipeError:
            pass  # it says why below, or says nothing
        line = process.stdout.readline()
        if not line:
            raise _not_started()
        reply = json.loads(line)
        if "error" in reply:
            raise to_error(reply["error"])

    def _watch(self) -> None:
        """Start the engine again whenever it ends without having been told to."""
        host, failed = self._host, 0
        while failed < len(_PAUSES):
            process = host.process
            assert process is not None
            # An exit status of 0 means that somebody told it to end, as with a whole service.
            if process.wait() == 0 or host.closing.wait(_PAUSES[failed]):
                return
            _LOG.error("the query engine ended (%s); starting it again", process.returncode)
            try:
                self.revive()
                failed = 0
            except PlankbError as error:
                failed += 1
                _LOG.error("the query engine did not start: %s", error)
            if host.closing.is_set():
                return
        _LOG.critical("the query engine cannot be started; giving up")


def _not_started(reason: str = "") -> PlankbError:
    after = f"：{reason}" if reason else ""
    return PlankbError(
        "engine-start",
        Text(
            zh=f"查询引擎未能启动{after}",
            en="the query engine did not start" + (f": {reason}" if reason else ""),
        ),
        Text(zh="原因见上方的错误输出", en="its error output above says why"),
    )


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _environment() -> dict[str, str]:
    """That of the engine: it finds this code, and its memory is in large pages.

    Each worker and each next revision is forked from a process that holds all data, and that
    takes the longer the more pages there are: a third of the time with large ones. glibc asks for
    them (its manual, "Memory Allocation Tunables"); another C library leaves it be.
    """
    root = str(Path(__file__).resolve().parents[2])
    others = os.environ.get("PYTHONPATH")
    tunables = os.environ.get("GLIBC_TUNABLES")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([root, others] if others else [root]),
        "GLIBC_TUNABLES": ":".join([tunables, _LARGE_PAGES] if tunables else [_LARGE_PAGES]),
    }
