"""Object claims: whether a thing is there.

From the upper threshold on it is; that it is not follows from silence only where next to nothing of the class is
overlooked (Woodpecker, Yin et al. 2023, takes any silence for absence). A kind is as good as its class: a woman is a
person, as CHAIR counts (Rohrbach et al. 2018); but who denies that there is a woman may do so beside a person.
"""

from __future__ import annotations

from prefdata.claims.claim import Claim
from prefdata.claims.rules.answers import UNDECIDED, Answer, ruling
from prefdata.claims.rules.features import SCALE
from prefdata.claims.rules.mentions import Mention, Mentions
from prefdata.claims.rules.sighting import GENERAL, Sight
from prefdata.claims.verdict import Ruling

ALL = "all"
QUALIFIED = "qualified"  # only some of the class are denied, and which cannot be told


def rule(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    """The verdict on a claim that something is, or is not, there."""
    mention = mentions.of(claim)
    meant, size = sight.meant(mention.name), _size(mention)
    if claim["predicate"] is not None:  # "no other people"
        return ruling(claim, "unclear", "presence")
    answer = _denied(mention, sight) if mention.denied else sight.there(mention.name, size)
    recall = meant.trust.recall[size if not mention.denied else ALL] if meant.trust and answer is False else None
    return ruling(claim, answer, "presence", meant.seen, meant.trust, recall)


def _size(mention: Mention) -> str:
    """The size that it is said to have: small things are overlooked more often."""
    return next((SCALE[word] for word in mention.narrowing if word in SCALE), ALL)


def _denied(mention: Mention, sight: Sight) -> Answer:
    """Whether what is denied is there: "no red circles", "no people on the bench"."""
    there, meant = sight.there(mention.name), sight.meant(mention.name)
    if there is not True or not (mention.narrowing or mention.qualified or meant.kind):
        return there
    if meant.general:
        return GENERAL
    fits = [(seen, sight.fits(seen, mention.narrowing)) for seen in meant.seen]
    if all(fit is False for _, fit in fits):  # what is not even a thing so narrowed is none that is so qualified
        complete = sight.complete(mention.name)
        return False if complete is True else complete
    if mention.qualified or meant.kind:
        return QUALIFIED
    return True if any(fit is True and meant.is_sure(seen) for seen, fit in fits) else UNDECIDED
