"""The models that a config names, and what is asked of them: plain settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Price(NamedTuple):
    """US dollars per million tokens."""

    prompt: float = 0.0
    completion: float = 0.0


@dataclass(frozen=True)
class Model:
    """A model behind an endpoint. `revision` names its weights; answers are remembered under it."""

    name: str
    base_url: str
    model: str
    revision: str
    api_key_env: str | None = None
    concurrency: int = 16
    timeout: float = 120.0
    price: Price = field(default_factory=Price)

    @property
    def identity(self) -> list[str]:
        """What its answers depend on."""
        return [self.name, self.model, self.revision]


@dataclass(frozen=True)
class Judge(Model):
    kind: str = "pointwise"
    max_tokens: int = 256
    dimensions: tuple[str, ...] = ("accuracy", "completeness", "relevance", "fluency")
    both_orders: bool = True
    pairs_per_prompt: int = 1

    @property
    def identity(self) -> list[Any]:
        asks = [self.kind, self.max_tokens, self.dimensions, self.both_orders, self.pairs_per_prompt]
        return [*super().identity, *asks]


@dataclass(frozen=True)
class Sampling:
    per_prompt: int = 4
    temperatures: tuple[float, ...] = (0.3, 0.7, 1.0)
    max_tokens: int = 512


@dataclass(frozen=True)
class Spending:
    max_cost_usd: float | None = None
    max_tokens: int | None = None
