"""The part of a picture around a thing: a file for as long as it is asked about, and a name by which a call with it is
found again."""

from __future__ import annotations

import asyncio
import math
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cached_property
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


class Crops:
    """Parts of pictures in a temporary folder; each is removed when nobody uses it any more."""

    def __init__(self) -> None:
        # One picture is open at a time, for it may be large.
        self._cutter = ThreadPoolExecutor(1, "prefdata-crop")
        self._users: Counter[Path] = Counter()  # touched by the cutter alone

    @asynccontextmanager
    async def part(self, whole: Shown, box: Box) -> AsyncIterator[Shown]:
        """The part around a box, or the whole where that is all of it."""
        part = await asyncio.wrap_future(self._cutter.submit(self._taken, whole, box))
        try:
            yield part
        finally:
            if part != whole:
                self._cutter.submit(self._given_back, part.path)

    def close(self) -> None:
        self._cutter.shutdown()
        if "_folder" in self.__dict__:
            self._folder.cleanup()

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="prefdata-crops-")

    def _taken(self, whole: Shown, box: Box) -> Shown:
        part = crop(whole, box, Path(self._folder.name))
        if part != whole:
            self._users[part.path] += 1
        return part

    def _given_back(self, path: Path) -> None:
        self._users[path] -= 1
        if not self._users[path]:
            del self._users[path]
            path.unlink()


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
