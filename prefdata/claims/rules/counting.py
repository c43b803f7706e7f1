"""Count claims: how many things of a kind there are, as far as can be told, held against how many are claimed.

What can be told is an interval: at least those that certainly are there and as described; at most all that may be,
and more where things are overlooked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from prefdata.claims.claim import Claim
from prefdata.claims.rules.answers import NO_RULE, UNDECIDED, Answer, ruling
from prefdata.claims.rules.mentions import Mention, Mentions
from prefdata.claims.rules.sighting import NOTHING, Candidate, Sight
from prefdata.claims.verdict import Ruling

CROWD = 10  # more are not told apart one by one
NUMBER = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")  # no more digits than a number of things has


class Interval(NamedTuple):
    """Both ends belong to it."""

    low: float
    high: float


class Claimed(NamedTuple):
    """A number as it is said. meant: what it surely fits; allowed: outside of this it is wrong."""

    meant: Interval
    allowed: Interval


def rule(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    """The verdict on a claim of how many there are."""
    mention = mentions.of(claim)
    found, meant = sight.candidates(mention), sight.meant(mention.name)
    number = claimed(claim["predicate"], claim["object"])
    if isinstance(found, str) or number is None:
        return ruling(claim, found if isinstance(found, str) else NO_RULE, "count")
    answer = _compared(number, mention, found, sight)
    return ruling(claim, answer, "count", (each.seen for each in found), meant.trust)


def claimed(sign: str | None, number: str | None) -> Claimed | None:
    """What "=", ">=", "<=" or "~" and "2" or "4-5" mean; None for anything else. About four is three to five, and
    wrong below two or above eight."""
    said = NUMBER.fullmatch(number or "")
    if said is None:
        return None
    a, b = sorted((int(said[1]), int(said[2] or said[1])))
    exact, wide = Interval(a, b), Interval(a / 2, b * 2)
    if sign == "~":
        return Claimed(Interval(max(wide.low, a - max(1, a // 4)), min(wide.high, b + max(1, b // 4))), wide)
    at = {"=": exact, ">=": Interval(a, math.inf), "<=": Interval(0, b)}.get(sign or "")
    return at and Claimed(at, at)


def _compared(number: Claimed, mention: Mention, found: Sequence[Candidate], sight: Sight) -> Answer:
    """Whether there are so many."""
    if any(each.seen.box is None for each in found):
        return "no_boxes"
    if not found:
        return NOTHING  # the attributes are wrong, and counted as such
    if number.allowed.low > CROWD:
        return "crowd"
    at_least, at_most = _interval(mention, found, sight)
    if at_least >= number.meant.low and at_most <= number.meant.high:
        return True
    least = 0 if mention.qualified else at_least  # "two people on a bench" may be two of many
    if least > number.allowed.high or at_most < number.allowed.low:
        return False
    if len(found) > CROWD:
        return "crowd"
    complete = sight.complete(mention.name, mention.size)
    return UNDECIDED if complete is True else complete


def _interval(mention: Mention, found: Sequence[Candidate], sight: Sight) -> Interval:
    """How many there are; of a kind ("two women") any number of the class may be."""
    sure = sum(each.is_sure for each in found)
    whole = sight.complete(mention.name, mention.size) is True and len(found) <= CROWD
    return Interval(0 if sight.meant(mention.name).kind else sure, len(found) if whole else math.inf)
