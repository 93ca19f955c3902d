"""Workers lent to a client: asked without the engine, and still under all of its limits."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import pytest

from kb.errors import BudgetSpent
from kb.store.awaited import Lines
from kb.store.client import EngineClient
from kb.store.direct import Running
from kb.store.frames import Frame, send
from kb.store.interface import Limits, Result
from kb.store.messages import lend_request, query_request, result_of
from kb.store.owner import Engine
from tests.store.material import ENDLESS, PREFIXES, dataset, ends
from tests.store.test_engine import LONG, SLOW, Start, other, until

T = TypeVar("T")
SHORT = "SELECT ?o { :s1 :p1 ?o }"


def asking(text: str, client: str = "", seconds: float = LONG) -> Frame:
    return query_request(text, "csv", (), (), Limits(seconds=seconds), client=client)


def lines(client: EngineClient, work: Callable[[Lines], Awaitable[T]]) -> T:
    """Do something with a worker that was lent."""

    async def main() -> T:
        own = Lines(client.path)
        try:
            await lent(own)
            return await work(own)
        finally:
            own.close()

    return asyncio.run(main())


async def lent(own: Lines) -> None:
    """Wait for a worker; the test's own time limit ends this."""
    while not own.direct.is_lent:
        own.look()
        await asyncio.sleep(0)


async def ask(own: Lines, request: Frame) -> Result:
    """As a web process does it."""
    now = own.ask_now(request)
    return result_of(now if isinstance(now, Frame) else await own.ask(request, now))


async def direct(own: Lines, text: str, client: str = "") -> Result:
    """Ask until the answer is the worker's: a busy machine may be too slow for it."""
    number = 0
    while not isinstance(reply := own.ask_now(asking(other(text, number), client)), Frame):
        if reply is not None:
            own.direct.give_up(reply)
        number += 1
        await lent(own)
    return result_of(reply)


async def without_end(own: Lines, client: str) -> None:
    for number in itertools.count():
        await ask(own, asking(other(SHORT, -number), client))
        await asyncio.sleep(0)


