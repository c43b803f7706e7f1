"""Waiting for several pieces of work, all of which end before an error of one of them is raised."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

Made = TypeVar("Made")


async def gathered(work: Iterable[Awaitable[Made]]) -> list[Made]:
    """The results in order. If some fail, the others end first: what they pay for is kept."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value]
