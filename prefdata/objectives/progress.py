"""Weights that follow training: dimensions that lag get more.

A dimension's progress is the share of what it lacked that it has gained, (last − first) / (1 − first), from values
between 0 and 1 such as accuracies. Its weight is multiplied by exp((mean progress − its own) / TEMPERATURE), in its
bounds (`weights.moved`). This is dynamic weight averaging (Liu, Johns and Davison, End-to-End Multi-Task Learning with
Attention, 2019, eq. 7) with what is still lacking for the loss, over the whole file instead of two epochs, and around
the given weights instead of equal ones.
"""

from __future__ import annotations

import csv
import difflib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prefdata.errors import InputError
from prefdata.objectives.settings import Weights
from prefdata.objectives.weights import moved

TEMPERATURE = 0.5  # half of the lack made good more or less than the mean: e times less or more weight
CLOSE = 0.8  # so alike are a name and its slip

Progress = Mapping[str, Sequence[float]]


def adapted(weights: Weights, progress: Progress) -> Weights:
    """The weights after such progress (dimension → values in [0, 1], the oldest first, at least two).

    A dimension whose progress is not known counts as one with the mean progress.
    """
    made = {name: _made(values) for name, values in progress.items() if name in weights}
    mean = sum(made.values()) / max(len(made), 1)
    return moved(weights, {name: math.exp((mean - own) / TEMPERATURE) for name, own in made.items()})


def _made(values: Sequence[float]) -> float:
    """From −1, for one that has got much worse, to 1."""
    first, last = values[0], values[-1]
    return 1.0 if first >= 1 and last >= 1 else max(-1.0, (last - first) / max(1 - first, 1e-9))


def read(path: Path, dimensions: Iterable[str]) -> Progress:
    """The values of these dimensions: of a JSON object {dimension: [values]}, or of a CSV file's columns.

    Others are left aside, for files of metrics hold more. Raises InputError if no dimension is in the file, and for a
    name that looks like a slip.
    """
    wanted = list(dimensions)
    table = _table(path)
    for name in (name for name in table if name not in wanted):
        if close := difflib.get_close_matches(name, wanted, 1, CLOSE):
            problem, remedy = "is no dimension that has a weight", f'write "{close[0]}"'
            raise InputError(str(path), problem, remedy, None, name, "unknown_value")
    found = {name: _values(path, name, table[name]) for name in wanted if name in table}
    if not found:
        remedy = f"give values of {', '.join(wanted)}"
        raise InputError(str(path), "shows the progress of no dimension that has a weight", remedy)
    return found


def _table(path: Path) -> dict[str, list[Any]]:
    """Name → values as they stand; CSV's empty cells are left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            rows = list(csv.DictReader(text.splitlines()))
            return {name: [row[name] for row in rows if row[name]] for name in (rows[0] if rows else ()) if name}
        found = json.loads(text)
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "write JSON, or CSV in a file named .csv") from None
    if not isinstance(found, dict):
        raise InputError(str(path), "is not an object", "write {dimension: [values]}")
    return found


def _values(path: Path, name: str, given: Any) -> list[float]:
    """At least two shares."""
    try:
        values = [float(value) for value in given]
    except (TypeError, ValueError):
        raise InputError(str(path), "is not a list of numbers", "write [.61, .64]", None, name, "wrong_type") from None
    if len(values) < 2:
        raise InputError(str(path), "has fewer than two values", "give its first and its last", None, name)
    if not all(0 <= value <= 1 for value in values):
        remedy = "give shares such as accuracies, higher where better"
        raise InputError(str(path), "has a value outside 0 to 1", remedy, None, name, "out_of_range")
    return values
