"""Many prompts at once: none far ahead of the oldest, none lost when the consumer leaves."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from prefdata.calls import scheduler
from prefdata.calls.scheduler import run_all


def test_a_slow_prompt_holds_back_what_lies_far_ahead(monkeypatch):
    monkeypatch.setattr(scheduler, "REACH", 3)
    ended: list[int] = []

    async def work(item: int) -> int:
        await (slow.wait() if item == 0 else asyncio.sleep(0))
        return item

    async def run() -> None:
        async for item, _ in run_all(range(100), work, window=4):
            ended.append(item)
            if len(ended) == 8:
                asyncio.get_running_loop().call_later(0.05, slow.set)

    slow = asyncio.Event()
    asyncio.run(run())
    assert sorted(ended) == list(range(100))
    assert max(ended[: ended.index(0)]) <= 12


def test_leaving_early_cancels_what_is_running():
    cancelled: list[int] = []

    async def work(item: int) -> int:
        try:
            await asyncio.sleep(0 if item == 0 else 60)
        except asyncio.CancelledError:
            cancelled.append(item)
            raise
        return item

    async def run() -> None:
        async with aclosing(run_all(range(10), work, window=3)) as results:
            async for _ in results:
                break

    asyncio.run(run())
    assert cancelled
