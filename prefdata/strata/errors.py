"""What is wrong with a candidate, by its ratings and its claims: its error type if it is rejected."""

from __future__ import annotations

import pyarrow as pa


def error_types(
    candidates: pa.Table, ratings: pa.Table, claims: pa.Table | None, verdicts: pa.Table | None
) -> pa.Array:
    """The gravest error of each candidate [N], null where nothing is known to be wrong."""
    return pa.nulls(len(candidates), pa.string())
