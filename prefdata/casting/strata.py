"""A config's section strata → settings."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section, known, meant
from prefdata.casting.models import REACHED, model_fields
from prefdata.errors import InputError
from prefdata.models import ModelJudge
from prefdata.strata.settings import BY_RULES, IMAGE_TYPE, OF_PAIRS, Stratum

STYLE = "style"  # with styles every prompt has this tag
ASKED = (REACHED - {"logprobs"}) | {"max_tokens"}


def strata(path: Path, raw: Section) -> tuple[Stratum, ...]:
    given = raw.get("strata", [])
    taken = [*OF_PAIRS, *([STYLE] if "styles" in raw else [])]
    for at, entry in enumerate(given):
        if entry["tag"] in taken:
            problem = f'the tag "{entry["tag"]}" is already made, or is the name of what is measured of pairs'
            raise InputError(str(path), problem, "give each its own name", None, f"strata.{at}.tag", "duplicate_id")
        taken.append(entry["tag"])
    return tuple(_stratum(path, f"strata.{at}", entry) for at, entry in enumerate(given))


def _stratum(path: Path, where: str, given: Section) -> Stratum:
    if given["by"] == "rules":
        meant(path, where, given, {"tag", "by"}, "tags by rules")
        known(path, f"{where}.tag", (given["tag"],), BY_RULES)
        return Stratum(given["tag"])
    if given["tag"] == IMAGE_TYPE and given.get("images") == "none":
        remedy = "leave images out, or call the tag otherwise"
        raise InputError(str(path), "the model is shown no images", remedy, None, f"{where}.images")
    reached = {name: value for name, value in given.items() if name in ASKED}
    model = ModelJudge(**model_fields(path, where, {"name": given["tag"], **reached}), kind="stratum")
    return Stratum(given["tag"], "model", given["values"], model)
