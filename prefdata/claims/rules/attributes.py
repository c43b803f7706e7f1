"""Attribute claims: whether the things that a mention means are as it says.

"A red circle" says that there is one, "the circle is red" that the one meant is. So an attribute before the noun holds
if something has it, and one after it only if all that may be meant have it; both are wrong only if none has.
"""

from __future__ import annotations

from collections.abc import Sequence

from prefdata.claims.claim import Claim
from prefdata.claims.rules.answers import Answer, ruling
from prefdata.claims.rules.features import kind
from prefdata.claims.rules.mentions import Mention, Mentions
from prefdata.claims.rules.sighting import NOTHING, Candidate, Sight
from prefdata.claims.verdict import Ruling


def rule(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    """The verdict on a claim about what something is like."""
    mention, word = mentions.of(claim), claim["predicate"] or ""
    named = f"attribute.{kind(word) or 'other'}"
    others = tuple(other for other in mention.narrowing if other != word)
    found = sight.candidates(mention._replace(narrowing=others))
    if not found and word in mention.narrowing:  # nothing is as it says otherwise; each attribute is wrong by itself
        found = sight.candidates(mention._replace(narrowing=()))
    if isinstance(found, str):
        return ruling(claim, found, named)
    answer = _answer(word, mention, found, sight) if found else NOTHING
    return ruling(claim, answer, named, (each.seen for each in found), sight.meant(mention.name).trust)


def _answer(word: str, mention: Mention, found: Sequence[Candidate], sight: Sight) -> Answer:
    """Whether what a mention means has an attribute; `found`: what is otherwise as it says."""
    answers = [sight.features.has(each.seen, word) for each in found]
    some = any(answer is True and each.is_sure for answer, each in zip(answers, found, strict=True))
    if some and word in mention.narrowing and not sight.meant(mention.name).kind:
        return True
    return sight.settled(answers, {mention: found})
