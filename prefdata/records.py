"""The data shapes, and nothing else. The schemas in schemas/ say what each field means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict

Kind = Literal["prompt", "candidate", "rating", "vote"]
KINDS: tuple[Kind, ...] = ("prompt", "candidate", "rating", "vote")
# Also what is only written down.
Recorded = Literal["prompt", "candidate", "rating", "vote", "claim", "verdict", "stratum"]
# Every schema in schemas/, by name.
SCHEMAS = (
    "prompt",
    "candidate",
    "rating",
    "vote",
    "review",
    "comparison",
    "triplet",
    "feedback",
    "claim",
    "verdict",
    "stratum",
    "trust",
    "config",
    "manifest",
)

# `source` of a bare chosen/rejected label: it names a winner and shows no evidence.
BARE_LABEL = "label"
# `source` of a vote that was derived from a judge's ratings.
FROM_RATINGS = "rating"
# `source` of a person's answer to a question of the review queue: it settles the pair.
FROM_REVIEW = "review"


class Message(TypedDict):
    role: str
    content: str


class Prompt(TypedDict):
    prompt_id: str
    messages: list[Message]
    images: NotRequired[list[str] | None]
    tags: NotRequired[dict[str, str] | None]


class Candidate(TypedDict):
    prompt_id: str
    candidate_id: str
    text: str
    context: NotRequired[list[Message] | None]
    origin: NotRequired[dict[str, Any] | None]


class Rating(TypedDict):
    prompt_id: str
    candidate_id: str
    judge: str
    score: float
    scale_min: NotRequired[float | None]
    scale_max: NotRequired[float | None]
    dimension: NotRequired[str | None]
    rationale: NotRequired[str | None]


class Vote(TypedDict):
    prompt_id: str
    a: str
    b: str
    winner: str
    judge: str
    order: NotRequired[str | None]
    weight: NotRequired[float | None]
    confidence: NotRequired[float | None]
    source: NotRequired[str | None]
    vote_id: NotRequired[str | None]
    propensity: NotRequired[float | None]


@dataclass
class Records:
    """What one source row says: any number of records of each kind."""

    prompt: list[Prompt] = field(default_factory=list)
    candidate: list[Candidate] = field(default_factory=list)
    rating: list[Rating] = field(default_factory=list)
    vote: list[Vote] = field(default_factory=list)


class Drop(NamedTuple):
    """A row left out: at which stage, why, and which row it was."""

    stage: str
    reason: str
    kind: str
    prompt_id: str | None = None
    a: str | None = None
    b: str | None = None
    file: str | None = None
    line: int | None = None
    detail: str | None = None
