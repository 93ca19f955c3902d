"""The engine process: it alone owns the store, the pool of workers and all limits.

``python -m kb.store.engine`` reads one frame from its standard input (where to listen, the
limits, the data as N-Quads), then answers on a Unix socket until it is told to stop or its
standard input ends, which is when its parent is gone. One thread, one loop: it may fork.
Must not know who asks, nor what the data is about.
"""

from __future__ import annotations

import collections
import contextlib
import json
import math
import os
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import InputError, Overloaded, PlankbError
from kb.store import worker
from kb.store.embedded import EmbeddedStore
from kb.store.frames import Frame, Header, Inbox
from kb.store.interface import Limits
from kb.store.messages import limits_of, of_error
from kb.store.worker import Worker
from kb.text import Text

_CHUNK = 2**16
#: Workers that die before they are ready, one after the other, until the engine gives up.
_PATIENCE = 8


@dataclass(slots=True, eq=False)
class _Line:
    """A socket that never blocks: pieces in until a frame is whole, frames out in pieces."""

    socket: socket.socket
    inbox: Inbox = field(default_factory=Inbox)
    out: collections.deque[memoryview] = field(default_factory=collections.deque)

    def receive(self) -> bool:
        """Take what arrived; False when the other end is gone."""
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.inbox.feed(data)
        return bool(data)

    def post(self, *parts: bytes) -> None:
        """Queue bytes for :meth:`flush`."""
        self.out.extend(memoryview(part) for part in parts if part)

    def flush(self) -> None:
        """Send what the other end takes now. A broken line shows when it is read."""
        try:
            while self.out:
                sent = self.socket.send(self.out[0])
                if sent == len(self.out[0]):
                    self.out.popleft()
                else:
                    self.out[0] = self.out[0][sent:]
        except BlockingIOError:
            pass
        except OSError:
            self.out.clear()


@dataclass(slots=True, eq=False)
class _Client:
    line: _Line
    job: _Job | None = None


@dataclass(slots=True, eq=False)
class _Job:
    """A request of a client that needs a worker."""

    client: _Client
    request: Frame
    limits: Limits
    give_up: float
    tries: int = 0


@dataclass(slots=True, eq=False)
class _Slot:
    """A place in the pool, with the worker that has it now."""

    worker: Worker
    line: _Line
    generation: int
    ready: bool = False
    seccomp: bool = False
    job: _Job | None = None
    began: float = 0.0
    deadline: float = math.inf


