"""A config's section objectives → settings; the files that it names are read here.

Weights come from one of `preset`, `weights` and `learned`; then `progress` moves them, then `complaints` do, and both
move the weights of tags alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from prefdata.casting.checks import Section
from prefdata.casting.dimensions import check_scored, scored
from prefdata.casting.verifiers import file_of
from prefdata.errors import InputError
from prefdata.models import Judge
from prefdata.objectives import complaints, learned, progress
from prefdata.objectives.settings import Objectives, Weights
from prefdata.objectives.views import instruction
from prefdata.objectives.weights import PRESETS, summed_to_one

BASES = ("preset", "weights", "learned")
MOVERS = ("progress", "complaints")
FILES = {
    "progress": "write a JSON file {dimension: [shares, the oldest first]}, or a CSV file with a column a dimension",
    "learned": "make it with `prefdata weights`",
    "complaints": "write a file of feedback, see `prefdata schema feedback`",
}


def objectives(path: Path, raw: Section, judges: Sequence[Judge]) -> Objectives:
    given = raw.get("objectives", {})
    _check_together(path, given)
    files = {name: file_of(path, f"objectives.{name}", given[name], FILES[name]) for name in FILES if name in given}
    found = Objectives(
        weights=_weights(path, given, files),
        by_tag=_by_tag(path, given.get("by_tag", {})),
        floors=given.get("floors", {}),
        pairs=given.get("pairs", "overall"),
        conditions=_conditions(path, given.get("conditions", {})),
    )
    _check_names(path, given, found, scored(judges), "inputs" in raw)
    return _moved(found, files)


def _moved(given: Objectives, files: dict[str, Path]) -> Objectives:
    by = tuple(name for name in MOVERS if name in files)
    found = replace(given, moved_by=by, unmoved={"weights": given.weights, "floors": given.floors}) if by else given
    if "progress" in files:
        known = progress.read(files["progress"], found.dimensions)
        found = _each(found, lambda weights: progress.adapted(weights, known))
    if "complaints" in files:
        heard = complaints.read(files["complaints"], (*found.dimensions, *found.floors))
        found = _each(found, lambda weights: complaints.shifted(weights, heard))
        found = replace(found, floors=complaints.raised(found.floors, found.dimensions, heard))
    return found


def _each(found: Objectives, move: Callable[[Weights], Weights]) -> Objectives:
    """The same with every weighting moved."""
    by_tag = {tag: {value: move(w) for value, w in values.items()} for tag, values in found.by_tag.items()}
    return replace(found, weights=move(found.weights) if found.weights else {}, by_tag=by_tag)


def _weights(path: Path, given: Section, files: dict[str, Path]) -> Weights:
    if "preset" in given:
        return dict(PRESETS[given["preset"]])
    if "learned" in given:
        return learned.read(files["learned"])
    return _summed(path, "objectives.weights", given["weights"]) if "weights" in given else {}


def _by_tag(path: Path, given: Section) -> dict[str, dict[str, Weights]]:
    return {
        tag: {value: _summed(path, f"objectives.by_tag.{tag}.{value}", w) for value, w in values.items()}
        for tag, values in given.items()
    }


def _conditions(path: Path, given: Section) -> dict[str, Weights]:
    """Conditions must differ in what their prompts say, or one prompt would have two labels."""
    found = {name: _summed(path, f"objectives.conditions.{name}", weights) for name, weights in given.items()}
    said: dict[str, str] = {}
    for name, weights in found.items():
        if (other := said.setdefault(instruction(weights), name)) != name:
            problem, remedy = f'says the same as "{other}": {instruction(weights)}', "leave one of both out"
            raise InputError(str(path), problem, remedy, None, f"objectives.conditions.{name}")
    return found


def _summed(path: Path, where: str, weights: Weights) -> Weights:
    if not any(weights.values()):
        raise InputError(str(path), "all weights are 0", "give at least one a weight above 0", None, where)
    return summed_to_one(weights)


def _check_names(path: Path, given: Section, found: Objectives, known: Sequence[str], imports: bool) -> None:
    """Every dimension is one that somebody scores."""
    base = next((name for name in BASES if name in given), "weights")
    tagged = {f"by_tag.{tag}.{value}": w for tag, values in found.by_tag.items() for value, w in values.items()}
    conditions = {f"conditions.{name}": weights for name, weights in found.conditions.items()}
    for where, names in {base: found.weights, "floors": found.floors, **tagged, **conditions}.items():
        check_scored(path, f"objectives.{where}", names, known, imports)


def _check_together(path: Path, given: Section) -> None:
    """Some choices mean nothing without others, or beside them."""
    bases, conditioned = [name for name in BASES if name in given], given.get("pairs") == "conditioned"
    if len(bases) > 1:
        _refuse(path, bases[1], f"stands beside `{bases[0]}`", "give one of preset, weights and learned")
    if conditioned != ("conditions" in given):
        _refuse(path, "conditions", "one is nothing without the other", "give both: pairs: conditioned, and conditions")
    beside = [name for name in (*BASES, "by_tag", *MOVERS) if name in given]
    if conditioned and len(given["conditions"]) < 2:
        _refuse(path, "conditions", "there are fewer than two", "give two at least, or `weights` in their place")
    if conditioned and beside:
        _refuse(path, beside[0], "means nothing to conditioned pairs", "leave it out; their weights are in conditions")
    if given.get("pairs") == "per_dimension" and not bases:
        _refuse(path, "pairs", "there are no weights, so no dimensions", "give preset, weights or learned")
    moving = next((name for name in MOVERS if name in given), None)
    if moving and not bases and "by_tag" not in given:
        _refuse(path, moving, "there are no weights that it could move", "give preset, weights or learned")


def _refuse(path: Path, field: str, problem: str, remedy: str) -> None:
    raise InputError(str(path), problem, remedy, None, f"objectives.{field}", "unknown_value")
