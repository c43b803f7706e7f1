"""What a picture's pixels say of how it was made: flatness, colours, ground, straight lines, lines of text."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

SIDE = 384
"""Pixels a side that are looked at; of larger pictures every second, third … one, so that colours stay as they are."""
SAME, STEEP, OFF_GROUND, VIVID = 2, 64, 40, 50
"""Differences of neighbours (of 255, the largest channel's) up to which they are equal, and above which an edge is
hard; the difference from the ground that makes ink, and the spread of the channels that makes a colour."""
EDGE = 24
"""The difference of neighbours that is a border."""


class Measures(NamedTuple):
    """All but `light`, `lines` are shares.

    flat, soft, hard: of neighbouring pixels, those that are equal, differ a little, differ much. ground: of pixels,
    those of the commonest colour (4 bits a channel); few: those of the eight commonest. light: the ground's, 0 to 255.
    ink: pixels unlike the ground; vivid: of the ink, what has a colour. frame: of the outermost pixels, those like the
    ground. across, down: the longest straight stroke of ink of one colour, of the width and the height. border_across,
    border_down: of the width and the height, how far borders go straight. lines: bands of ink from top to bottom, with
    blank rows between; blank: rows without ink.
    """

    flat: float
    soft: float
    hard: float
    ground: float
    few: float
    light: float
    ink: float
    vivid: float
    frame: float
    across: float
    down: float
    border_across: float
    border_down: float
    lines: int
    blank: float


def pixels(path: Path) -> np.ndarray:
    """A picture's colours, on white where it is transparent: int16 [3, H, W], H and W at most SIDE."""
    from PIL import Image

    with Image.open(path) as image:
        if image.mode in ("RGBA", "LA", "P", "PA"):
            whole = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)  # type: ignore[assignment]
        stride = -(-max(image.size) // SIDE)
        colours = np.asarray(image.convert("RGB"))[::stride, ::stride]
        return np.ascontiguousarray(colours.transpose(2, 0, 1), np.int16)


def measures(colours: np.ndarray) -> Measures:
    """colours: int16 [3, H, W]."""
    right, below = (np.abs(np.diff(colours, axis=axis)).max(0) for axis in (2, 1))
    steps = np.concatenate([right.ravel(), below.ravel()])
    red, green, blue = colours >> 4
    coded = (red << 8) | (green << 4) | blue
    number = np.bincount(coded.ravel())
    common = np.sort(number)[::-1] / coded.size
    ground = colours[:, coded == number.argmax()].mean(axis=1)
    ink = np.abs(colours - ground.astype(np.int16)[:, None, None]).max(0) > OFF_GROUND
    vivid = (colours.max(0) - colours.min(0) > VIVID) & ink
    rows = np.concatenate([[False], ink.mean(1) >= 0.01])
    return Measures(
        flat=_share(steps <= SAME),
        soft=_share((steps > SAME) & (steps <= STEEP // 2)),
        hard=_share(steps > STEEP),
        ground=float(common[0]),
        few=float(common[:8].sum()),
        light=float(ground.mean()),
        ink=_share(ink),
        vivid=float(vivid.sum() / max(1, ink.sum())),
        frame=1 - _share(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])),
        across=_longest(ink, right),
        down=_longest(ink.T, below.T),
        border_across=float((below > EDGE).mean(1).max(initial=0)),
        border_down=float((right > EDGE).mean(0).max(initial=0)),
        lines=int((np.diff(rows.astype(int)) == 1).sum()),
        blank=1 - _share(rows[1:]),
    )


def _share(mask: np.ndarray) -> float:
    return float(mask.mean()) if mask.size else 0.0


def _longest(ink: np.ndarray, step: np.ndarray) -> float:
    """The longest run along a row [H, W] of ink whose neighbours are alike (step [H, W - 1]), as a share of W."""
    width = ink.shape[1]
    goes_on = ink[:, 1:] & ink[:, :-1] & (step <= EDGE)
    place = np.arange(1, width)
    last_stop = np.maximum.accumulate(np.where(goes_on, 0, place), axis=1)
    return float((place - last_stop).max(initial=0)) / width
