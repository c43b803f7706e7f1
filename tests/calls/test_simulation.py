"""Thousands of seeded worlds; and proof that the simulation would notice: five mutants are caught."""

from __future__ import annotations

import asyncio

import pytest

from prefdata.calls import budget, engine, ledger, limiter, scheduler

from . import simulation

SEEDS = 2000


@pytest.mark.parametrize("part", range(4))
def test_worlds(part):
    seen = [simulation.check(seed) for seed in range(part, SEEDS, 4)]
    # The worlds do go through what they are meant to go through.
    assert sum(world.crashes for world in seen) > 100
    assert sum(world.stops for world in seen) > 50
    assert any(world.spent for world in seen)
    assert any(row[2] == "dropped" for world in seen for rows in world.rows.values() for row in rows)
    assert any(max(world.answers.values(), default=0) > 1 for world in seen), "no call was ever lost in flight"


def test_a_seed_gives_the_same_history_again():
    first, second = simulation.check(7), simulation.check(7)
    assert (first.rows, first.answers, first.now, first.crashes) == (
        second.rows,
        second.answers,
        second.now,
        second.crashes,
    )


def caught() -> bool:
    """Whether some world fails."""
    for seed in range(400):
        try:
            simulation.check(seed)
        except AssertionError:
            return True
    return False


def test_a_leaked_permit_is_caught(monkeypatch):
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def leaky(self):
        await self._acquire()
        yield  # an error in the block leaves the permit taken
        self.active -= 1
        self._wake()

    monkeypatch.setattr(limiter.Limiter, "permit", leaky)
    assert caught()


def test_using_an_answer_before_its_commit_is_caught(monkeypatch):
    async def early(self, request, answer, cost):
        asyncio.get_running_loop().call_later(5, lambda: asyncio.ensure_future(settle(self, request, answer, cost)))

    settle = ledger.Ledger.settle
    monkeypatch.setattr(ledger.Ledger, "settle", early)
    assert caught()


def test_a_stop_that_does_not_wait_is_caught(monkeypatch):
    def abrupt(self, reason):
        self._stopped = reason
        for task in list(self._flying.values()):
            task.cancel()

    monkeypatch.setattr(engine.Engine, "stop", abrupt)
    assert caught()


def test_a_lost_retry_is_caught(monkeypatch):
    async def gives_up_silently(self, endpoint, request):
        try:
            return await self._try(endpoint, request)
        except simulation.RetryableError:
            return simulation.Answer("")

    monkeypatch.setattr(engine.Engine, "_pay", gives_up_silently)
    assert caught()


def test_a_row_appended_twice_is_caught(monkeypatch):
    async def twice(items, work, window):
        async for item, result in run_all(items, work, window):
            yield item, result
            yield item, result

    run_all = scheduler.run_all
    monkeypatch.setattr(simulation, "run_all", twice)
    assert caught()


def test_an_overshot_budget_is_caught(monkeypatch):
    async def blind(self, request, price):
        if self.max_tokens is not None and self.tokens > self.max_tokens:
            raise simulation.BudgetError("budget_spent")
        self._reservations += 1
        return budget.Reserved(0.0, 0)

    monkeypatch.setattr(budget.Budget, "reserve", blind)
    assert caught()
