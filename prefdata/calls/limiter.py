"""How many calls an endpoint gets at once: never more than it was given, fewer when it says so.

Additive increase, multiplicative decrease (Chiu & Jain 1989): × .75 on a rate limit, + 1 for every 25
successes, up to where it began. A Retry-After holds everybody back until it has passed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

DECREASE, INCREASE_EVERY = 0.75, 25


class Limiter:
    """Permits for one base_url, in the order in which they were asked for."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self.active = 0
        self._successes = 0
        self._paused_until = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def permit(self) -> AsyncIterator[None]:
        """Hold one of the permits; given back however the block ends."""
        await self._acquire()
        try:
            yield
        finally:
            self.active -= 1
            self._wake()

    async def _acquire(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._waiting and self._open(loop.time()):
            self.active += 1
            return
        ticket: asyncio.Future[None] = loop.create_future()
        self._waiting.append(ticket)
        self._wake()
        try:
            await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():  # the permit came together with the cancellation
                self.active -= 1
            self._wake()
            raise

    def succeeded(self) -> None:
        """A call went well."""
        self._successes += 1
        if self._successes % INCREASE_EVERY == 0:
            self.limit = min(float(self.most), self.limit + 1)
            self._wake()

    def slow_down(self, retry_after: float | None) -> None:
        """The endpoint has had too much. One decrease a pause: the calls already out tell no news."""
        now = asyncio.get_running_loop().time()
        if now >= self._paused_until:
            self.limit = max(1.0, self.limit * DECREASE)
        self._paused_until = max(self._paused_until, now + (1.0 if retry_after is None else retry_after))

    def _open(self, now: float) -> bool:
        return now >= self._paused_until and self.active < int(self.limit)

    def _wake(self) -> None:
        """Hand out what can be handed out; if paused, come back when the pause is over."""
        if not self._waiting:
            return
        loop = self._waiting[0].get_loop()
        while self._waiting and self._open(loop.time()):
            ticket = self._waiting.popleft()
            if not ticket.done():
                self.active += 1
                ticket.set_result(None)
        if self._waiting and loop.time() < self._paused_until and self._timer is None:
            self._timer = loop.call_at(self._paused_until, self._pause_over)

    def _pause_over(self) -> None:
        self._timer = None
        self._wake()
