"""The models that a config names, and what is asked of them: plain settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Price(NamedTuple):
    """US dollars per million tokens."""

    prompt: float = 0.0
    completion: float = 0.0


@dataclass(frozen=True, eq=False)
class Model:
    """A model and the way to it. `revision` names its weights; answers are remembered under it.

    provider: "openai" (any OpenAI-compatible endpoint), "batch" (OpenAI's Batch API) or "local" (in this
    process; base_url is then where the weights lie). images: "inline" (data URLs), "reference" (addresses)
    or "none" (the model sees text alone).
    """

    name: str
    model: str
    revision: str
    base_url: str
    provider: str = "openai"
    api_key_env: str | None = None
    concurrency: int = 16
    timeout: float = 120.0
    price: Price = field(default_factory=Price)
    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    logprobs: bool = False
    images: str = "inline"

    @property
    def identity(self) -> list[Any]:
        """What its answers depend on."""
        return [self.name, self.model, self.revision, self.parameters, self.seed, self.logprobs, self.images]

    @property
    def place(self) -> str:
        """What shares one limit of calls at once: an endpoint, or a model in this process."""
        return self.base_url


class Dimension(NamedTuple):
    """What a pointwise judge scores; `weight` is its share in the mean that becomes votes."""

    name: str
    meaning: str = ""
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class ModelJudge(Model):
    """A judge that is a model. kind: "pointwise", "pairwise" or "ranking"."""

    kind: str = "pointwise"
    max_tokens: int = 256
    dimensions: tuple[Dimension, ...] = ()
    one_call: bool = True
    both_orders: bool = True
    pairs_per_prompt: int = 1
    max_candidates: int = 9

    @property
    def identity(self) -> list[Any]:
        asks = [self.kind, self.max_tokens, self.dimensions, self.one_call, self.both_orders]
        return [*super().identity, *asks, self.pairs_per_prompt, self.max_candidates]


@dataclass(frozen=True, eq=False)
class RulesJudge:
    """A judge that is a set of rules; it rates texts without asking anybody. `language`: "auto" is the prompt's."""

    name: str
    checks: tuple[str, ...]
    language: str = "auto"
    kind: str = "rules"

    @property
    def identity(self) -> list[Any]:
        return [self.kind, self.name, self.checks, self.language]


@dataclass(frozen=True, eq=False)
class OriginJudge:
    """A judge that knows where candidates come from: sources named earlier in `prefers` win.

    kind "origin"; of kind "style" it prefers the candidate in the style that the prompt asks for.
    """

    name: str
    kind: str = "origin"
    prefers: tuple[str, ...] = ()

    @property
    def identity(self) -> list[Any]:
        return [self.kind, self.name, self.prefers]


Judge = ModelJudge | RulesJudge | OriginJudge


@dataclass(frozen=True)
class Sampling:
    """K samples a prompt. With a target, prompts get more until it is reached, at most `max_per_prompt`."""

    per_prompt: int = 4
    temperatures: tuple[float, ...] = (0.3, 0.7, 1.0)
    max_tokens: int = 512
    max_per_prompt: int = 16


@dataclass(frozen=True, eq=False)
class Source:
    """Another source of candidates than sampling; `kind` is the name of its file in prefdata/sources.

    of: which candidates it starts from ("sample", or the name of another source); count: how many.
    """

    name: str
    kind: str
    policy: Model | None = None
    of: str = "sample"
    count: int = 1
    how: str = ""
    instruction: str = ""
    language: str = ""
    share: float = 0.2
    principles: tuple[str, ...] = ()
    rounds: int = 1
    temperature: float = 0.7

    @property
    def identity(self) -> list[Any]:
        asks = [self.of, self.count, self.how, self.instruction, self.language, self.share]
        model = self.policy and self.policy.identity
        return [self.name, self.kind, model, *asks, self.principles, self.rounds, self.temperature]


class Styles(NamedTuple):
    """Two or more styles of one answer: name → instruction; prompts ask for those that are `wanted`."""

    instructions: dict[str, str]
    wanted: tuple[str, ...]


class ImageRules(NamedTuple):
    """What images may be: hosts that may be asked for them, largest file in bytes, largest picture in pixels."""

    hosts: tuple[str, ...] = ()
    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000


@dataclass(frozen=True)
class Spending:
    max_cost_usd: float | None = None
    max_tokens: int | None = None
