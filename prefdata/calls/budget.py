"""Money and tokens: reserved before a call, spent after it, so that the limit is never passed."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from prefdata.calls.request import Answer, BudgetError, Request
from prefdata.keys import canonical_json
from prefdata.models import Price

IMAGE_TOKENS = 16_384  # what an image costs at most; the largest default of today's served models


def cost_of(price: Price, prompt_tokens: int, completion_tokens: int) -> float:
    """US dollars for tokens at a price per million."""
    return (prompt_tokens * price.prompt + completion_tokens * price.completion) / 1e6


class Reserved(NamedTuple):
    """The most a call can cost, in dollars and in tokens."""

    cost: float
    tokens: int


class Budget:
    """What may still be spent; None is no limit."""

    def __init__(
        self, max_cost_usd: float | None = None, max_tokens: int | None = None, cost: float = 0.0, tokens: int = 0
    ) -> None:
        """`cost` and `tokens` have been spent already."""
        self.max_cost_usd, self.max_tokens = max_cost_usd, max_tokens
        self.cost, self.tokens = cost, tokens
        self.reserved_cost, self.reserved_tokens, self._reservations = 0.0, 0, 0
        self._released: asyncio.Future[None] | None = None

    async def reserve(self, request: Request, price: Price) -> Reserved:
        """Set aside the most a call can cost; wait for calls in flight that may give some of theirs back.

        Raises BudgetError if it is not left even when all have.
        """
        # No tokenizer makes more tokens than there are bytes.
        prompt = len(canonical_json([request.messages, request.schema]).encode()) + IMAGE_TOKENS * len(request.images)
        wanted = Reserved(cost_of(price, prompt, request.max_tokens), prompt + request.max_tokens)
        while short := self._short(wanted):
            if not self._reservations:
                raise BudgetError("budget_spent", f"{short} does not cover another call")
            self._released = self._released or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._released)
        self._reservations += 1
        self.reserved_cost += wanted.cost
        self.reserved_tokens += wanted.tokens
        return wanted

    def _short(self, wanted: Reserved) -> str | None:
        """Which limit does not leave room for it."""
        if self.max_cost_usd is not None and self.cost + self.reserved_cost + wanted.cost > self.max_cost_usd:
            return f"${self.cost:.4g} are spent, and max_cost_usd {self.max_cost_usd}"
        if self.max_tokens is not None and self.tokens + self.reserved_tokens + wanted.tokens > self.max_tokens:
            return f"{self.tokens:,} tokens are spent, and max_tokens {self.max_tokens}"
        return None

    def release(self, reserved: Reserved) -> None:
        """Give back what was set aside."""
        self._reservations -= 1
        self.reserved_cost -= reserved.cost
        self.reserved_tokens -= reserved.tokens
        if self._released is not None:
            self._released.set_result(None)
            self._released = None

    def spend(self, answer: Answer, price: Price) -> float:
        """Note what an answer cost, and return it in dollars."""
        cost = cost_of(price, answer.prompt_tokens, answer.completion_tokens)
        self.cost += cost
        self.tokens += answer.prompt_tokens + answer.completion_tokens
        return cost
