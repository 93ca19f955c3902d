"""Threads that do what blocks, for an event loop that must not.

Leaner than an executor: a job costs one queue and one wake-up of the loop, and a thread is
started only when none is free. Must not know what the jobs are.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import Protocol

from server.places import roam


class Job(Protocol):
    """Something to do in a thread."""

    def run(self) -> None:
        """Do it; called in a thread, raises nothing."""


class Threads:
    """Up to so many threads; made and used from one event loop.

    Args:
        most: more jobs at a time wait for a thread.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._started = 0
        self._at_work = 0
        self._jobs: queue.SimpleQueue[tuple[Job, asyncio.Future[None]] | None] = queue.SimpleQueue()

    def __len__(self) -> int:
        return self._started

    async def do(self, job: Job) -> None:
        """Run the job in a thread and wait for its end."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._at_work += 1
        if self._at_work > self._started < self._most:
            self._started += 1
            threading.Thread(target=self._live, name=f"answer-{self._started}", daemon=True).start()
        self._jobs.put((job, done))
        try:
            await done
        finally:
            self._at_work -= 1

    def close(self) -> None:
        """Let the threads end once they have nothing to do."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _live(self) -> None:
        roam()
        while (taken := self._jobs.get()) is not None:
            job, done = taken
            try:
                job.run()
            finally:
                done.get_loop().call_soon_threadsafe(_finish, done)
            del taken, job, done  # nothing of a request outlives it in a thread that waits


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