class Pool:
    """The loop: clients, the queue, the workers.

    Args:
        store: loaded.
        limits: the most that any query gets.
        workers: how many queries run at a time.
        queue: how many may wait.
        listener: bound and listening.
    """

    def __init__(
        self,
        store: EmbeddedStore,
        limits: Limits,
        workers: int,
        queue: int,
        listener: socket.socket,
    ) -> None:
        self._store = store
        self._limits = limits
        self._places = workers
        self._most_waiting = queue
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._clients: set[_Client] = set()
        self._slots: list[_Slot] = []
        self._waiting: collections.deque[_Job] = collections.deque()
        self._generation = 0
        self._failures = 0
        self._usual = 0.01  # seconds of a query, as a moving mean
        self._stopping = False
        self._hurried = False
        self._wake_in, self._wake_out = socket.socketpair()

    # -- life ---------------------------------------------------------------------------

    def start(self) -> None:
        """Fork the workers and wait until they stand behind their walls."""
        self._fill()
        while not all(slot.ready for slot in self._slots) or len(self._slots) < self._places:
            self._turn()

    def run(self, parent: int) -> None:
        """Serve until SIGTERM, or until the parent closes this descriptor."""
        self._listener.setblocking(False)
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._wake)
        self._selector.register(parent, selectors.EVENT_READ, self._orphaned)
        signal.set_wakeup_fd(self._wake_out.fileno())
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        try:
            while not self._stopping or self._at_work():
                self._turn()
        finally:
            self._end()

    def _stop(self) -> None:
        """First time: finish what runs. Second time: end at once. The loop does either."""
        self._hurried = self._stopping
        self._stopping = True

    def _orphaned(self) -> None:
        if not os.read(0, 1):
            self._stopping = True
            self._drop_all()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_in.recv(64)
        if self._hurried:
            self._drop_all()
        if self._stopping and self._listener.fileno() >= 0:
            self._selector.unregister(self._listener)
            self._listener.close()
            while self._waiting:
                self._fail(self._waiting.popleft(), _overloaded(1))

    def _at_work(self) -> bool:
        return any(slot.job for slot in self._slots) or any(c.line.out for c in self._clients)

    def _drop_all(self) -> None:
        for client in list(self._clients):
            self._forget(client)

    def _end(self) -> None:
        for slot in self._slots:
            slot.worker.kill()
        for client in self._clients:
            client.line.socket.close()
        self._listener.close()
        self._selector.close()

    # -- one turn of the loop -----------------------------------------------------------

    def _turn(self) -> None:
        for key, events in self._selector.select(self._patience()):
            # Who was removed by an event before this one, in the same turn, is gone.
            if isinstance(key.data, _Client):
                if key.data in self._clients:
                    self._hear_client(key.data, events)
            elif isinstance(key.data, _Slot):
                if key.data in self._slots:
                    self._hear_worker(key.data, events)
            else:
                key.data()
        self._enforce()
        self._fill()
        self._dispatch()

    def _patience(self) -> float | None:
        """Seconds until something must be done though nobody says a word."""
        times = [slot.deadline for slot in self._slots if slot.job]
        times += [job.give_up for job in self._waiting]
        if len(self._slots) < self._places:
            times.append(time.monotonic() + 0.1)  # a fork failed; try again
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _enforce(self) -> None:
        now = time.monotonic()
        for slot in list(self._slots):
            if slot.job is not None and now >= slot.deadline:
                job = slot.job
                self._remove(slot)
                self._fail(job, worker.deadline(job.limits))
        for job in [job for job in self._waiting if now >= job.give_up]:
            self._waiting.remove(job)
            self._fail(job, _overloaded(self._retry_after()))

    # -- clients ------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        client = _Client(_Line(connection))
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _hear_client(self, client: _Client, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush(client.line, client)
        if events & selectors.EVENT_READ:
            if not client.line.receive():
                self._forget(client)
                return
            self._attend(client)

    def _attend(self, client: _Client) -> None:
        """Take the client's next request, once the one before is answered."""
        while client.job is None and client in self._clients:
            try:
                request = client.line.inbox.take()
                if request is None:
                    return
                self._handle(client, request)
            except (ValueError, KeyError, TypeError):  # it does not speak our language
                self._forget(client)

    def _handle(self, client: _Client, request: Frame) -> None:
        kind = request.header["do"]
        if kind == "status":
            self._reply(client, Frame(self._status()))
        elif kind == "load":
            self._reply(client, self._load(request))
        elif self._stopping or (len(self._waiting) >= self._most_waiting and not self._free()):
            error = _overloaded(self._retry_after())
            self._reply(client, Frame({"error": of_error(error)}))
        else:
            limits = limits_of(request.header).within(self._limits)
            give_up = time.monotonic() + self._limits.seconds
            client.job = _Job(client, request, limits, give_up)
            self._waiting.append(client.job)
            self._dispatch()

    def _forget(self, client: _Client) -> None:
        """The client went away, and takes its query with it."""
        job, client.job = client.job, None
        if job is not None and job in self._waiting:
            self._waiting.remove(job)
        for slot in list(self._slots):
            if job is not None and slot.job is job:
                self._remove(slot)
        self._clients.discard(client)
        self._close(client.line)

    def _fail(self, job: _Job, error: PlankbError) -> None:
        self._answer(job, *Frame({"error": of_error(error)}).parts())

    def _answer(self, job: _Job, *parts: bytes) -> None:
        client = job.client
        client.job = None
        client.line.post(*parts)
        self._flush(client.line, client)
        self._attend(client)

    def _reply(self, client: _Client, reply: Frame) -> None:
        client.line.post(*reply.parts())
        self._flush(client.line, client)

    def _status(self) -> Header:
        return {
            "revision": self._store.revision,
            "workers": [slot.worker.pid for slot in self._slots],
            "busy": sum(slot.job is not None for slot in self._slots),
            "queued": len(self._waiting),
            "seccomp": all(slot.seccomp for slot in self._slots if slot.ready),
        }

    def _load(self, request: Frame) -> Frame:
        try:
            self._store.load(request.body, request.header["revision"])
        except InputError as error:
            return Frame({"error": of_error(error)})
        self._generation += 1
        for slot in list(self._slots):
            if slot.job is None:
                self._remove(slot)
        self._fill()
        return Frame({"revision": self._store.revision})

    # -- workers ------------------------------------------------------------------------

    def _fill(self) -> None:
        """Fork workers for the places that are free."""
        while len(self._slots) < self._places and not (self._stopping and not self._waiting):
            try:
                made = worker.spawn(self._store, self._limits)
            except OSError:
                return  # no process to be had now; the loop comes back
            made.channel.setblocking(False)
            slot = _Slot(made, _Line(made.channel), self._generation)
            self._slots.append(slot)
            self._selector.register(made.channel, selectors.EVENT_READ, slot)

    def _free(self) -> _Slot | None:
        # The place to choose by lane (short or heavy queries) once there are lanes.
        for slot in self._slots:
            if slot.ready and slot.job is None and slot.generation == self._generation:
                return slot
        return None

    def _dispatch(self) -> None:
        while self._waiting and (slot := self._free()) is not None:
            job = self._waiting.popleft()
            slot.job = job
            slot.began = time.monotonic()
            slot.deadline = slot.began + job.limits.seconds
            slot.line.post(*job.request.parts())
            self._flush(slot.line, slot)

    def _hear_worker(self, slot: _Slot, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush(slot.line, slot)
        if not events & selectors.EVENT_READ:
            return
        if not slot.line.receive():
            self._bury(slot)
            return
        frame = slot.line.inbox.take()
        if frame is None:
            return
        if not slot.ready:
            slot.ready, slot.seccomp = True, frame.header["seccomp"]
            self._failures = 0
        elif slot.job is not None:
            job, slot.job = slot.job, None
            self._usual += 0.1 * (time.monotonic() - slot.began - self._usual)
            if frame.header["tired"] or slot.generation != self._generation:
                self._remove(slot)
            self._answer(job, *frame.parts())
        self._dispatch()

    def _bury(self, slot: _Slot) -> None:
        """A worker died that we did not kill: tell its client why, or try once more."""
        job, slot.job = slot.job, None
        self._take_out(slot)
        status = slot.worker.reap()
        if job is None:
            self._failures += not slot.ready
            if self._failures >= _PATIENCE:
                raise worker.not_started(status)
            return
        reason = worker.stopped(status, job.limits)
        if reason is not None or job.tries:
            # Killed from outside twice: most often the system, short of memory.
            self._fail(job, reason or worker.out_of_memory(job.limits))
        else:
            job.tries = 1
            self._waiting.appendleft(job)

    def _remove(self, slot: _Slot) -> None:
        """Kill the worker and free its place."""
        slot.job = None
        self._take_out(slot)
        slot.worker.kill()

    def _take_out(self, slot: _Slot) -> None:
        self._slots.remove(slot)
        self._selector.unregister(slot.line.socket)

    # -- lines --------------------------------------------------------------------------

    def _flush(self, line: _Line, owner: _Client | _Slot) -> None:
        line.flush()
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.out else 0)
        if self._selector.get_key(line.socket).events != events:
            self._selector.modify(line.socket, events, owner)

    def _close(self, line: _Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()

    def _retry_after(self) -> int:
        """Whole seconds after which the queue is likely to have a place."""
        wait = self._usual * (len(self._waiting) + 1) / self._places
        return max(1, min(60, math.ceil(wait)))


def _overloaded(seconds: int) -> Overloaded:
    return Overloaded(
        "overloaded",
        Text(
            zh=f"正在执行和等待的查询过多，请在 {seconds} 秒后重试",
            en=f"too many queries run and wait; try again in {seconds} s",
        ),
        Text(
            zh="运行方可调高 PLANKB_WORKERS 或 PLANKB_QUEUE",
            en="the operator can raise PLANKB_WORKERS or PLANKB_QUEUE",
        ),
        retry_after=seconds,
    )


def _first_frame(source: int) -> Frame:
    inbox = Inbox()
    while (frame := inbox.take()) is None:
        data = os.read(source, _CHUNK)
        if not data:
            raise SystemExit(0)
        inbox.feed(data)
    return frame


def main() -> None:
    """Run the engine as the order on standard input says; see the module's text."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on
    order = _first_frame(0)
    header = order.header
    path = Path(header["socket"])
    store = EmbeddedStore(header["prefixes"], base=header["base"], union=header["union"])
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        store.load(order.body, header["revision"])
        del order
        os.umask(0o077)
        listener.bind(str(path))
        listener.listen(512)
        pool = Pool(store, limits_of(header), header["workers"], header["queue"], listener)
        pool.start()
        _say({"ready": True})
        pool.run(parent=0)
    except PlankbError as error:
        _say({"error": of_error(error)})
        raise SystemExit(error.exit_status) from None
    finally:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()


def _say(header: Header) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(header) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
