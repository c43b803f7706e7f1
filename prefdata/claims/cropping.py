"""The part of a picture around a thing: a file of its own, and a name by which a call with it is found again."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from prefdata.claims.pixels import rgb, size
from prefdata.claims.sight import Box
from prefdata.keys import key

MARGIN = 0.25  # on each side, as a share of the box's longer side: what a thing is, its surroundings tell too


class Shown(NamedTuple):
    """A picture as a model gets it. address: "sha256:…", of its file or of what a crop is made from."""

    address: str
    path: Path


def crop(picture: Shown, box: Box, folder: Path) -> Shown:
    """The box with its margin, written below `folder` unless it lies there; the picture itself where that is all of it.

    Equal pictures and boxes give equal addresses and equal bytes. Not for several threads at once.
    """
    from PIL import Image

    width, height = size(picture.path)
    part = bounds(box, width, height)
    if part == (0, 0, width, height):
        return picture
    name = key([picture.address, *part])
    path = folder / f"{name}.png"
    if not path.exists():
        x0, y0, x1, y1 = part
        Image.fromarray(rgb(picture.path)[y0:y1, x0:x1]).save(path)
    return Shown(f"sha256:{name}", path)


def bounds(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 in whole pixels of a picture of that size: the box with its margin, cut off at the edges and never
    empty."""
    x0, y0, x1, y1 = box
    margin = MARGIN * max(x1 - x0, y1 - y0)
    left, right = _within(x0 - margin, x1 + margin, width)
    upper, lower = _within(y0 - margin, y1 + margin, height)
    return left, upper, right, lower


def _within(start: float, end: float, whole: int) -> tuple[int, int]:
    first = min(max(0, math.floor(start)), whole - 1)
    return first, max(first + 1, min(whole, math.ceil(end)))
