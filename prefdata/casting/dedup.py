"""A config's section dedup → settings."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section
from prefdata.casting.verifiers import file_of
from prefdata.dedup.settings import Dedup
from prefdata.keys import file_key


def dedup(path: Path, raw: Section) -> Dedup | None:
    """None where the config has no such section: then nothing is compared."""
    if "dedup" not in raw:
        return None
    given = dict(raw["dedup"])
    names = given.pop("against", [])
    files = tuple(file_of(path, f"dedup.against.{at}", name) for at, name in enumerate(names))
    return Dedup(**given, against=files, hashes=tuple(file_key(file) for file in files))
