"""Errors by origin: what a corruption says that it made wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.strata.errors.claims import OF_KIND, is_supported
from prefdata.strata.errors.rows import errors

TAKEN_AWAY = "incomplete"
OF_EDIT = {**OF_KIND, "image": "wrong_image"}
OF_DAMAGE = {
    "truncate": "incomplete",
    "repeat": "repetition",
    "drop_words": "broken_grammar",
    "swap_words": "broken_grammar",
    "replace_words": "broken_grammar",
}
MISLEADING = ("false_premise", "false_detail")
SCHEMA = pa.schema([(name, pa.string()) for name in ("prompt_id", "claim_id", "error")]).append(
    pa.field("row", pa.int64())
)


def made_wrong(candidates: pa.Table, verdicts: pa.Table | None) -> pd.DataFrame:
    """The errors that sources put into candidates on purpose; not those that a judge looked at and found to be so."""
    found = pa.Table.from_pylist(list(_found(candidates)), schema=SCHEMA)
    if verdicts is not None and len(found):
        found = found.filter(pc.invert(is_supported(found, verdicts)))
    return errors(found["row"].to_numpy(), pd.Categorical(found["error"].to_numpy()))


def _found(candidates: pa.Table) -> Iterator[dict[str, Any]]:
    """Only origins that may tell of an error are read."""
    origin = candidates["origin"].cast(pa.string())
    telling = pc.match_substring_regex(origin, r'"(?:edit|how)":').fill_null(False).to_numpy(zero_copy_only=False)
    row = np.flatnonzero(telling)
    taken = pa.table({"origin": origin, "prompt_id": candidates["prompt_id"].cast(pa.string())}).take(pa.array(row))
    for at, text, prompt_id in zip(row.tolist(), *(column.to_pylist() for column in taken.columns), strict=True):
        origins = json.loads(text)
        if error := _error(origins):
            edit = origins.get("edit")
            claim_id = edit.get("claim_id") if isinstance(edit, dict) and error != TAKEN_AWAY else None
            yield {"row": at, "prompt_id": prompt_id, "claim_id": claim_id, "error": error}


def _error(origin: dict[str, Any]) -> str | None:
    edit, how = origin.get("edit"), origin.get("how")
    if isinstance(edit, dict):
        return OF_EDIT.get(edit.get("type", "")) if edit.get("to") else TAKEN_AWAY
    if how in MISLEADING and origin.get("confirmed"):
        return "false_detail"
    return OF_DAMAGE.get(how) if isinstance(how, str) else None
