"""An image file → upright RGB pixels, whatever it is: CMYK, 16 bits, with transparency, turned by EXIF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

ORIENTATION = 0x0112
# What makes a picture upright, by its EXIF orientation (EXIF 2.3, 4.6.4 A); from 5 on width and height change places.
UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def rgb(path: Path) -> np.ndarray:
    """uint8 [height, width, 3] of a still image that `images.trouble` has nothing against."""
    from PIL import Image

    with Image.open(path) as image:
        turn = UPRIGHT.get(_orientation(image))
        upright = image.transpose(Image.Transpose[turn]) if turn else image
        return np.array(_coloured(_in_eight_bits(upright)))


def size(path: Path) -> tuple[int, int]:
    """Width and height of the upright picture, in pixels, by the file's header alone."""
    from PIL import Image

    with Image.open(path) as image:
        width, height = image.size
        return (height, width) if _orientation(image) in range(5, 9) else (width, height)


def _orientation(image: Image) -> int:
    """1 where nothing is said, or nothing that can be read: broken EXIF data make Pillow raise whatever comes."""
    try:
        found = image.getexif().get(ORIENTATION)
    except Exception:
        return 1
    return found if isinstance(found, int) else 1


def _in_eight_bits(image: Image) -> Image:
    """Pillow cuts off what is above 255 where it makes 16 bits of grey 8; of 16 bits of colour it reads the upper 8."""
    from PIL import Image

    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image).astype(np.float64) / 257).round().clip(0, 255).astype(np.uint8))


def _coloured(image: Image) -> Image:
    """RGB. What is transparent shows white, as on the page that most pictures are seen on; the colours that a file
    keeps below its transparent parts are seen by nobody."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
