"""Whether something is so, as far as can be told: yes, no, or why not; and what several such answers say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prefdata.claims.claim import Claim
from prefdata.claims.sight import Seen, Trust
from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, SUPPORTED, Ruling, Word

Answer = bool | str
"""True, False, or the short reason why it cannot be told."""

UNDECIDED = "undecided"
SEVERAL = "several_meant"  # it may be about several things, of which some are so and some are not
NO_RULE = "no_rule"


def all_of(answers: Iterable[Answer]) -> Answer:
    """Kleene's "and": one no is a no; else one unknown leaves it unknown."""
    unknown: Answer = True
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown if answer is True or unknown is not True else answer
    return unknown


def alike(answers: Sequence[Answer]) -> Answer:
    """What is so of each of those that may be meant; where they differ it cannot be told."""
    first = answers[0] if answers else UNDECIDED
    if isinstance(first, bool) and all(answer is first for answer in answers):
        return first
    return next((answer for answer in answers if isinstance(answer, str)), SEVERAL)


def ruling(
    claim: Claim,
    answer: Answer,
    rule: str,
    things: Iterable[Seen] = (),
    trust: Trust | None = None,
    confidence: float | None = None,
) -> Ruling:
    """The answer to what a claim says, or denies, as its verdict. things: what was looked at."""
    boxed = [seen for seen in things if seen.box]
    boxes, scores = tuple(seen.box for seen in boxed if seen.box), tuple(seen.score for seen in boxed)
    reason = answer if isinstance(answer, str) else None
    return Ruling(_word(answer, claim["negated"]), rule, reason, confidence, boxes, scores, trust)


def _word(answer: Answer, negated: bool) -> Word:
    if isinstance(answer, str):
        return NOT_CHECKABLE
    return SUPPORTED if answer is not negated else CONTRADICTED
