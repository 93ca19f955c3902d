"""Large audits wait for each other, and nobody else waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from kb.errors import Overloaded
from kb.reports.lane import LARGE, Lane


@pytest.fixture
def held() -> Iterator[Callable[[Lane], threading.Thread]]:
    """Starts threads that have the turn of a large audit until the test ends."""
    done = threading.Event()
    threads = []

    def hold(lane: Lane) -> threading.Thread:
        has_begun = threading.Event()

        def work() -> None:
            with lane.turn(LARGE + 1):
                has_begun.set()
                done.wait(60)

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        if len(threads) == 1:
            assert has_begun.wait(60)
        return threads[-1]

    yield hold
    done.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_small_ones_do_not_wait(held: Callable[[Lane], threading.Thread]) -> None:
    lane = Lane()
    held(lane)
    for _ in range(100):
        with lane.turn(LARGE):
            pass


def test_large_ones_wait_and_are_not_many(held: Callable[[Lane], threading.Thread]) -> None:
    lane = Lane()
    for _ in range(4):
        held(lane)
    while lane._places.acquire(blocking=False):  # until the last of them waits
        lane._places.release()
    with pytest.raises(Overloaded) as refused, lane.turn(LARGE + 1):
        pass
    assert refused.value.fields["retry_after"] == 10


def test_a_turn_ends_with_a_failure() -> None:
    lane = Lane()
    for _ in range(10):
        with pytest.raises(KeyError), lane.turn(LARGE + 1):
            raise KeyError
