"""The shapes of evidence and verdicts, and how what several sources say of a claim becomes one verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypedDict

from prefdata.claims.claim import Claim
from prefdata.claims.sight import Box, Trust, Witness

Word = Literal["supported", "contradicted", "not_checkable"]
SUPPORTED: Word = "supported"
CONTRADICTED: Word = "contradicted"
NOT_CHECKABLE: Word = "not_checkable"
TRUTH = "truth"  # the kind of source that decides where others disagree


class Evidence(TypedDict):
    """What one source says of a claim; schemas/verdict.schema.json explains each field."""

    source: str
    verdict: Word
    confidence: float | None
    model_hash: str | None
    vocabulary_hash: str | None
    boxes: list[list[float]]
    scores: list[float]
    thresholds: dict[str, float | None] | None
    rule_id: str | None
    reason: str | None


class Verdict(TypedDict):
    """What all sources together say of a claim."""

    claim_id: str
    candidate_id: str
    verdict: Word
    confidence: float | None
    vacuous: bool
    conflict: bool
    reason: str | None
    evidence: list[Evidence]


class Ruling(NamedTuple):
    """What a rule says of a claim. reason: why it cannot tell; boxes and scores: what it looked at."""

    verdict: Word
    rule: str
    reason: str | None = None
    confidence: float | None = None
    boxes: tuple[Box, ...] = ()
    scores: tuple[float, ...] = ()
    trust: Trust | None = None


def evidence(ruling: Ruling, witness: Witness) -> Evidence:
    """A rule's word as evidence of the witness whose sight it was applied to."""
    trust = ruling.trust
    return {
        "source": witness.name,
        "verdict": ruling.verdict,
        "confidence": ruling.confidence,
        "model_hash": witness.model_hash,
        "vocabulary_hash": witness.vocabulary.hash,
        "boxes": [list(box) for box in ruling.boxes],
        "scores": list(ruling.scores),
        "thresholds": {"hi": trust.hi, "lo": trust.lo, "recall": trust.recall.get("all")} if trust else None,
        "rule_id": ruling.rule,
        "reason": ruling.reason,
    }


def verdicts(
    claims: Sequence[Claim], found: Mapping[str, Sequence[Evidence]], deciding: frozenset[str] = frozenset()
) -> list[Verdict]:
    """The verdict on each claim. `found`: claim_id → evidence in the order of the sources, the first decisive one
    stands; where decisive ones disagree the claim is not checkable, unless the first of them is one of `deciding` (the
    names of sources of ground truth). A claim below a contradicted one is vacuous (DSG; Cho et al. 2024, section 3).
    """
    raise NotImplementedError
