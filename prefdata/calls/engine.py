"""Making calls: look in the ledger, wait for a permit, note the intent, call, commit, and only then answer.

Errors are of three kinds. A retryable one is tried again after a growing, jittered pause; when the
tries are used up the call fails for this run only. A rate limit slows the whole endpoint down and
costs no try. A terminal one is remembered and never asked again.

When the engine is stopped, calls that are in flight end and are committed; no other begins.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from prefdata.calls.budget import Budget
from prefdata.calls.ledger import Ledger
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import (
    RETRIES_USED_UP,
    Answer,
    CallError,
    EndpointError,
    RateLimitError,
    Request,
    RetryableError,
    StopError,
    TerminalError,
)
from prefdata.models import Price

DEAD_AFTER = 10
IN_DOUBT = ("timeout", "connection", "malformed_body")  # errors after which an answer may have been made all the same


class Provider(Protocol):
    """A way to reach a model. Raises RetryableError, RateLimitError or TerminalError."""

    async def ready(self, request: Request) -> None:
        """Wait for what is not the call's own time."""

    async def call(self, request: Request) -> Answer: ...

    async def close(self) -> None: ...


@dataclass
class Endpoint:
    """A provider with its limits. Endpoints of one base_url share a limiter.

    A call of a lasting endpoint goes on elsewhere when nobody waits for it: a stop does not wait either.
    """

    provider: Provider
    limiter: Limiter
    price: Price = field(default_factory=Price)
    timeout: float = 120.0
    tries: int = 5
    longest_pause: float = 30.0
    lasting: bool = False
    given_up: int = 0  # calls in a row whose tries were used up


@dataclass
class Counts:
    """What the engine has done: calls answered, answers found in the ledger, errors by reason."""

    answered: int = 0
    remembered: int = 0
    errors: dict[str, int] = field(default_factory=dict)


class Engine:
    def __init__(self, ledger: Ledger, budget: Budget | None = None, seed: int = 0) -> None:
        self.ledger = ledger
        self.budget = budget or Budget()
        self.counts = Counts()
        self._jitter = random.Random(seed)
        self._flying: dict[tuple[str, int], asyncio.Task[Answer]] = {}
        self._out: set[asyncio.Task[Answer]] = set()  # those that a stop must wait for
        self._stopped: StopError | None = None

    async def call(self, endpoint: Endpoint, request: Request) -> Answer:
        """The answer to a request, paid for at most once. Raises CallError if there is none to be had."""
        found = self.ledger.find(request)
        if found is not None:
            self.counts.remembered += 1
            return found
        self.check()
        name = (request.key, request.max_tokens)
        if name not in self._flying:
            task = asyncio.get_running_loop().create_task(self._pay(endpoint, request))
            self._flying[name] = task
            task.add_done_callback(lambda _: self._flying.pop(name, None))
        return await self._landed(self._flying[name])

    async def _landed(self, task: asyncio.Task[Answer]) -> Answer:
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._stopped is not None and task.cancelled():
                raise self._stopped from None
            raise

    def stop(self, reason: StopError) -> None:
        """Begin no more calls; those in flight may end."""
        self._stopped = self._stopped or reason
        for task in list(self._flying.values()):
            if task not in self._out and task is not asyncio.current_task():
                task.cancel()

    def check(self) -> None:
        """Raise what the engine was stopped with, if it was."""
        if self._stopped is not None:
            raise self._stopped

    @property
    def in_flight(self) -> int:
        return len(self._out)

    async def close(self) -> None:
        """Cancel what is in flight and wait for it; what it would have cost stays doubtful.

        Call `stop` first, and let the calls end, to leave nothing in doubt.
        """
        self._stopped = self._stopped or StopError("closed")
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    async def _pay(self, endpoint: Endpoint, request: Request) -> Answer:
        last: CallError = RetryableError("no_try")
        tries = 0
        while tries < endpoint.tries and self._stopped is None:
            try:
                return await self._try(endpoint, request)
            except RateLimitError as error:
                await self._count(error, request)
                endpoint.limiter.slow_down(error.retry_after)
            except RetryableError as error:
                await self._count(error, request)
                last, tries = error, tries + 1
                if tries < endpoint.tries and self._stopped is None:
                    await asyncio.sleep(self._pause(tries, endpoint))
            except TerminalError as error:
                await self._count(error, request)
                await self.ledger.refuse(request, error)
                raise
            except StopError as error:
                await self._count(error, request)
                self.stop(error)
                raise
        raise self._stopped or self._give_up(endpoint, last)

    def _give_up(self, endpoint: Endpoint, last: CallError) -> CallError:
        """The call fails for this run; if nothing but failures comes back, so does the run."""
        endpoint.given_up += 1
        if endpoint.given_up < DEAD_AFTER:
            return CallError(RETRIES_USED_UP, str(last))
        dead = EndpointError("endpoint_down", f"{DEAD_AFTER} calls in a row failed {endpoint.tries} times each; {last}")
        self.stop(dead)
        return dead

    async def _try(self, endpoint: Endpoint, request: Request) -> Answer:
        """One call under a permit and a reservation, its answer committed."""
        async with endpoint.limiter.permit():
            reserved = await self.budget.reserve(request, endpoint.price)
            try:
                await self.ledger.intend(request)
                await endpoint.provider.ready(request)
                with self._waited_for(endpoint):
                    answer = await self._answer(endpoint, request)
                    await self.ledger.settle(request, answer, self.budget.spend(answer, endpoint.price))
            finally:
                self.budget.release(reserved)
            endpoint.limiter.succeeded()
            endpoint.given_up = 0
            self.counts.answered += 1
            return answer

    @contextmanager
    def _waited_for(self, endpoint: Endpoint) -> Iterator[None]:
        """From here on a stop waits for the current task."""
        task = asyncio.current_task()
        assert task is not None
        if not endpoint.lasting:
            self._out.add(task)
        try:
            yield
        finally:
            self._out.discard(task)

    async def _answer(self, endpoint: Endpoint, request: Request) -> Answer:
        """The provider's answer, in time."""
        try:
            async with asyncio.timeout(endpoint.timeout):
                return await endpoint.provider.call(request)
        except TimeoutError:
            raise RetryableError("timeout", f"no answer in {endpoint.timeout:g} s") from None

    def _pause(self, tries: int, endpoint: Endpoint) -> float:
        """Exponential, with full jitter (Brooker 2015)."""
        return self._jitter.uniform(0.5, 1.0) * min(endpoint.longest_pause, 2.0 ** (tries - 1))

    async def _count(self, error: CallError, request: Request) -> None:
        """Note an error; unless it leaves open whether the call was paid for, its intent is forgotten."""
        if error.reason not in IN_DOUBT:
            await self.ledger.forget(request)
        self.counts.errors[error.reason] = self.counts.errors.get(error.reason, 0) + 1
