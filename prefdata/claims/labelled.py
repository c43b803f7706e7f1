"""Pictures with labels, by which a detector is measured: prompts that say what is in their image (`objects`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from prefdata import images
from prefdata.claims.sight import Box, Seen
from prefdata.errors import InputError
from prefdata.faults import Fault, row_fault
from prefdata.sources.imports.reading import Row, place, rows


class Labelled(NamedTuple):
    """A picture and all that is in it, in the labels' words; where something is may be unknown."""

    image: Path
    things: tuple[Seen, ...]


def read(path: Path) -> list[Labelled]:
    """Each picture of a file of prompts once; prompts without `objects` say nothing of theirs.

    Raises InputError where a row is no prompt, its image cannot be used, or another row has other objects for it.
    """
    found: dict[str, Labelled] = {}
    for row in rows(path):
        name, things = _labels(path, row)
        if things is None:
            continue
        if name not in found:
            found[name] = Labelled(_image(path, row, name), things)
        elif found[name].things != things:
            remedy = "correct one of the two"
            raise _error(path, row, f"{name} has other objects here than in an earlier row", remedy, "objects")
    if not found:
        remedy = 'name prompts with "image" and "objects"; `prefdata tinyworld draw` writes some'
        raise InputError(str(path), "no row says what is in its image", remedy)
    return list(found.values())


def _labels(path: Path, row: Row) -> tuple[str, tuple[Seen, ...] | None]:
    """The name of a row's image, and what is in it; None where nobody said."""
    fault = row.value if isinstance(row.value, Fault) else row_fault("prompt", row.value)
    if fault is not None:
        raise _error(path, row, fault.problem, fault.remedy, fault.field)
    assert isinstance(row.value, dict)
    shown = [row.value["image"]] if row.value.get("image") else row.value.get("images") or []
    if row.value.get("objects") is None:
        return "", None
    if len(shown) != 1:
        raise _error(path, row, f"{len(shown)} images have one list of objects", "give the row one image", "objects")
    return shown[0], tuple(_thing(path, row, at, each) for at, each in enumerate(row.value["objects"]))


def _thing(path: Path, row: Row, at: int, given: dict[str, Any]) -> Seen:
    box: Box | None = None
    if given.get("box") is not None:
        x0, y0, x1, y1 = map(float, given["box"])
        box = (x0, y0, x1, y1)
        if x0 >= x1 or y0 >= y1:
            remedy = "write x1, y1, x2, y2 from the upper left, or null where the place is not known"
            raise _error(path, row, f"{given['box']} has no area", remedy, f"objects.{at}.box")
    return Seen(given["name"].strip().lower(), 1.0, box, frozenset(given.get("attributes") or ()))


def _image(path: Path, row: Row, name: str) -> Path:
    if trouble := images.trouble(path.parent, name):
        raise _error(path, row, trouble.detail, images.REMEDIES[trouble.reason], "image")
    return path.parent / name


def _error(path: Path, row: Row, problem: str, remedy: str, field: str | None) -> InputError:
    return InputError(str(path), problem, remedy, place(path, row.line), field)
