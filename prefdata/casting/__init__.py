"""Who is asked: a config's policies, verifiers, judges, sources and styles, made from its checked sections."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section, known, told_apart
from prefdata.casting.judges import judges
from prefdata.casting.models import model_fields
from prefdata.casting.sources import sources
from prefdata.casting.verifiers import verifiers
from prefdata.models import Model, Styles

__all__ = ["judges", "policies", "sources", "styles", "verifiers"]


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
