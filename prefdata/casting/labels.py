"""A config's section labels → settings."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section
from prefdata.casting.verifiers import file_of
from prefdata.keys import file_key
from prefdata.labels.settings import Labels

MAKE = "make it with `prefdata calibrate`, or leave it out"


def labels(path: Path, raw: Section) -> Labels:
    given = dict(raw.get("labels", {}))
    if "trust" not in given:
        return Labels(**given)
    trust = file_of(path, "labels.trust", given["trust"], MAKE)
    return Labels(**{**given, "trust": trust, "trust_hash": file_key(trust)})
