"""A config's section strata → settings."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section, meant
from prefdata.casting.models import REACHED, model_fields
from prefdata.models import ModelJudge
from prefdata.strata.settings import Stratum


def strata(path: Path, raw: Section) -> tuple[Stratum, ...]:
    return tuple(_stratum(path, f"strata.{at}", entry) for at, entry in enumerate(raw.get("strata", [])))


def _stratum(path: Path, where: str, given: Section) -> Stratum:
    if given["by"] == "rules":
        meant(path, where, given, {"tag", "by"}, "a stratum by rules")
        return Stratum(given["tag"])
    reached = {name: value for name, value in given.items() if name in REACHED}
    model = ModelJudge(**model_fields(path, where, {"name": given["tag"], **reached}), kind="stratum")
    return Stratum(given["tag"], "model", given.get("values", {}), model)
