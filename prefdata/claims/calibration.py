"""How far a detector can be trusted, measured on pictures with labels: two thresholds a class, and recall by size.

A detection is right if it overlaps a thing of its class that no better one took by half (IoU, Everingham et al. 2010).
Shares are given as the lower end of their 95 % interval (Wilson 1927), so that few labels never look like good ones.
What is labelled without a box is there, but nobody knows where; in such a picture its class counts neither way.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from prefdata.claims.rules.features import SCALE
from prefdata.claims.rules.size import EDGE
from prefdata.claims.sight import Box, Seen
from prefdata.claims.yolo import LEAST, SCORE

FEW = 50  # with fewer labelled things than this, a class stays unmeasured
INEXACT = 0.05  # a detector's boxes are not exact: the sides of what has a size word may be off by this share
SIZES = ("small", "medium", "large")


class Targets(NamedTuple):
    """precision: of what is said to be there; recall: of what is there. Both from 0 to 1."""

    precision: float = 0.99
    recall: float = 0.994


class Looked(NamedTuple):
    """A picture with labels as a detector sees it, in the detector's classes; width and height in pixels."""

    things: Sequence[Seen]
    seen: Sequence[Seen]
    width: int
    height: int


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def at_least(self) -> float:
        """The lower end of the 95 % interval; 0 of nothing."""
        if not self.whole:
            return 0.0
        z, n, p = 1.96, self.whole, self.part / self.whole
        spread = z * math.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
        return max(0.0, (p + z * z / (2 * n) - spread) / (1 + z * z / n))


@dataclass
class Tally:
    """What was counted of a class. said: (score, whether it is right) of each detection; things: (side as a share of
    the picture's longer one, score or 0) of each thing; sides: size word → those of whole things that are called so."""

    said: list[tuple[float, bool]] = field(default_factory=list)
    things: list[tuple[float, float]] = field(default_factory=list)
    sides: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, wide) * max(0.0, high)
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return common / (both - common)


def measured(pictures: Iterable[Looked], targets: Targets) -> dict[str, Any]:
    """What the file of a calibration says of the classes: edges, classes, unmeasured."""
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for picture in pictures:
        _count(picture, tallies)
    sides = [side for tally in tallies.values() for side, _ in tally.things]
    edges = [round(float(edge), 4) for edge in np.quantile(sides, (1 / 3, 2 / 3))] if sides else [0.0, 0.0]
    enough = {name: tally for name, tally in sorted(tallies.items()) if len(tally.things) >= FEW}
    few = {name: len(tally.things) for name, tally in sorted(tallies.items()) if 0 < len(tally.things) < FEW}
    classes = {name: _facts(tally, edges, targets) for name, tally in enough.items()}
    return {"edges": edges, "classes": classes, "unmeasured": few}


def _count(picture: Looked, tallies: Mapping[str, Tally]) -> None:
    left_out = {thing.name for thing in picture.things if thing.box is None}
    for name in {each.name for each in (*picture.things, *picture.seen)} - left_out:
        things = [thing for thing in picture.things if thing.name == name]
        seen = [each for each in picture.seen if each.name == name]
        tally, finder = tallies[name], _matched(things, seen)
        right = set(finder.values())
        tally.said += [(each.score, at in right) for at, each in enumerate(seen)]
        scores = [seen[finder[at]].score if at in finder else 0.0 for at in range(len(things))]
        tally.things += [(_side(thing, picture), score) for thing, score in zip(things, scores, strict=True)]
        for thing in (thing for thing in things if _is_whole(thing, picture)):
            for word in {SCALE[each] for each in thing.attributes or () if each in SCALE}:
                tally.sides[word].append(_side(thing, picture))


def _matched(things: Sequence[Seen], seen: Sequence[Seen]) -> dict[int, int]:
    """Which detection finds which thing, by their places; the best detection chooses first."""
    found: dict[int, int] = {}
    for at in sorted(range(len(seen)), key=lambda at: -seen[at].score):
        free = [n for n in range(len(things)) if n not in found]
        overlaps = [overlap(_box(things[n]), _box(seen[at])) for n in free]
        if overlaps and max(overlaps) >= 0.5:
            found[free[int(np.argmax(overlaps))]] = at
    return found


def _side(thing: Seen, picture: Looked) -> float:
    """The longer side of its box as a share of the picture's."""
    x0, y0, x1, y1 = _box(thing)
    return max(x1 - x0, y1 - y0) / max(picture.width, picture.height)


def _is_whole(thing: Seen, picture: Looked) -> bool:
    """Whether neither the picture's edge nor another thing can hide a part of it."""
    x0, y0, x1, y1 = _box(thing)
    inside = min(x0, y0) > EDGE and x1 < picture.width - EDGE and y1 < picture.height - EDGE
    others = (other.box for other in picture.things if other is not thing and other.box)
    return inside and not any(x0 < c and a < x1 and y0 < d and b < y1 for a, b, c, d in others)


def _box(thing: Seen) -> Box:
    assert thing.box is not None  # classes with a thing of unknown place are left out before
    return thing.box


def _facts(tally: Tally, edges: Sequence[float], targets: Targets) -> dict[str, Any]:
    """What the file says of a class."""
    hi, said = upper(tally.said, targets.precision)
    lo = lower([score for _, score in tally.things], targets.recall)
    lo = lo if hi is None else min(lo, round(hi - SCORE, 4))  # what is said to be there is not absent
    groups = {"all": tally.things} | {
        size: [(side, score) for side, score in tally.things if _size(side, edges) == size] for size in SIZES
    }
    recall = {size: Share(sum(score > lo for _, score in of), len(of)) for size, of in groups.items() if of}
    return {
        "hi": hi,
        "lo": lo,
        "precision": _row(said, "right", "said"),
        "recall": {size: _row(share, "found", "things") for size, share in recall.items()},
        "sides": {word: interval(sides) for word, sides in sorted(tally.sides.items()) if len(sides) >= FEW},
    }


def upper(said: Iterable[tuple[float, bool]], target: float) -> tuple[float | None, Share]:
    """The lowest score from which enough detections are right, and how many are; None if no score is good enough."""
    best: tuple[float | None, Share] = (None, Share(0, 0))
    ordered = sorted(said, reverse=True)
    right = 0
    for count, (score, is_right) in enumerate(ordered, start=1):
        right += is_right
        is_last = count == len(ordered) or ordered[count][0] < score
        if is_last and Share(right, count).at_least >= target:
            best = score, Share(right, count)
    return best


def lower(scores: Sequence[float], target: float) -> float:
    """The highest score above which enough things are found (0: one that is not); the least one if there is none."""
    best_first = enumerate(sorted(scores, reverse=True), start=1)
    enough = (score for count, score in best_first if Share(count, len(scores)).at_least >= target)
    return max(LEAST, round(next(enough, LEAST) - SCORE, 4))


def interval(sides: Sequence[float]) -> list[float]:
    """The sides of nearly all of them, and a little more."""
    low, high = np.quantile(sides, (0.002, 0.998))
    return [round(float(low) * (1 - INEXACT), 4), round(float(high) * (1 + INEXACT), 4)]


def _size(side: float, edges: Sequence[float]) -> str:
    return SIZES[sum(side >= edge for edge in edges)]


def _row(share: Share, part: str, whole: str) -> dict[str, Any]:
    return {"at_least": math.floor(share.at_least * 1e6) / 1e6, part: share.part, whole: share.whole}
