"""How much query time each client has left: a bucket for each, refilled as time goes by.

Must not know what clients are, nor what they ask.
"""

from __future__ import annotations

import math

from kb.errors import BudgetSpent
from kb.text import Text

#: Clients that are remembered at a time. Those who have all of their time are forgotten first.
_MOST = 20_000


class Budget:
    """The query time that is left to each client.

    A client may have used more than it had, as nobody knows what a query takes before it ran;
    then it waits until that is made up for.

    Args:
        per_minute: seconds of query time that a client gets in a minute, and at most has
            saved up; 0 sets no limit.

    >>> budget = Budget(per_minute=6)
    >>> budget.spend("a", 7, now=0)
    >>> budget.wait("a", now=0), budget.wait("a", now=10.5), budget.wait("b", now=0)
    (10.0, 0.0, 0.0)
    """

    def __init__(self, per_minute: float) -> None:
        self._most = per_minute
        self._rate = per_minute / 60
        self._left: dict[str, tuple[float, float]] = {}  # seconds left, and when that was

    @property
    def per_minute(self) -> float:
        """Seconds that a client gets in a minute; 0 where there is no limit."""
        return self._most

    def wait(self, client: str, now: float) -> float:
        """Seconds until the client may ask again; 0.0 where it may now.

        Args:
            client: its name; nobody in particular where it is empty.
            now: seconds on any clock that does not go back.
        """
        if not self._most or not client or client not in self._left:
            return 0.0
        left = self._now(client, now)
        return 0.0 if left > 0 else -left / self._rate

    def spend(self, client: str, seconds: float, now: float) -> None:
        """Note what the client's query took."""
        if not self._most or not client:
            return
        left = self._now(client, now) - seconds
        self._left.pop(client, None)
        self._left[client] = (left, now)
        if len(self._left) > _MOST:
            self._forget(now)

    def _now(self, client: str, now: float) -> float:
        left, since = self._left.get(client, (self._most, now))
        return min(self._most, left + (now - since) * self._rate)

    def _forget(self, now: float) -> None:
        full = [client for client in self._left if self._now(client, now) >= self._most]
        for client in full or list(self._left)[: _MOST // 10]:
            del self._left[client]


def spent(wait: float) -> BudgetSpent:
    """The error for a client that has to wait so many seconds."""
    seconds = max(1, math.ceil(wait))
    return BudgetSpent(
        "query-budget",
        Text(
            zh=f"您的查询时间已用完，请在 {seconds} 秒后重试",
            en=f"your query time is used up; try again in {seconds} s",
        ),
        Text(
            zh="用更省时的查询；运行方可调高 PLANKB_CLIENT_SECONDS",
            en="ask for less at a time; the operator can raise PLANKB_CLIENT_SECONDS",
        ),
        retry_after=seconds,
    )
