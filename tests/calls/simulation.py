"""A deterministic world for the call engine: a virtual clock, a seeded faulty provider, crashes at any step.

The scheduler, engine, ledger, limiter and budget are those of the product, unchanged. A world is a
seed; running it again gives the same history.
"""

from __future__ import annotations

import asyncio
import random
import selectors
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from prefdata.calls.budget import Budget
from prefdata.calls.engine import Endpoint, Engine
from prefdata.calls.ledger import Ledger
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import (
    Answer,
    BudgetError,
    CallError,
    RateLimitError,
    Request,
    RetryableError,
    StopError,
    TerminalError,
)
from prefdata.calls.scheduler import run_all
from prefdata.gathering import gathered

# A killed process runs no `finally`: its tasks must not be tidied up by the garbage collector.
GRAVEYARD: list[asyncio.Task] = []


TIMEOUT = 20.0
STOPPED = StopError("interrupted")


class Crash(BaseException):
    """kill -9: nothing of the process runs after this."""


class _NoWaiting(selectors.SelectSelector):
    """A selector that lets the virtual time pass instead of waiting for it."""

    loop: VirtualLoop

    def select(self, timeout=None):
        assert timeout is not None, "deadlock: nothing is scheduled and nothing can happen"
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is counted, not lived, and which dies at step `crash_at`."""

    def __init__(self, now: float, crash_at: int | None) -> None:
        self.now, self.steps, self.crash_at = now, 0, crash_at
        selector = _NoWaiting()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        self.steps += 1
        if self.steps == self.crash_at:
            raise Crash
        super()._run_once()


@dataclass
class World:
    """What stays when a process dies: the provider, what it was asked, the ledger's disk, the output."""

    seed: int
    random: random.Random = field(init=False)
    disk: sqlite3.Connection = field(init=False)
    now: float = 0.0
    crashes: int = 0
    stops: int = 0
    cut_off: int = 0
    active: int = 0
    most_active: int = 0
    answers: Counter = field(default_factory=Counter)
    lost_in_flight: Counter = field(default_factory=Counter)
    tokens: int = 0
    rows: dict[str, list] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.disk = Ledger(sqlite3.connect(":memory:", isolation_level=None)).connection
        pick = self.random
        self.prompts = [f"p{n}" for n in range(pick.randint(2, 6))]
        self.samples = pick.randint(1, 3)
        self.concurrency = pick.randint(1, 6)
        self.max_tokens = pick.choice([None, None, None, 1200])
        self.faults = pick.choice([0.0, 0.1, 0.3, 0.6])
        self.stop_after = [pick.choice([0.0, 0.05, 0.5, 5.0]) for _ in range(pick.choice([0, 0, 0, 1, 2]))]
        self.crash_steps = [pick.randint(2, 60) for _ in range(pick.randint(0, 4))]

    # --- the provider ------------------------------------------------------------------------

    async def ready(self, request: Request) -> None:
        """Always."""

    async def call(self, request: Request) -> Answer:
        """Answer after a while, or fail in one of the ways services fail."""
        committed = self.disk.execute("SELECT state FROM results WHERE key = ?", (request.key,)).fetchone()
        assert committed is None, f"asked again for what the ledger has: {committed}"
        noted = self.disk.execute("SELECT 1 FROM intents WHERE key = ?", (request.key,)).fetchone()
        assert noted, "called without an intent"
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        began = self.time()
        try:
            await asyncio.sleep(self.random.choice([0.0, 0.01, 0.1, 1.0]))
            return await self._outcome(request)
        except asyncio.CancelledError:
            self.cut_off += self.time() - began < TIMEOUT - 1e-3
            raise
        finally:
            self.active -= 1

    async def close(self) -> None:
        """Nothing to close."""

    @staticmethod
    def time() -> float:
        return asyncio.get_running_loop().time()

    async def _outcome(self, request: Request) -> Answer:
        if request.messages[0]["content"].endswith("p1/0"):
            raise TerminalError("refused", "context length exceeded")
        if self.random.random() < self.faults:
            fault = self.random.choice(["500", "429", "429+", "hang", "cut", "malformed"])
            if fault == "hang":
                await asyncio.sleep(1000)
            if fault.startswith("429"):
                raise RateLimitError(retry_after=3.0 if fault == "429+" else None)
            raise RetryableError(fault)
        self.answers[request.key] += 1
        completion = self.random.randint(1, request.max_tokens)
        self.tokens += 10 + completion
        return Answer("yes", "stop", 10, completion)

    # --- one life of the process -------------------------------------------------------------

    def live(self) -> bool:
        """Run until the work is done (True), the budget is spent (True), or the process is stopped or dies (False)."""
        crash_at = self.crash_steps.pop(0) if self.crash_steps else None
        loop = VirtualLoop(self.now, crash_at)
        try:
            return loop.run_until_complete(self._process())
        except Crash:
            self._count_losses()
            return False
        finally:
            self.now = loop.now
            bury(loop)

    def _count_losses(self) -> None:
        self.crashes += 1
        if self.disk.in_transaction:
            self.disk.execute("ROLLBACK")
        kept = {key for (key,) in self.disk.execute("SELECT key FROM results")}
        lost = {key for key, answers in self.answers.items() if key not in kept and answers > self.lost_in_flight[key]}
        assert len(lost) <= self.concurrency, "more answers were lost than calls may be in flight"
        self.lost_in_flight.update(lost)
        self.active = 0

    async def _process(self) -> bool:
        limiter = Limiter(self.concurrency)
        endpoint = Endpoint(self, limiter, timeout=TIMEOUT, tries=4)
        ledger = Ledger(self.disk)
        engine = Engine(ledger, Budget(max_tokens=self.max_tokens, tokens=ledger.spent().tokens), seed=self.seed)
        self.spent = stopped = False
        if self.stop_after:
            asyncio.get_running_loop().call_later(self.stop_after.pop(0), engine.stop, STOPPED)
        try:
            todo = [prompt for prompt in self.prompts if prompt not in self.rows]
            async for prompt, rows in run_all(todo, lambda prompt: self._work(engine, endpoint, prompt), window=4):
                assert prompt not in self.rows, "a prompt was done twice"
                self.rows[prompt] = rows
        except StopError as error:
            self.spent, stopped = isinstance(error, BudgetError), error is STOPPED
            self.stops += stopped
            assert not self.cut_off, "a stop did not wait for a call that was out"
        await engine.close()
        assert limiter.active == 0, "a permit leaked"
        assert engine.budget.reserved_tokens == 0, "a reservation leaked"
        return not stopped

    async def _work(self, engine: Engine, endpoint: Endpoint, prompt: str) -> list:
        """Sample, and judge each sample as soon as it is there."""

        async def one(sample: int) -> tuple:
            try:
                await engine.call(endpoint, _request(f"{prompt}/{sample}"))
                answer = await engine.call(endpoint, _request(f"judge {prompt}/{sample}"))
            except StopError:
                raise
            except CallError as error:
                return (prompt, sample, "dropped", error.reason)
            return (prompt, sample, "done", answer.text)

        return await gathered(one(sample) for sample in range(self.samples))


def bury(loop: VirtualLoop) -> None:
    """End a loop without letting its tasks run on."""
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        GRAVEYARD.append(task)
    loop.close()


def _request(text: str) -> Request:
    return Request("m", "r1", [{"role": "user", "content": text}], {"temperature": 1}, max_tokens=100)


def check(seed: int) -> World:
    """Live through a world and assert what must always hold."""
    world = World(seed)
    while not world.live():
        pass
    assert world.most_active <= world.concurrency, "more calls in flight than allowed"
    for key, answers in world.answers.items():
        assert answers <= 1 + world.lost_in_flight[key], "an answer was paid for again"
    if world.max_tokens is not None and not world.crashes:
        assert world.tokens <= world.max_tokens, "the budget was overshot"
    if not world.spent:
        assert sorted(world.rows) == world.prompts, "a row was lost"
        for prompt, rows in world.rows.items():
            assert [row[:2] for row in rows] == [(prompt, n) for n in range(world.samples)], "a row was lost or doubled"
            assert all(state in ("done", "dropped") and what for _, _, state, what in rows)
    return world
