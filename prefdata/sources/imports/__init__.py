"""Importing files: a format a file, found by looking at the rows or named by the user.

A foreign format is a module with NAME, COLUMNS (what shows it), `matches(row)` and `convert(row)`; one whose records
do not follow from a row alone has in place of `convert` a function `reader(file, question)` that gives one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from prefdata.records import KINDS, Records
from prefdata.sources.imports import (
    argilla,
    captions,
    hh,
    label_studio,
    llama_factory,
    mtbench,
    paired,
    pandalm,
    review,
    trl,
    ultrafeedback,
)

Convert = Callable[[dict[str, Any]], Records]


class Format(NamedTuple):
    """reader: (a file's name, what was asked about its images) → what reads the rows of that file."""

    name: str
    columns: tuple[str, ...]
    matches: Callable[[dict[str, Any]], bool]
    reader: Callable[[str, str | None], Convert]


def _alone(convert: Convert) -> Callable[[str, str | None], Convert]:
    """The reader of a format whose rows say all."""
    return lambda file, question: convert


# The first that matches a row reads it: the narrow ones come before the broad one.
FOREIGN = (
    *(Format(m.NAME, m.COLUMNS, m.matches, _alone(m.convert)) for m in (label_studio, argilla, review)),
    *(Format(m.NAME, m.COLUMNS, m.matches, _alone(m.convert)) for m in (mtbench, pandalm, paired, ultrafeedback)),
    Format(captions.NAME, captions.COLUMNS, captions.matches, captions.reader),
    *(Format(m.NAME, m.COLUMNS, m.matches, _alone(m.convert)) for m in (llama_factory, hh, trl)),
)
ASKED = ("prompt", captions.NAME)  # the formats that take a question from the config
NAMES: tuple[str, ...] = (*KINDS, *(f.name for f in FOREIGN))


def foreign(name: str) -> Format | None:
    """The foreign format called `name`; None for prefdata's own."""
    return next((f for f in FOREIGN if f.name == name), None)
