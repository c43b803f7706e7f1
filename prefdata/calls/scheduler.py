"""Many prompts at once, none waiting for another: each goes as far as its own calls let it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

from prefdata.calls.request import StopError

REACH = 32
Item = TypeVar("Item")
Result = TypeVar("Result")


async def run_all(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], window: int
) -> AsyncGenerator[tuple[Item, Result], None]:
    """Work on up to `window` items at a time; yield each with its result as it is done.

    Items are taken in order, and calls get their permits in the order in which they ask, so that no
    prompt is left behind. When no more calls can be made (StopError) no further item is begun, those
    that can still end are waited for, and then the error is raised. Nor is one begun that lies REACH windows
    ahead of the oldest that is still worked on: who keeps results in order must hold those in between.
    """
    waiting = enumerate(items)
    running: dict[asyncio.Task[Result], tuple[int, Item]] = {}  # the oldest first
    begun = 0
    stop: StopError | None = None
    try:
        while True:
            while stop is None and len(running) < window and begun - _oldest(running, begun) < REACH * window:
                try:
                    begun, item = next(waiting)
                except StopIteration:
                    break
                running[asyncio.ensure_future(_started(work, item))] = begun, item
            if not running:
                break
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                _, item = running.pop(task)
                try:
                    result = task.result()
                except StopError as error:
                    stop = error
                else:
                    yield item, result
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    if stop is not None:
        raise stop


def _oldest(running: dict[asyncio.Task[Result], tuple[int, Item]], begun: int) -> int:
    """The number of the oldest item that is worked on."""
    return next(iter(running.values()))[0] if running else begun


async def _started(work: Callable[[Item], Awaitable[Result]], item: Item) -> Result:
    return await work(item)
