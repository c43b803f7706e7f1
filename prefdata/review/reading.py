"""Files of answers → votes, as a build imports them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prefdata.errors import InputError
from prefdata.records import FROM_REVIEW
from prefdata.sources.imports.intake import Intake

COLUMNS = ["vote_id", "prompt_id", "a", "b", "winner", "judge", "propensity"]


def answered(path: Path) -> pd.DataFrame:
    """The answers in a file of any of the queue's formats, each once. Raises InputError for a bad row."""
    chunks = [chunk.table for chunk in Intake(path, path.name).chunks() if chunk.kind == "vote"]
    votes = [table.to_pandas() for table in chunks]
    found = pd.concat([pd.DataFrame(columns=[*COLUMNS, "source"]), *votes], ignore_index=True)
    found = found[found["source"] == FROM_REVIEW].drop_duplicates("vote_id")[COLUMNS]
    if found.empty:
        raise InputError(str(path), "it holds no answers", "name a queue file in which questions were answered")
    return found
