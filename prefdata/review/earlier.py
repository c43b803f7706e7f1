"""The pairs that earlier queues asked about, from their files: as they were written, or with answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefdata.errors import InputError
from prefdata.sources.imports import argilla, label_studio, review
from prefdata.sources.imports.reading import place, rows

ASKED = (label_studio.asked, argilla.asked, review.asked)
ANSWERS = ("winner", "judge", "annotations", "responses", argilla.FLAT)  # empty as long as nobody has answered


def pairs(path: Path) -> set[tuple[str, str, str]]:
    """(prompt_id, a, b) with a < b of every row of a queue file in any of the formats. Raises InputError."""
    found = set()
    for line, value, _ in rows(path):
        known = _asked(value) if isinstance(value, dict) else None
        if known is None or not all(isinstance(known.get(n), str) for n in ("prompt_id", "left_id", "right_id")):
            remedy = "name files that `prefdata queue` wrote, or that came back with answers"
            raise InputError(str(path), "is no row of a review queue", remedy, place(path, line))
        found.add((known["prompt_id"], *sorted((known["left_id"], known["right_id"]))))
    return found


def untouched(path: Path) -> bool:
    """Whether a file is a queue in which nobody has answered anything yet."""
    known = [value for _, value, _ in rows(path)]
    return all(isinstance(row, dict) and _asked(row) and not any(map(row.get, ANSWERS)) for row in known)


def _asked(row: dict[str, Any]) -> dict[str, Any] | None:
    return next(filter(None, (asked(row) for asked in ASKED)), None)
