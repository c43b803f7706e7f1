"""What a sight says of claims, by rules: one ruling a claim, one rule a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prefdata.claims.claim import Claim, Kind
from prefdata.claims.rules import attributes, counting, places, presence
from prefdata.claims.rules.answers import NO_RULE, ruling
from prefdata.claims.rules.mentions import Mentions
from prefdata.claims.rules.sighting import Sight
from prefdata.claims.sight import View
from prefdata.claims.verdict import Ruling, unasked

Rule = Callable[[Claim, Mentions, Sight], Ruling]


def rulings(claims: Sequence[Claim], view: View) -> dict[str, Ruling]:
    """claim_id → ruling, for every claim of one candidate that is asked: what is only maybe so and moods are not."""
    mentions, sight = Mentions(claims), Sight(view)
    return {claim["claim_id"]: RULES[claim["type"]](claim, mentions, sight) for claim in claims if not unasked(claim)}


def _action(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    return ruling(claim, NO_RULE, "action")  # who does what needs more than a box


RULES: dict[Kind, Rule] = {
    "object": presence.rule,
    "count": counting.rule,
    "attribute": attributes.rule,
    "relation": places.rule,
    "action": _action,
}
