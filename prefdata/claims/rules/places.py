"""Relation claims: where things stand to each other.

Directions go by GenEval's rule (Ghosh et al. 2023): the offset of the centres, shrunk by a tenth of the summed sizes,
has more than half of its length along the direction. That it is otherwise is clear only where the offset points the
other way. What is in, on, under or behind something cannot be told from boxes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial

from prefdata.claims.claim import IMAGE, Claim
from prefdata.claims.rules import position
from prefdata.claims.rules.answers import NO_RULE, UNDECIDED, Answer, ruling
from prefdata.claims.rules.mentions import Mentions
from prefdata.claims.rules.overlooked import ALL
from prefdata.claims.rules.sighting import NOTHING, Candidate, Sight
from prefdata.claims.sight import Box, Trust
from prefdata.claims.verdict import Ruling

Holds = Callable[[Box, Box], Answer]
# The axis (0: x, 1: y) and the sign along it of what stands "left of" something.
DIRECTIONS = {"left of": (0, -1), "right of": (0, 1), "above": (1, -1), "below": (1, 1)}
# Whether it is claimed that things are near. What is near in the picture may still be far behind.
DISTANCES = {"near": True, "next to": True, "beside": True, "by": True, "far from": False}
NEED_DEPTH = frozenset(["in", "inside", "on", "on top of", "under", "over", "behind", "in front of"])
SHRUNK, ALONG = 0.1, 0.5
NEAR, FAR = 0.5, 4.0  # gaps between boxes, as multiples of their mean size: near up to the first, far from the second


def rule(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    """The verdict on a claim of where something is."""
    if claim["object"] == IMAGE:
        return position.rule(claim, mentions, sight)
    holds = _holding(claim["predicate"] or "")
    if holds is None:
        return ruling(claim, "needs_depth" if claim["predicate"] in NEED_DEPTH else NO_RULE, "relation")
    one, other = mentions.of(claim), mentions.other(claim)
    ones, others = sight.candidates(one), sight.candidates(other)
    if isinstance(ones, str) or isinstance(others, str):
        return ruling(claim, ones if isinstance(ones, str) else str(others), "relation")
    if not ones or not others:
        return ruling(claim, NOTHING, "relation")
    pairs = [(a, b) for a in ones for b in others if a.seen is not b.seen]
    answer = sight.settled([_pair(holds, *pair) for pair in pairs], {one: ones, other: others})
    looked = {id(each.seen): each.seen for each in (*ones, *others)}
    trusts = (sight.meant(each.name).trust for each in (one, other))
    return ruling(claim, answer, "relation", looked.values(), _least(trusts))


def _least(trusts: Iterable[Trust | None]) -> Trust | None:
    """The trust in the class that is known worst."""
    return min(trusts, key=lambda trust: trust.recall.get(ALL, -1.0) if trust else -2.0)


def _holding(predicate: str) -> Holds | None:
    """Whether a relation holds between two boxes; None for relations that boxes do not show."""
    if predicate in DIRECTIONS:
        return partial(_is_there, *DIRECTIONS[predicate])
    return partial(_is_near, DISTANCES[predicate]) if predicate in DISTANCES else None


def _pair(holds: Holds, one: Candidate, other: Candidate) -> Answer:
    if one.seen.box is None or other.seen.box is None:
        return "no_boxes"
    return holds(one.seen.box, other.seen.box)


def _is_there(axis: int, sign: int, one: Box, other: Box) -> Answer:
    """Whether one box stands in a direction from another."""
    offset, slack = zip(*(_offset(n, one, other) for n in (0, 1)), strict=True)
    if sign * offset[axis] < -slack[axis]:
        return False
    shrunk = [math.copysign(max(0.0, abs(each) - less), each) for each, less in zip(offset, slack, strict=True)]
    return True if sign * shrunk[axis] > ALONG * math.hypot(*shrunk) else UNDECIDED


def _offset(axis: int, one: Box, other: Box) -> tuple[float, float]:
    """How far the centre of one box lies from that of another along an axis, and by how much that is shrunk."""
    ends = [(box[axis], box[axis + 2]) for box in (one, other)]
    (a, b), (c, d) = ends
    # So bracketed that rounding is the same from the other's side.
    return ((a + b) - (c + d)) / 2, SHRUNK * ((b - a) + (d - c))


def _is_near(claimed: bool, one: Box, other: Box) -> Answer:
    """Whether two boxes are near each other, or far from each other."""
    gaps = (max(0.0, one[n] - other[n + 2], other[n] - one[n + 2]) for n in (0, 1))
    sizes = [math.sqrt((box[2] - box[0]) * (box[3] - box[1])) for box in (one, other)]
    gap = 2 * math.hypot(*gaps) / max(sum(sizes), 1e-9)
    if gap <= NEAR:
        return True if claimed else UNDECIDED
    return not claimed if gap >= FAR else UNDECIDED
