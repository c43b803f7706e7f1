"""Where the images lie that the prompts of a build name: below their input, or in the run that keeps them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from prefdata.images import STORED, Trouble, located, trouble
from prefdata.models import ImageRules
from prefdata.shards import read_json

KEPT = "images"  # the folder of an import step's images
SOURCES = "image_sources.json"  # beside it: name → web address, for those that were fetched


class Place(NamedTuple):
    """Of one input: where the paths in it start, and the folder of its import step."""

    root: Path
    step: Path


class ImagePlaces:
    """Finds an image by the input that names it, as records have it in `file`, and the name.

    A name that is a sha256 is an image out of a row or from the web, which the import step keeps.
    """

    def __init__(self, places: dict[str, Place], rules: ImageRules) -> None:
        self.places, self.rules = places, rules

    def path(self, file: str, name: str) -> Path:
        """The image's file; whether it is there and can be used is asked with `trouble`."""
        return self._kept(file, name) or self.places[file].root / name

    def found(self, file: str, name: str) -> Path | None:
        """The image's file if there is one where it may lie."""
        path = self._kept(file, name) or located(self.places[file].root, name)
        return path if isinstance(path, Path) else None

    def trouble(self, file: str, name: str) -> Trouble | None:
        """What is wrong with an image, if anything; one that is kept was looked at when it came."""
        return None if self._kept(file, name) else trouble(self.places[file].root, name, self.rules)

    def address(self, file: str, name: str) -> str | None:
        """The web address that an image was fetched from, if it was."""
        path = self.places[file].step / SOURCES
        if not STORED.fullmatch(name) or not path.is_file():
            return None
        return _addresses(path, path.stat().st_mtime_ns).get(name)

    def _kept(self, file: str, name: str) -> Path | None:
        path = self.places[file].step / KEPT / name
        return path if STORED.fullmatch(name) and path.is_file() else None


@lru_cache(16)
def _addresses(path: Path, changed: int) -> dict[str, str]:
    return read_json(path)
