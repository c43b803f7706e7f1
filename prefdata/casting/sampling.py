"""A config's section candidates → settings; the plan that it names is looked at here."""

from __future__ import annotations

from pathlib import Path

from prefdata.casting.checks import Section
from prefdata.casting.verifiers import file_of
from prefdata.errors import InputError
from prefdata.keys import file_key
from prefdata.models import Model, Sampling, Source

WHERE = "candidates.plan"
MAKE = "name gaps.parquet of a run whose config sets selection.quotas"


def sampling(path: Path, raw: Section, writers: tuple[Model, ...], sources: tuple[Source, ...]) -> Sampling:
    given = dict(raw.get("candidates", {}))
    if "temperatures" in given:
        given["temperatures"] = tuple(given["temperatures"])
    if "plan" not in given:
        return Sampling(**given)
    plan = file_of(path, WHERE, given["plan"], MAKE)
    _check(plan, {*(["sample"] if writers else []), *(source.name for source in sources)})
    return Sampling(**{**given, "plan": plan, "plan_hash": file_key(plan)})


def _check(plan: Path, known: set[str]) -> None:
    """It must be a plan, and of sources that this config has. Raises InputError."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from prefdata.shards import GAPS, read_table

    try:
        rows = read_table(plan, GAPS.names).cast(GAPS)
    except (pa.ArrowException, OSError, ValueError, KeyError):
        raise InputError(str(plan), "is no plan for generation", MAKE, None, None, "bad_file") from None
    for name in sorted(set(pc.unique(rows["source"]).to_pylist()) - known):
        remedy = f"add the source to the config; it has {', '.join(sorted(known)) or 'none'}"
        raise InputError(str(plan), f'"{name}" is no source of the config', remedy, None, "source", "unknown_value")
