"""Where the images lie that the prompts of a build name: below their input, or in the run that keeps them."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from prefdata.errors import PrefdataError
from prefdata.images import ANY, STORED, Trouble, located, trouble
from prefdata.models import ImageRules
from prefdata.shards import RunDir, read_json, write_text

KEPT = "images"  # the folder of an import step's images
SOURCES = "image_sources.json"  # beside it: name → web address, for those that were fetched
ROOT = "image_root.txt"  # beside it: where the paths of the input start, seen from there; no output of the step


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


def note_root(step: Path, root: Path) -> None:
    """Keep where an input's image paths start, for those who know the run and not its config."""
    write_text(step / ROOT, os.path.relpath(root.resolve(), step.resolve()))


def noted(run: RunDir) -> ImagePlaces:
    """The places of a run whose config is not known. Raises PrefdataError where the run does not say them."""
    names = (step["step"] for step in read_json(run.manifest)["steps"])
    places: dict[str, Place] = {}
    for step in (run.step(name) for name in names if name.startswith("import-")):
        if not (step / ROOT).is_file():
            remedy = "build it again with another --run-dir"
            raise PrefdataError(f"{run.path} does not say where its images lie. To mend it: {remedy}.")
        root = step / (step / ROOT).read_text(encoding="utf-8")
        places[read_json(step / "manifest.json")["facts"]["file"]] = Place(root, step)
    return ImagePlaces(places, ANY)


@lru_cache(16)
def _addresses(path: Path, changed: int) -> dict[str, str]:
    return read_json(path)
