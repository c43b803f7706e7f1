"""A picture → its fingerprint: what stays as it is when the picture is saved again, in another format or size.

The hash says which of 64 low frequencies are stronger than most (pHash: Zauner 2010, 3.2.1; the median and the sizes
are those of the package ImageHash). It is blind to colour: a red ring and a black heart in the same place have the
same. So two pictures count as alike when, besides, the mean colours of a grid of 4 × 4 agree.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

SIDE, LOW, GRID = 32, 8, 4
COLOURS = GRID * GRID * 3
FLAT = 4  # levels of grey; what has fewer has no frequencies but noise
SAME_COLOUR = (
    16  # levels of 255 by which means may differ; JPEG of quality 30 and half the size make 11 at most of them
)


class Fingerprint(NamedTuple):
    """file: of its bytes. hash: 64 bits, None where there is nothing to tell pictures by, such as one colour alone.
    colours: 4 × 4 × RGB, from the upper left; empty without a hash."""

    file: int
    hash: int | None = None
    colours: bytes = b""


@lru_cache(1 << 14)
def fingerprint(path: Path, sha256: str) -> Fingerprint:
    """Of a still image that `images.trouble` has nothing against; sha256: that of the file, in hex."""
    from PIL import Image

    from prefdata.claims.pixels import rgb

    file, image = int(sha256[:16], 16), Image.fromarray(rgb(path))
    grey = np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float64)
    if np.ptp(grey) < FLAT:
        return Fingerprint(file)
    colours = np.asarray(image.resize((GRID, GRID), Image.Resampling.BOX), np.uint8)
    return Fingerprint(file, perceptual_hash(grey), colours.tobytes())


def perceptual_hash(grey: np.ndarray) -> int:
    """The hash of grey levels [32, 32], upper left frequency first."""
    from scipy.fft import dctn

    # Rounded, so that frequencies that are not there are equal on every machine.
    low = np.round(dctn(grey)[:LOW, :LOW], 6)
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")
