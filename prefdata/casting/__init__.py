"""A config's checked sections → who is asked and what is wanted, a section a file."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section, known, told_apart
from prefdata.casting.dedup import dedup
from prefdata.casting.inputs import inputs, splits
from prefdata.casting.judges import judges
from prefdata.casting.labels import labels
from prefdata.casting.models import model_fields
from prefdata.casting.objectives import objectives
from prefdata.casting.sampling import sampling
from prefdata.casting.selection import selection
from prefdata.casting.sources import sources
from prefdata.casting.strata import strata
from prefdata.casting.verifiers import verifiers
from prefdata.models import Model, Styles

__all__ = [
    "dedup", "inputs", "judges", "labels", "objectives", "policies", "sampling", "selection", "sources", "splits",
    "strata", "styles", "verifiers",
]  # fmt: skip


def policies(path: Path, raw: Section) -> tuple[Model, ...]:
    """The models that write. Raises InputError if two have one name."""
    given = raw.get("policies", [])
    told_apart(path, "policies", given, ())
    return tuple(Model(**model_fields(path, f"policies.{at}", entry)) for at, entry in enumerate(given))


def styles(path: Path, raw: Section) -> Styles | None:
    if "styles" not in raw:
        return None
    instructions = raw["styles"]["instructions"]
    wanted = tuple(raw["styles"].get("wanted", instructions))
    known(path, "styles.wanted", wanted, tuple(instructions))
    return Styles(instructions, wanted)