@contextmanager
def halted(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_short_query_needs_no_engine(start: Start) -> None:
    client = start(workers=1)

    async def work(own: Lines) -> Result:
        engine = client.status().pid
        for number in itertools.count():
            with halted(engine):
                reply = own.ask_now(asking(other(SHORT, number)))
            if isinstance(reply, Frame):
                return result_of(reply)
            if reply is not None:  # the machine is busy
                own.direct.give_up(reply)
            await lent(own)
        raise AssertionError

    assert lines(client, work).rows == 2


def test_what_a_worker_answers_by_itself_is_counted_with_the_rest(start: Start) -> None:
    client = start(workers=2)

    async def work(own: Lines) -> None:
        for number in range(20):
            await ask(own, asking(other(SHORT, number)))
        own.look()

    lines(client, work)
    status = until(client, lambda status: status.outcomes.get("ok") == 20)
    assert status.latency["short"].total == status.cache_misses == 20
    assert status.latency["short"].seconds > 0


def test_a_slow_query_is_left_to_the_engine_with_its_worker(start: Start) -> None:
    client = start(600, query_seconds=LONG, workers=1, short_ms=20)

    async def work(own: Lines) -> tuple[int, Result]:
        running = own.ask_now(asking(SLOW))
        assert isinstance(running, Running)
        return running.pid, result_of(await own.ask(asking(SLOW), running))

    pid, result = lines(client, work)
    assert result.body.split() == [b"n", b"360000"]
    status = client.status()
    assert pid in status.workers  # it was not run again
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert (status.outcomes, status.deaths) == ({"ok": 1}, 0)


def test_another_is_lent_while_a_slow_query_runs(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1, short_ms=20)

    async def work(own: Lines) -> None:
        running = own.ask_now(asking(ENDLESS))
        assert isinstance(running, Running)
        slow = asyncio.create_task(own.ask(asking(ENDLESS), running))
        await lent(own)
        assert own.direct.pid != running.pid
        assert (await direct(own, SHORT)).rows == 2
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert ends(running.pid)

    lines(client, work)
    status = until(client, lambda status: status.outcomes.get("cancelled") == 1)
    assert status.busy == 0


def test_what_is_often_slow_is_not_waited_for(start: Start) -> None:
    client = start(query_seconds=LONG, workers=2)

    async def work(own: Lines) -> None:
        running = own.ask_now(asking(ENDLESS))
        assert isinstance(running, Running)
        own.direct.give_up(running)
        await lent(own)
        assert own.ask_now(asking(ENDLESS)) is None  # known
        number = 0
        while (reply := own.ask_now(asking(other(ENDLESS, number)))) is not None:
            assert isinstance(reply, Running)
            own.direct.give_up(reply)
            await lent(own)
            number += 1
        assert number < 50
        assert (await ask(own, asking(SHORT))).rows == 2  # by the engine

    lines(client, work)
    until(client, lambda status: status.busy == 0)


def test_a_worker_that_is_killed_is_replaced_and_its_query_answered(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)

    async def work(own: Lines) -> None:
        for number in range(3):
            await lent(own)
            before = own.direct.pid
            os.kill(before, signal.SIGKILL)
            assert ends(before)
            assert (await ask(own, asking(other(SHORT, number)))).rows == 2
            await lent(own)
            assert own.direct.pid != before

    lines(client, work)


def test_a_worker_that_is_killed_before_it_reads_is_no_reason_to_fail(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)

    async def work(own: Lines) -> None:
        for number in range(20):
            await lent(own)
            pid = own.direct.pid
            os.kill(pid, signal.SIGSTOP)
            threading.Timer(0.001, os.kill, (pid, signal.SIGKILL)).start()
            texts = [other(SHORT, number * 2), other(SHORT, number * 2 + 1)]
            assert not any(isinstance(reply, Frame) for reply in await together(own, texts))
            for text in texts:
                assert (await ask(own, asking(text))).rows == 2

    lines(client, work)


def test_a_worker_that_is_killed_after_it_was_left_is_no_reason_to_fail(start: Start) -> None:
    client = start(600, query_seconds=LONG, workers=1)

    async def work(own: Lines) -> Result:
        running = own.ask_now(asking(SLOW))
        assert isinstance(running, Running)
        answer = asyncio.create_task(own.ask(asking(SLOW), running))
        await asyncio.sleep(0)
        os.kill(running.pid, signal.SIGKILL)
        return result_of(await answer)

    assert lines(client, work).body.split() == [b"n", b"360000"]


def test_a_query_ends_by_the_deadline_whoever_sees_to_it(start: Start) -> None:
    client = start(query_seconds=0.3, workers=1)

    async def work(own: Lines) -> str:
        running = own.ask_now(asking(ENDLESS))
        assert isinstance(running, Running)
        reply = await own.ask(asking(ENDLESS), running)
        return str(reply.header["error"]["code"])

    assert lines(client, work) == "query-deadline"


async def together(own: Lines, texts: Sequence[str]) -> list[Frame | Running | None]:
    return await asyncio.gather(*(own.ask_together(asking(text)) for text in texts))


def test_queries_that_come_together_get_each_its_own_answer(start: Start) -> None:
    client = start(workers=1)

    async def work(own: Lines) -> None:
        for round_ in itertools.count():
            numbers = range(round_ * 300, round_ * 300 + 300)  # more than are sent at a time
            replies = await together(own, [f"SELECT ({number} AS ?n) {{}}" for number in numbers])
            by_worker = 0
            for number, reply in zip(numbers, replies, strict=True):
                if isinstance(reply, Frame):
                    by_worker += 1
                    assert result_of(reply).body.split() == [b"n", str(number).encode()]
            await lent(own)
            if by_worker == len(replies):
                return

    lines(client, work)


def test_beside_a_slow_query_others_are_asked_of_the_engine(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1, short_ms=20)

    async def work(own: Lines) -> None:
        before = own.direct.pid
        texts = [other(SHORT, 1), ENDLESS, other(SHORT, 2), other(SHORT, 3)]
        replies = await together(own, texts)
        assert replies[1:] == [None, None, None]
        assert ends(before)  # it had those others before it
        for text in texts[2:]:
            assert (await ask(own, asking(text))).rows == 2
        await lent(own)
        assert own.ask_now(asking(ENDLESS)) is None  # known

    lines(client, work)


def test_who_gives_up_among_others_leaves_them_their_answers(start: Start) -> None:
    client = start(workers=1)

    async def work(own: Lines) -> None:
        for round_ in itertools.count():
            tasks = [
                asyncio.create_task(
                    own.ask_together(asking(f"SELECT ({round_ * 10 + number} AS ?n) {{}}"))
                )
                for number in range(5)
            ]
            await asyncio.sleep(0)  # all of them are about to ask
            tasks[0].cancel()
            tasks[2].cancel()
            replies = await asyncio.gather(*tasks, return_exceptions=True)
            assert [isinstance(reply, asyncio.CancelledError) for reply in replies] == [
                number in (0, 2) for number in range(5)
            ]
            if all(isinstance(replies[number], Frame) for number in (1, 3, 4)):
                for number in (1, 3, 4):
                    reply = replies[number]
                    assert isinstance(reply, Frame)
                    body = result_of(reply).body
                    assert body.split() == [b"n", str(round_ * 10 + number).encode()]
                return
            await lent(own)

    lines(client, work)


def test_what_a_killed_worker_was_to_answer_is_asked_of_the_engine(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)

    async def work(own: Lines) -> None:
        os.kill(own.direct.pid, signal.SIGKILL)
        assert ends(own.direct.pid)
        assert await together(own, [other(SHORT, number) for number in range(5)]) == [None] * 5
        await lent(own)
        assert (await direct(own, SHORT)).rows == 2

    lines(client, work)


def borrow(client: EngineClient) -> tuple[socket.socket, socket.socket, int]:
    """A lessee of its own: its connection to the engine, its worker, the worker's process id."""
    control = socket.socket(socket.AF_UNIX)
    control.connect(client.path)
    send(control, lend_request(1, None))
    data, (descriptor,), _, _ = socket.recv_fds(control, 2**16, 1)
    worker = socket.socket(fileno=descriptor)
    worker.setblocking(True)
    (pid,) = set(client.status().workers) & {int(data.split(b'"lent": ')[1].split(b",")[0])}
    return control, worker, pid


def test_what_is_lent_ends_with_its_lessee(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)
    control, worker, pid = borrow(client)
    with worker:
        send(worker, asking(ENDLESS))
        control.close()
        assert ends(pid)
    assert client.query("ASK {}").rows == 1


def test_a_worker_ends_by_its_own_clock_where_nobody_sees_to_it(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)
    control, worker, pid = borrow(client)
    with control, worker, halted(client.status().pid):
        send(worker, asking(ENDLESS, seconds=0.2))
        assert ends(pid)


def test_after_a_new_revision_nobody_is_answered_from_an_older_one(start: Start) -> None:
    client = start(query_seconds=LONG, workers=2)
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    loaded = [1200]
    sizes = range(1201, 1207)

    def load() -> None:
        for size in sizes:
            client.load(dataset(size), f"r{size}")
            loaded.append(size)

    async def work(own: Lines) -> None:
        loader = threading.Thread(target=load)
        loader.start()
        number = 0
        while loader.is_alive() or number < 100:
            number += 1
            least = loaded[-1]
            result = await ask(own, asking(other(count, number)))
            size = int(result.body.split()[1])
            assert size >= least
            assert result.revision in ("r1", f"r{size}")
            own.look()
            await asyncio.sleep(0)
        loader.join()
        await lent(own)
        assert (await direct(own, count)).body.split()[1] == b"%d" % sizes[-1]

    lines(client, work)


def test_what_is_lent_when_a_revision_comes_is_cut_off_at_once(start: Start) -> None:
    client = start(query_seconds=LONG, workers=1)
    control, worker, pid = borrow(client)
    with control, worker:
        client.load(dataset(10), "r2")
        with pytest.raises(OSError, match="Broken pipe"):
            send(worker, asking(SHORT))
        assert ends(pid)


def test_a_budget_is_used_up_at_a_worker_too(start: Start) -> None:
    client = start(workers=2, client_seconds=0.002)

    async def work(own: Lines) -> None:
        assert (await direct(own, SHORT, "a")).rows == 2
        with pytest.raises(BudgetSpent):
            await without_end(own, "a")
        assert (await ask(own, asking(SHORT, "b"))).rows == 2

    lines(client, work)


def test_it_finds_an_engine_that_was_started_again() -> None:
    with (
        Engine.start(dataset(), "r1", prefixes=PREFIXES) as engine,
        engine.client() as client,
    ):

        async def work(own: Lines) -> Result:
            os.kill(engine.pid, signal.SIGKILL)
            while own.direct.is_lent:
                await asyncio.sleep(0)
            return await direct(own, SHORT)

        assert lines(client, work).rows == 2
