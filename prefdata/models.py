"""The models that a config names, and what is asked of them: plain settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
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


@dataclass(frozen=True, eq=False)
class VerifierConfig:
    """What verifies claims; `kind` is the name of its file in prefdata/claims/verifiers.

    weights, calibration, embeddings, objects, synonyms: files, of which `hashes` has the sha256 by field; miss and
    extra: of noisy truth, the shares of things overlooked and of pictures with one too many; statements: name →
    regular expression; sure: from which P(yes) on a model's answer counts.
    """

    name: str
    kind: str
    model: Model | None = None
    weights: Path | None = None
    calibration: Path | None = None
    embeddings: Path | None = None
    objects: Path | None = None
    synonyms: Path | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    miss: float = 0.0
    extra: float = 0.0
    seed: int = 0
    statements: dict[str, str] = field(default_factory=dict)
    sure: float = 0.8

    @property
    def identity(self) -> list[Any]:
        model = self.model and self.model.identity
        return [self.name, self.kind, model, self.hashes, self.miss, self.extra, self.seed, self.statements, self.sure]


@dataclass(frozen=True, eq=False)
class ClaimsJudge:
    """A judge that verifies what candidates claim of the image.

    extract: "grammar", "mentions" (of the truth's objects alone, as CHAIR finds them) or "model" (`extractor`).
    coverage: of what the loser says truly, the winner says this share at least; balance: how far the shares of claims
    that cannot be checked may lie apart.
    """

    name: str
    verifiers: tuple[VerifierConfig, ...]
    extract: str = "grammar"
    extractor: ModelJudge | None = None
    coverage: float = 1.0
    balance: float = 0.3
    kind: str = "claims"

    @property
    def identity(self) -> list[Any]:
        seen_by = [verifier.identity for verifier in self.verifiers]
        model = self.extractor and self.extractor.identity
        return [self.kind, self.name, seen_by, self.extract, model, self.coverage, self.balance]


Judge = ModelJudge | RulesJudge | OriginJudge | ClaimsJudge


@dataclass(frozen=True)
class Sampling:
    """K samples a prompt. With a target, prompts get more until it is reached, at most `max_per_prompt`.

    plan: a file of what prompts get on top, of which `plan_hash` is the sha256.
    """

    per_prompt: int = 4
    temperatures: tuple[float, ...] = (0.3, 0.7, 1.0)
    max_tokens: int = 512
    max_per_prompt: int = 16
    plan: Path | None = None
    plan_hash: str = ""


@dataclass(frozen=True, eq=False)
class Source:
    """Another source of candidates than sampling; `kind` is the name of its file in prefdata/sources.

    of: which candidates it starts from ("sample", or the name of another source); count: how many; confirm: who must
    find false what it made false; partners: a file of what usually comes together, of which `hashes` has the sha256;
    pictures: the folder for pictures that it makes.
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
    confirm: tuple[VerifierConfig, ...] = ()
    partners: Path | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    pictures: Path = Path(".prefdata/pictures")

    @property
    def identity(self) -> list[Any]:
        asks = [self.of, self.count, self.how, self.instruction, self.language, self.share]
        model = self.policy and self.policy.identity
        makes = [self.principles, self.rounds, self.temperature, self.hashes]
        return [self.name, self.kind, model, *asks, *makes, [verifier.identity for verifier in self.confirm]]


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
