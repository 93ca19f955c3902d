"""Each web process has a socket of the service's address to itself, and keeps to a processor."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from server.places import places
from tests.server.service import Service
from tests.server.test_serving import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all share one socket")


def bound(address: str = "127.0.0.1", family: int = socket.AF_INET) -> socket.socket:
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, 0))
    return made


@pytest.mark.parametrize(
    ("address", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
def test_connections_are_spread_over_the_sockets_of_one_address(address: str, family: int) -> None:
    try:
        first = bound(address, family)
    except OSError:
        pytest.skip("this machine has no such address")
    made = places(first, 3, pinned=False)
    name = first.getsockname()
    waiting = [0, 0, 0]
    for place in made:
        place.bound.listen(200)
        place.bound.setblocking(False)
    clients = [socket.create_connection(name[:2]) for _ in range(150)]
    for number, place in enumerate(made):
        while True:
            try:
                clients.append(place.bound.accept()[0])
            except BlockingIOError:
                break
            waiting[number] += 1
    assert sum(waiting) == 150
    assert min(waiting) > 15  # each would have 50
    with socket.socket(family) as late, pytest.raises(OSError, match="in use"):
        late.bind(name)
    for each in (*clients, *(place.bound for place in made)):
        each.close()


@pytest.mark.needs_ci
@pytest.mark.parametrize("pin", ["on", "off"])
def test_each_web_process_keeps_to_a_processor_of_its_own(tmp_path: Path, pin: str) -> None:
    several = len(os.sched_getaffinity(0))
    allowed = 1 if pin == "on" else several
    with Service(tmp_path, pin=pin, web_processes="2") as service:

        def kept() -> list[set[int]]:
            return [os.sched_getaffinity(pid) for pid in service.children()]

        # The event loop goes to its processor once HTTP has its threads.
        until(lambda: [len(each) for each in kept()] == [allowed, allowed], service)
        found = kept()
        threads = {
            len(os.sched_getaffinity(int(task.name)))
            for pid in service.children()
            for task in Path(f"/proc/{pid}/task").iterdir()
        }
    if pin == "on" and several > 1:
        assert found[0] != found[1]
    assert several in threads  # what the event loop does not do may use any
