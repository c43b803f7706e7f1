"""Files of answers → votes, as a build imports them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa

from prefdata.errors import InputError
from prefdata.records import FROM_REVIEW
from prefdata.sources.imports.intake import Intake

ANSWERED = "name a queue file in which questions were answered; export Label Studio's projects as JSON"
COLUMNS = ["vote_id", "prompt_id", "a", "b", "winner", "judge", "propensity"]


def answered(path: Path) -> pd.DataFrame:
    """The answers in a file of any of the queue's formats, each once. Raises InputError for a bad row."""
    votes = [table.to_pandas() for table in _tables(path)]
    found = pd.concat([pd.DataFrame(columns=[*COLUMNS, "source"]), *votes], ignore_index=True)
    found = found[found["source"] == FROM_REVIEW].drop_duplicates("vote_id")[COLUMNS]
    if found.empty:
        raise InputError(str(path), "it holds no answers", ANSWERED)
    return found


def _tables(path: Path) -> list[pa.Table]:
    """The votes in the file; one that is of no known format is said to be no queue, for no option could name its."""
    try:
        return [chunk.table for chunk in Intake(path, path.name).chunks() if chunk.kind == "vote"]
    except InputError as error:
        if error.reason != "unknown_format":
            raise
        problem = "it is no queue of `prefdata queue`, nor Label Studio's or Argilla's export of one"
        raise InputError(str(path), problem, ANSWERED) from None
