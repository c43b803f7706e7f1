"""The images that prompts name: where they may lie, what they may be, and what identifies them.

Only PNG, JPEG, WebP, GIF and BMP are opened. A picture's size is taken from its header, so that nothing too
large is ever decoded; what is left is decoded once, so that a file that was cut off is found here and not by a
model that was paid. Animated pictures are refused: models look at the first frame alone, or refuse them.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from prefdata.models import ImageRules

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# Pillow's name of a format → the suffix of its files.
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif", "BMP": "bmp"}
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
STORED = re.compile(r"[0-9a-f]{64}\.(png|jpg|webp|gif|bmp)")  # the name of an image that a run keeps itself
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
ANY = ImageRules()
REMEDIES = {
    "missing_image": "write the file there, or correct the path",
    "image_outside": "put the image below that folder, and name it by its path from there",
    "image_too_large": "make it smaller, or raise prompts.max_image_mb or prompts.max_image_megapixels",
    "bad_image": "write it again as a still PNG, JPEG, WebP, GIF or BMP, or leave the row out",
    "image_host_not_allowed": "name the host in prompts.image_hosts, or give the image as a file",
    "image_unreachable": "correct the address, or give the image as a file",
}
# Which warnings are shown is a setting of the whole process.
ONE_AT_A_TIME = threading.Lock()


class Trouble(NamedTuple):
    """Why an image cannot be used: one of REMEDIES, and what it is about."""

    reason: str
    detail: str


class ImageError(Exception):
    """An image that cannot be used."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.trouble = Trouble(reason, detail)


def trouble(folder: Path, name: str, rules: ImageRules = ANY) -> Trouble | None:
    """What is wrong with the image `name` of an input whose images lie in `folder`, if anything.

    Images must lie in that folder or below it: a data set must not pick up other files of the machine.
    """
    path = located(folder, name)
    if isinstance(path, Trouble):
        return path
    state = path.stat()
    flaw = _flaw_of_file(path, state.st_size, state.st_mtime_ns, rules)
    return flaw and Trouble(flaw.reason, f"{name} {flaw.detail}")


def located(folder: Path, name: str) -> Path | Trouble:
    """The file that an image's name leads to, not yet looked into, or why there is none."""
    if ADDRESS.match(name):
        return Trouble("image_host_not_allowed", f"{name} lies on a host that is not allowed")
    try:
        path = folder / name
        if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
            return Trouble("image_outside", f"{name} lies outside the folder of its input file")
        if path.is_file():
            return path
    except (OSError, ValueError, RuntimeError):  # too long, with a NUL in it, a link to itself
        pass
    return Trouble("missing_image", f"there is no file {name}")


def suffix_of(content: bytes, name: str, rules: ImageRules = ANY) -> str:
    """The suffix that fits an image's format. Raises ImageError about `name` if it cannot be used."""
    found = _look(content, len(content), rules)
    if isinstance(found, Trouble):
        raise ImageError(found.reason, f"{name} {found.detail}")
    return found


@lru_cache(1 << 16)
def _flaw_of_file(path: Path, size: int, changed: int, rules: ImageRules) -> Trouble | None:
    """Looked for again only when the file changed: a build asks for an image at import and at selection."""
    found = _look(path, size, rules)
    return found if isinstance(found, Trouble) else None


def _look(source: Path | bytes, size: int, rules: ImageRules) -> str | Trouble:
    """The suffix of an image's format, or what is wrong with it."""
    if size > rules.max_bytes:
        return Trouble("image_too_large", f"has {size:,} bytes, more than {rules.max_bytes:,}")
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's doubts end as a reason or not at all
        return _decode(source, rules)


def _decode(source: Path | bytes, rules: ImageRules) -> str | Trouble:
    from PIL import Image

    try:
        with _opened(source) as image:
            suffix = FORMATS.get(image.format or "", "jpg")  # MPO, which cameras write: a JPEG with more behind it
            if (flaw := _flaw_of_header(image, rules)) is not None:
                return flaw
            image.verify()  # checksums, where the format has any
        with _opened(source) as image:
            image.draft("L", (1, 1))  # a JPEG is read whole either way, and eight times smaller is faster
            image.load()
    except Image.DecompressionBombError:  # Pillow's own limit, which is above ours unless that was raised
        return Trouble("image_too_large", f"has more than {rules.max_pixels:,} pixels, or more than Pillow opens")
    except Exception:  # damaged files make decoders raise whatever comes to hand
        return Trouble("bad_image", "is not an image that can be read")
    return suffix


def _opened(source: Path | bytes) -> ImageFile:
    from PIL import Image

    return Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=tuple(FORMATS))


def _flaw_of_header(image: ImageFile, rules: ImageRules) -> Trouble | None:
    width, height = image.size
    if width * height > rules.max_pixels:
        return Trouble("image_too_large", f"has {width}×{height} pixels, more than {rules.max_pixels:,}")
    if image.format != "MPO" and getattr(image, "is_animated", False):
        return Trouble("bad_image", "is animated")
    return None


def named(prompts: pa.Table) -> Iterator[tuple[int, str, list[str]]]:
    """(row, input file, image names) of every prompt that has images."""
    for row in np.flatnonzero(prompts["images"].is_valid().to_numpy()).tolist():
        yield row, prompts["file"][row].as_py(), prompts["images"][row].as_py()
