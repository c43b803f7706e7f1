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
DISPUTED = "disagreement"
# The kind of verifier that decides where others disagree, and the name under which verdicts by a prompt's own objects
# are recorded, which vote for nobody: others are scored by them.
TRUTH = "truth"


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


def blind(source: str, reason: str) -> Evidence:
    """The word of a source that cannot look at all."""
    return {
        "source": source,
        "verdict": NOT_CHECKABLE,
        "confidence": None,
        "model_hash": None,
        "vocabulary_hash": None,
        "boxes": [],
        "scores": [],
        "thresholds": None,
        "rule_id": None,
        "reason": reason,
    }


def unasked(claim: Claim) -> str | None:
    """Why nobody is asked about a claim, if so: it says only that it may be so, or how the picture feels."""
    if claim["hedged"]:
        return "hedged"
    return "subjective" if claim["type"] == "prior" else None


def verdicts(
    claims: Sequence[Claim], found: Mapping[str, Sequence[Evidence]], deciding: frozenset[str] = frozenset()
) -> list[Verdict]:
    """The verdict on each claim. `found`: claim_id → evidence in the order of the sources, the first decisive one
    stands; where decisive ones disagree the claim is not checkable, unless the first of them is one of `deciding` (the
    names of sources of ground truth). A claim below a contradicted one is vacuous (DSG; Cho et al. 2024, section 3),
    and one below a disputed one is disputed.
    """
    said = [_verdict(claim, found.get(claim["claim_id"], ()), deciding) for claim in claims]
    below = {claim["claim_id"]: claim["parent_id"] for claim in claims}
    wrong = {verdict["claim_id"] for verdict in said if verdict["verdict"] == CONTRADICTED}
    disputed = {verdict["claim_id"] for verdict in said if verdict["reason"] == DISPUTED}
    return [_in_line(each, wrong, disputed, _above(each["claim_id"], below)) for each in said]


def _verdict(claim: Claim, evidence: Sequence[Evidence], deciding: frozenset[str]) -> Verdict:
    decisive = [each for each in evidence if each["verdict"] != NOT_CHECKABLE]
    conflict = len({each["verdict"] for each in decisive}) > 1
    stands = decisive[0] if decisive and (not conflict or decisive[0]["source"] in deciding) else None
    stated = bool(decisive) and claim["type"] == "prior"  # a statement that must not be made, found by its words
    why = None if stated else unasked(claim)
    if why or stands is None:
        stands, why = None, why or (DISPUTED if conflict else _reason(evidence))
    return {
        "claim_id": claim["claim_id"],
        "candidate_id": claim["candidate_id"],
        "verdict": stands["verdict"] if stands else NOT_CHECKABLE,
        "confidence": stands["confidence"] if stands else None,
        "vacuous": False,
        "conflict": conflict,
        "reason": why,
        "evidence": list(evidence),
    }


def _reason(evidence: Sequence[Evidence]) -> str | None:
    """Why nobody can tell: the reason of the last source, which is asked when the others could not."""
    return evidence[-1]["reason"] if evidence else "not_asked"


def _above(claim_id: str, below: Mapping[str, str | None]) -> set[str]:
    """The claims that a claim rests on, without itself unless it does in a circle."""
    found: set[str] = set()
    at = below.get(claim_id)
    while at is not None and at not in found:
        found.add(at)
        at = below.get(at)
    return found


def _in_line(verdict: Verdict, wrong: set[str], disputed: set[str], above: set[str]) -> Verdict:
    """A verdict that does not say more than those on the claims above it."""
    open_one: Verdict = {**verdict, "verdict": NOT_CHECKABLE, "confidence": None}
    if wrong & above:
        return {**open_one, "vacuous": True, "reason": "vacuous"}
    return {**open_one, "reason": DISPUTED} if disputed & above else verdict
