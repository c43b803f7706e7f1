"""A config's section selection → settings."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section
from prefdata.selection.settings import Length, Selection


def selection(path: Path, raw: Section) -> Selection:
    given = dict(raw.get("selection", {}))
    length = given.pop("length", None)
    settings: Section = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Selection(**settings, length=length and _length(path, length))


def _length(path: Path, given: Section) -> Length:
    return Length(rate=given["gold"], by=given.get("by"), how=given.get("how", "drop"))
