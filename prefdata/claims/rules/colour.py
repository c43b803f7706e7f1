"""Whether a thing has a colour, by its pixels.

Each pixel goes by the nearest of the colours that people call by one of the eleven basic terms of English (Berlin &
Kay 1969; the names are those of the xkcd survey, see colours.txt), in CIELAB with half the weight on lightness, which
shade changes most. A colour is there if most pixels are nearest to it; it is not if hardly any is near it and most are
nearest to one other.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from prefdata.claims.rules.answers import UNDECIDED, Answer
from prefdata.claims.rules.cielab import lab
from prefdata.claims.rules.foreground import thing
from prefdata.claims.sight import Box, View

TERMS = ("black", "white", "red", "green", "yellow", "blue", "brown", "purple", "pink", "orange", "grey")
STEP = 8  # colours are looked up in cells of this width
WEIGHTS = np.array([0.5, 1, 1], np.float32)
CLEARLY, PERHAPS, SLIGHTLY = 20.0, 10.0, 2.0  # CIELAB units by which one term is nearer than another
MOST, HARDLY = 0.6, 0.1  # shares of pixels


class Shares(NamedTuple):
    """Shares of pixels, by term [terms]. nearest: of the thing's, those nearest to it; near: of the thing's, those not
    clearly nearer to others; inside: of all in its box, those that may be so called: of a thing in several colours
    those that look like what is behind it are not among its own."""

    nearest: np.ndarray
    near: np.ndarray
    inside: np.ndarray


def shares(view: View, box: Box) -> Shares | None:
    """How the thing in a box is coloured; None where too little of it stands out from what is around it."""
    found = thing(view, box)
    if found is None:
        return None
    own, inside = _distances(found.own), _distances(found.inside)
    return Shares(_nearest(own), _within(own, CLEARLY), _within(inside, PERHAPS))


def has(found: Shares | None, term: str) -> Answer:
    """Whether a thing that is so coloured has a colour."""
    if found is None:
        return UNDECIDED
    at = TERMS.index(term)
    if found.nearest[at] >= MOST:
        return True
    hardly = max(found.near[at], found.inside[at]) <= HARDLY
    return False if hardly and found.nearest.max() >= MOST else UNDECIDED


def _within(distances: np.ndarray, band: float) -> np.ndarray:
    """Of each term the share of pixels to which no other is nearer by more than that [terms]."""
    share: np.ndarray = (distances <= distances.min(1, keepdims=True) + band).mean(0)
    return share


def _nearest(distances: np.ndarray) -> np.ndarray:
    """Of each term the share of pixels that are nearer to it than to any other [terms]."""
    first, second = np.partition(distances, 1, axis=1)[:, :2].T
    ahead = (second - first >= SLIGHTLY)[:, None] & (distances == first[:, None])
    share: np.ndarray = ahead.mean(0)
    return share


def _distances(pixels: np.ndarray) -> np.ndarray:
    """Of each pixel (uint8 RGB) the distance to the nearest colour of each term, float32 [pixels, terms]."""
    red, green, blue = (pixels // STEP).T
    found: np.ndarray = _table()[red, green, blue]
    return found


@cache
def _table() -> np.ndarray:
    """`_distances` of the middle of each cell, float32 [cells, cells, cells, terms]."""
    levels = np.arange(STEP / 2, 256, STEP)
    cells = lab(np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1)) * WEIGHTS
    flat = cells.reshape(-1, 3)
    table = np.stack([_least(flat, lab(colours) * WEIGHTS) for colours in _prototypes()], -1)
    return table.reshape(*cells.shape[:3], len(TERMS))


def _least(points: np.ndarray, to: np.ndarray) -> np.ndarray:
    """The distance of each point to the nearest of others [points]."""
    squares = (points**2).sum(-1)[:, None] + (to**2).sum(-1) - 2 * points @ to.T
    least: np.ndarray = np.sqrt(squares.min(1).clip(0))
    return least


def _prototypes() -> Iterator[np.ndarray]:
    """The colours of each term, in the order of TERMS, in [0, 255] [colours, 3]."""
    told: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("colours.txt").read_text(encoding="utf-8").splitlines():
        if line.endswith(":") and not line.startswith("#"):
            section = told.setdefault(line[:-1], [])
        elif not line.startswith("#"):
            section.extend(line.split())
    for term in TERMS:
        yield np.array([[int(each[at : at + 2], 16) for at in (0, 2, 4)] for each in told[term]])
