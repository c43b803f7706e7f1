"""An image file → upright RGB pixels, whatever it is: CMYK, 16 bits, with transparency, turned by EXIF."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def rgb(path: Path) -> np.ndarray:
    """uint8 [height, width, 3] of a still image that `images.trouble` has nothing against."""
    raise NotImplementedError
