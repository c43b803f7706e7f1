"""Money and tokens: reserved before a call, spent after it, so that the limit is never passed."""

from __future__ import annotations

from prefdata.calls.request import Answer, BudgetError, Request
from prefdata.keys import canonical_json
from prefdata.models import Price


def cost_of(price: Price, prompt_tokens: int, completion_tokens: int) -> float:
    """US dollars for tokens at a price per million."""
    return (prompt_tokens * price.prompt + completion_tokens * price.completion) / 1e6


class Budget:
    """What may still be spent; None is no limit."""

    def __init__(self, max_cost_usd: float | None = None, max_tokens: int | None = None) -> None:
        self.max_cost_usd, self.max_tokens = max_cost_usd, max_tokens
        self.cost = self.reserved_cost = 0.0
        self.tokens = self.reserved_tokens = 0

    def reserve(self, request: Request, price: Price) -> tuple[float, int]:
        """Set aside the most a call can cost. Raises BudgetError if that is not left."""
        # No tokenizer makes more tokens than there are bytes.
        prompt = len(canonical_json(request.messages).encode())
        cost, tokens = cost_of(price, prompt, request.max_tokens), prompt + request.max_tokens
        if self.max_cost_usd is not None and self.cost + self.reserved_cost + cost > self.max_cost_usd:
            raise BudgetError("budget_spent", f"max_cost_usd {self.max_cost_usd} does not cover another call")
        if self.max_tokens is not None and self.tokens + self.reserved_tokens + tokens > self.max_tokens:
            raise BudgetError("budget_spent", f"max_tokens {self.max_tokens} does not cover another call")
        self.reserved_cost += cost
        self.reserved_tokens += tokens
        return cost, tokens

    def release(self, reserved: tuple[float, int]) -> None:
        """Give back what was set aside."""
        self.reserved_cost -= reserved[0]
        self.reserved_tokens -= reserved[1]

    def spend(self, answer: Answer, price: Price) -> float:
        """Note what an answer cost, and return it in dollars."""
        cost = cost_of(price, answer.prompt_tokens, answer.completion_tokens)
        self.cost += cost
        self.tokens += answer.prompt_tokens + answer.completion_tokens
        return cost
