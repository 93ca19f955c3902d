"""A query on its way through the engine, who waits for it, and the rules that it is under.

Must not know when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kb.errors import Overloaded
from kb.store.cache import Key
from kb.store.frames import Frame
from kb.store.interface import Limits
from kb.store.loop import Line
from kb.store.slots import Slot
from kb.text import Text

#: What makes two queries under way the same.
Flight: TypeAlias = tuple[Key, bytes]


@dataclass(slots=True, eq=False)
class Client:
    """A connection, and what it waits for.

    Args:
        line: to and from it.
        attend: called when it has been answered.
        job: what it waits for; None while nothing.
        asked: when it asked.
        running: the worker that is at its next query already, and for how many seconds; see
            :class:`kb.store.leases.Leases`.
    """

    line: Line = field(init=False)
    attend: Callable[[], None] = field(init=False)
    job: object | None = None
    asked: float = 0.0
    running: tuple[int, float] | None = None


@dataclass(slots=True, eq=False)
class Job:
    """A run of a query, and those who wait for it."""

    flight: Flight
    request: Frame
    limits: Limits
    who: str
    clients: list[Client]
    arrived: float
    deadline: float
    storable: bool
    slot: Slot | None = None
    began: float = 0.0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the lanes keep to.

    Args:
        limits: the most that any query gets.
        slice: seconds after which a query is heavy.
        heavy: heavy queries that run at a time.
        queue: queries that may wait for each lane.
        cache: bytes of results that are kept.
        client_seconds: query time of a client in a minute; 0 sets no limit.
    """

    limits: Limits
    slice: float
    heavy: int
    queue: int
    cache: int
    client_seconds: float


def overloaded(seconds: int) -> Overloaded:
    """The error where there is no place, or none in time; what to wait for the next try."""
    return Overloaded(
        "overloaded",
        Text(
            zh=f"正在执行和等待的查询过多，请在 {seconds} 秒后重试",
            en=f"too many queries run and wait; try again in {seconds} s",
        ),
        Text(
            zh="运行方可调高 PLANKB_WORKERS、PLANKB_HEAVY 或 PLANKB_QUEUE",
            en="the operator can raise PLANKB_WORKERS, PLANKB_HEAVY or PLANKB_QUEUE",
        ),
        retry_after=seconds,
    )
