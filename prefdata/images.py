"""The images that prompts name: where they may lie, whether they can be read, and what identifies them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa


class Trouble(NamedTuple):
    """Why an image cannot be exported."""

    reason: str
    detail: str


def trouble(folder: Path, name: str) -> Trouble | None:
    """What is wrong with the image `name` of an input file that lies in `folder`, if anything.

    Images must lie in that folder or below it: a data set must not pick up other files of the machine.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        return Trouble("missing_image", f"{name} lies outside the folder of its input file")
    if not path.is_file():
        return Trouble("missing_image", f"there is no file {name}")
    return None if _decodes(path) else Trouble("bad_image", f"{name} is not an image that can be read")


def _decodes(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def named(prompts: pa.Table) -> Iterator[tuple[int, str, list[str]]]:
    """(row, input file, image names) of every prompt that has images."""
    for row in np.flatnonzero(prompts["images"].is_valid().to_numpy()).tolist():
        yield row, prompts["file"][row].as_py(), prompts["images"][row].as_py()
