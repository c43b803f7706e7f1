"""Claims of where in the picture something is: by the thirds that the middle of its box lies in.

Between what is surely so and what surely is not lies a third: who says "on the left" may mean it loosely.
"""

from __future__ import annotations

from prefdata.claims.claim import Claim
from prefdata.claims.rules.answers import NO_RULE, UNDECIDED, Answer, all_of, ruling
from prefdata.claims.rules.mentions import Mentions
from prefdata.claims.rules.sighting import NOTHING, Sight
from prefdata.claims.sight import Seen, View
from prefdata.claims.verdict import Ruling

# Word → the axis (0: x, 1: y) and the end of it.
ENDS = {"left": (0, 0), "right": (0, 1), "top": (1, 0), "upper": (1, 0), "bottom": (1, 1), "lower": (1, 1)}
CENTER, CORNER = "center", "corner"
NEED_DEPTH = frozenset(["background", "foreground", "distance", "front", "back"])
THIRD, FIFTH = 1 / 3, 1 / 5


def rule(claim: Claim, mentions: Mentions, sight: Sight) -> Ruling:
    """The verdict on a claim such as "in the upper left corner" (of the picture)."""
    words = frozenset((claim["predicate"] or "").split())
    if not words or not words <= {*ENDS, CENTER, CORNER}:
        return ruling(claim, "needs_depth" if words & NEED_DEPTH else NO_RULE, "position")
    mention = mentions.of(claim)
    found = sight.candidates(mention)
    if isinstance(found, str) or not found:
        return ruling(claim, found if isinstance(found, str) else NOTHING, "position")
    answer = sight.settled([_is_at(words, each.seen, sight.view) for each in found], {mention: found})
    return ruling(claim, answer, "position", (each.seen for each in found), sight.meant(mention.name).trust)


def _is_at(words: frozenset[str], seen: Seen, view: View) -> Answer:
    """Whether a thing is at a place in the picture."""
    if seen.box is None or view.width is None or view.height is None:
        return "no_boxes" if seen.box is None else "no_image"
    at = [(seen.box[n] + seen.box[n + 2]) / 2 / side for n, side in enumerate((view.width, view.height))]
    ends = dict(ENDS[word] for word in words if word in ENDS)
    return all_of(_along(at[axis], ends.get(axis), words) for axis in (0, 1))


def _along(at: float, end: int | None, words: frozenset[str]) -> Answer:
    """Whether a place in [0, 1] along an axis is at the end that is named, at any if a corner is, or in the middle."""
    aside = min(at, 1 - at)
    if end is not None:
        aside = at if end == 0 else 1 - at
        return _banded(aside <= THIRD, aside >= 2 * THIRD)
    if CORNER in words:
        return _banded(aside <= THIRD, aside >= 2 * FIFTH)
    return _banded(aside >= THIRD, aside <= FIFTH) if CENTER in words else True


def _banded(surely: bool, surely_not: bool) -> Answer:
    return True if surely else False if surely_not else UNDECIDED
