"""Importing files: a format a file, found by looking at the rows or named by the user.

A foreign format is a module with NAME, COLUMNS (what shows it), `matches(row)` and `convert(row)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from prefdata.records import KINDS, Records
from prefdata.sources.imports import hh, llama_factory, mtbench, paired, pandalm, trl, ultrafeedback


class Format(NamedTuple):
    name: str
    columns: tuple[str, ...]
    matches: Callable[[dict[str, Any]], bool]
    convert: Callable[[dict[str, Any]], Records]


# The first that matches a row reads it: the narrow ones come before the broad one.
FOREIGN = tuple(
    Format(m.NAME, m.COLUMNS, m.matches, m.convert)
    for m in (mtbench, pandalm, paired, ultrafeedback, llama_factory, hh, trl)
)
NAMES: tuple[str, ...] = (*KINDS, *(f.name for f in FOREIGN))


def foreign(name: str) -> Format | None:
    """The foreign format called `name`; None for prefdata's own."""
    return next((f for f in FOREIGN if f.name == name), None)
