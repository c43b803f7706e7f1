"""A config's section objectives → settings; the files that it names are read here."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section
from prefdata.objectives.settings import Objectives


def objectives(path: Path, raw: Section) -> Objectives:
    given = raw.get("objectives", {})
    names = ("weights", "by_tag", "floors", "pairs", "conditions")
    return Objectives(**{name: given[name] for name in names if name in given})
