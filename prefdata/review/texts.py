"""The prompts, responses and images of the few pairs that were drawn, read from a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.image_places import ImagePlaces, noted
from prefdata.review.pool import outputs
from prefdata.review.task import Side
from prefdata.shards import RunDir, read_table

Row = dict[str, Any]


class Texts:
    """Everything that is said in the prompts of `pairs` (columns prompt_id, a, b); of doubles the first counts."""

    def __init__(self, run: RunDir, pairs: pd.DataFrame) -> None:
        ids = pa.array(sorted(set(pairs["prompt_id"])), pa.string())
        prompts = _rows(run, "prompt", ids, ["prompt_id", "messages", "images", "file"])
        candidates = _rows(run, "candidate", ids, ["prompt_id", "candidate_id", "text", "context"])
        self.prompts = {row["prompt_id"]: row for row in reversed(prompts)}
        self.candidates = {(row["prompt_id"], row["candidate_id"]): row for row in reversed(candidates)}
        self.places: ImagePlaces | None = noted(run) if any(row["images"] for row in prompts) else None

    def prompt(self, prompt_id: str) -> tuple[list[Any], tuple[Path, ...]]:
        """(messages, images)"""
        row = self.prompts[prompt_id]
        names = row["images"] or []
        return row["messages"], tuple(self.places.path(row["file"], name) for name in names if self.places)

    def side(self, prompt_id: str, candidate_id: str) -> Side:
        row = self.candidates[prompt_id, candidate_id]
        return Side(candidate_id, row["text"], row["context"] or [])


def _rows(run: RunDir, kind: str, prompt_ids: pa.Array, columns: list[str]) -> list[Row]:
    """The records of these prompts: a file at a time, for all together may be very many."""
    found: list[Row] = []
    for path in outputs(run, kind):
        table = read_table(path, columns)
        found += table.filter(pc.is_in(table["prompt_id"].cast(pa.string()), prompt_ids)).to_pylist()
    return found
