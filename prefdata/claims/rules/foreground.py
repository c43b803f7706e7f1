"""Which pixels of a box are the thing's own: those that do not look like the ring around the box.

The thing may be hollow, concave or an outline. Other things' boxes tell nothing, and neither do the mixed pixels
between the thing and what is behind it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from prefdata.claims.rules.cielab import lab
from prefdata.claims.sight import Box, View

RING = 0.15  # the ring's width, as a share of the box's longer side
NARROWEST = 2  # pixels
PIXELS, SAMPLES, FEWEST = 2500, 64, 12  # how many are looked at in the window and in the ring; how few say nothing
ALIKE, STRAY = 12.0, 4  # background: nearer than so many CIELAB units to more than so many samples of the ring
CORE = 0.6  # what is nearer to the background than this share of the thing's clearest pixels is mixed
HOLDS = 0.9  # a box that covers so much of another is behind it, or is what it is a part of


class Thing(NamedTuple):
    """Pixels, uint8 RGB. own: the thing's [own, 3]; inside: all of its box but other things' [inside, 3]."""

    own: np.ndarray
    inside: np.ndarray


def thing(view: View, box: Box) -> Thing | None:
    """The pixels of what is in a box; None where too few stand out from what is around it."""
    inside, around = _inside_and_around(view, box)
    if min(len(inside), len(around)) < FEWEST:
        return None
    away = _distance(lab(inside), lab(around[:: math.ceil(len(around) / SAMPLES)]))
    stands_out = away > ALIKE
    if stands_out.sum() < FEWEST:
        return None
    return Thing(inside[away >= max(ALIKE, CORE * np.percentile(away[stands_out], 90))], inside)


def _distance(inside: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Of each pixel the distance from the background: from the nearest samples of it, a few strays left out."""
    squares = (inside**2).sum(1)[:, None] + (around**2).sum(1) - 2 * inside @ around.T
    nearest: np.ndarray = np.partition(squares, STRAY, axis=1)[:, STRAY]
    return np.sqrt(nearest.clip(0))


def _inside_and_around(view: View, box: Box) -> tuple[np.ndarray, np.ndarray]:
    """The pixels of a box and of the ring around it, without those in other things' boxes."""
    assert view.pixels is not None
    height, width = view.pixels.shape[:2]
    wide = max(NARROWEST, round(RING * max(box[2] - box[0], box[3] - box[1])))
    left, top = (max(0, math.floor(low) - wide) for low in box[:2])
    right, bottom = min(width, math.ceil(box[2]) + wide), min(height, math.ceil(box[3]) + wide)
    step = max(1, math.isqrt(max(0, right - left) * max(0, bottom - top) // PIXELS))
    x, y = np.arange(left, right, step) + 0.5, np.arange(top, bottom, step)[:, None] + 0.5
    window = view.pixels[top:bottom:step, left:right:step]
    free = ~np.logical_or.reduce([_within(x, y, other) for other in _others(view, box)] or [np.zeros((1, 1), bool)])
    within = _within(x, y, box)
    return window[within & free], window[~within & free]


def _within(x: np.ndarray, y: np.ndarray, box: Box) -> np.ndarray:
    found: np.ndarray = (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
    return found


def _others(view: View, box: Box) -> Iterator[Box]:
    """The boxes of other things but those that hold this one."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    for seen in view.seen:
        if seen.box is not None and seen.box != box and _common(seen.box, box) < HOLDS * area:
            yield seen.box


def _common(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    wide, high = (min(one[n + 2], other[n + 2]) - max(one[n], other[n]) for n in (0, 1))
    return max(0.0, wide) * max(0.0, high)
