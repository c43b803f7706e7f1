"""Spoilt pictures: blank, blurred, noisy or shuffled; the same again for the same picture, in files named by hash."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from prefdata.claims.pixels import rgb
from prefdata.keys import file_key

BLUR = 16  # the longer side is so many times the blur's standard deviation
TILES = 8  # along each side
STEPS, STEP = 1000, 500  # of forward diffusion, and how many of them are taken


def spoilt(picture: Path, how: str, folder: Path) -> Path:
    """The file of a picture that is spoilt; several may ask for the same at once."""
    seed = int(hashlib.sha256(f"{how}/{file_key(picture)}".encode()).hexdigest()[:16], 16)
    image = SPOIL[how](rgb(picture), np.random.Generator(np.random.PCG64(seed)))
    content = _png(image)
    path = folder / f"{hashlib.sha256(content).hexdigest()}.png"
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial"
    partial.write_bytes(content)  # again if it is there: a power cut may have damaged it
    os.replace(partial, path)
    return path


def _blank(image: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    return np.full_like(image, 127)


def _blur(image: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageFilter

    radius = max(image.shape[:2]) / BLUR
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def _noise(image: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The picture after some steps of forward diffusion (Ho et al. 2020, eq. 4, with its linear schedule)."""
    kept = float(np.prod(1 - np.linspace(1e-4, 0.02, STEPS)[:STEP]))
    noisy = np.sqrt(kept) * (image / 127.5 - 1) + np.sqrt(1 - kept) * draw.standard_normal(image.shape)
    return ((np.clip(noisy, -1, 1) + 1) * 127.5).round().astype(np.uint8)


def _shuffle(image: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The picture's tiles in another order; what is left over at the right and below stays."""
    tiles = min(TILES, *image.shape[:2])
    high, wide = (side // tiles for side in image.shape[:2])
    places = [
        (slice(y * high, (y + 1) * high), slice(x * wide, (x + 1) * wide)) for y in range(tiles) for x in range(tiles)
    ]
    new = image.copy()
    for place, other in zip(places, draw.permutation(len(places)), strict=True):
        new[place] = image[places[other]]
    return new


SPOIL: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "blank": _blank,
    "blur": _blur,
    "noise": _noise,
    "shuffle": _shuffle,
}


def _png(image: np.ndarray) -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()
