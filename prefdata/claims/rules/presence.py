"""Object claims: whether a thing is there.

From the upper threshold on it is; that it is not follows from silence only where next to nothing of the class is
overlooked (Woodpecker, Yin et al. 2023, takes any silence for absence). A kind is as good as its class: a woman is a
person, as CHAIR counts (Rohrbach et al. 2018); but who denies that there is a woman may do so beside a person.
"""

from __future__ import annotations

from prefdata.claims.claim import Claim
from prefdata.claims.rules.answers import UNDECIDED, Answer, ruling
from prefdata.claims.rules.mentions import Mention, Mentions
from prefdata.claims.rules.overlooked import ALL
from prefdata.claims.rules.sighting import COMPOUND, GENERAL, Sight
from prefdata.claims.verdict import Ruling

QUALIFIED = "qualified"  # only some of the class are denied, and which cannot be told


def rule(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    """The verdict on a claim that something is, or is not, there."""
    mention = mentions.of(claim)
    if claim["predicate"] is not None:  # "no other people"
        return ruling(claim, "unclear", "presence")
    answer = _denied(mention, sight) if mention.denied else sight.there(mention.name, mention.size)
    seen, trust = sight.looked_at(mention.name)
    recall = trust.recall[ALL if mention.denied else mention.size] if trust and answer is False else None
    return ruling(claim, answer, "presence", seen, trust, recall)


def _denied(mention: Mention, sight: Sight) -> Answer:
    """Whether what is denied is there: "no red circles", "no people on the bench"."""
    there, meant = sight.there(mention.name), sight.meant(mention.name)
    if there is not True or not (mention.narrowing or mention.qualified or meant.kind):
        return there
    if meant.general or meant.compound:
        return GENERAL if meant.general else COMPOUND
    fits = [(seen, sight.fits(seen, mention.narrowing)) for seen in meant.seen]
    if all(fit is False for _, fit in fits):  # what is not even a thing so narrowed is none that is so qualified
        complete = sight.complete(mention.name)
        return False if complete is True else complete
    if mention.qualified or meant.kind:
        return QUALIFIED
    return True if any(fit is True and meant.is_sure(seen) for seen, fit in fits) else UNDECIDED
