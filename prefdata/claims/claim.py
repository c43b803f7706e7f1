"""The shape of a claim: one atomic statement, and where in the text it is made.

A claim is what DSG (Cho et al. 2024, "Davidsonian Scene Graph") calls a tuple: an entity, an attribute, a relation …
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, get_args

from prefdata.keys import short_key

Kind = Literal["object", "count", "attribute", "relation", "action", "prior"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# What a place in the picture ("on the left side") is said in relation to.
IMAGE = "image"


class Claim(TypedDict):
    """schemas/claim.schema.json explains each field."""

    claim_id: str
    candidate_id: str
    type: Kind
    subject: str
    predicate: str | None
    object: str | None
    negated: bool
    hedged: bool
    char_span: list[int]
    parent_id: str | None


def claim(
    candidate_id: str,
    kind: Kind,
    span: tuple[int, int],
    subject: str,
    predicate: str | None = None,
    target: str | None = None,
    *,
    negated: bool = False,
    hedged: bool = False,
    parent_id: str | None = None,
) -> Claim:
    """A claim with its id, which depends on the candidate, the span and what is claimed, and on nothing else."""
    said = (kind, subject, predicate or "", target or "", str(negated), str(hedged))
    return {
        "claim_id": short_key(candidate_id, *map(str, span), *said),
        "candidate_id": candidate_id,
        "type": kind,
        "subject": subject,
        "predicate": predicate,
        "object": target,
        "negated": negated,
        "hedged": hedged,
        "char_span": list(span),
        "parent_id": parent_id,
    }


def belonging(claims: Sequence[Claim], candidate_id: str) -> list[Claim]:
    """The same claims as those of another candidate that says the same."""
    made = {
        old["claim_id"]: claim(
            candidate_id,
            old["type"],
            (old["char_span"][0], old["char_span"][1]),
            old["subject"],
            old["predicate"],
            old["object"],
            negated=old["negated"],
            hedged=old["hedged"],
        )
        for old in claims
    }
    for old in claims:
        parent = made.get(old["parent_id"] or "")
        made[old["claim_id"]]["parent_id"] = parent["claim_id"] if parent else None
    return [made[old["claim_id"]] for old in claims]


def mention(text: str, found: Claim) -> str:
    """The words that make the claim."""
    start, end = found["char_span"]
    return text[start:end]
