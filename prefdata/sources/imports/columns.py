"""Votes and ratings in Parquet are taken by column: common types, and rows that contradict themselves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROWS_AT_ONCE = 1 << 17


def is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def common(table: pa.Table) -> pa.Table:
    """String views and half floats, which few Arrow functions take, in common types."""
    common = {pa.string_view(): pa.string(), pa.float16(): pa.float64()}
    fields = [pa.field(f.name, common.get(f.type, f.type)) for f in table.schema]
    return table.cast(pa.schema(fields))


def self_comparisons(table: pa.Table) -> list[int]:
    """Rows whose two sides are one candidate."""
    found: list[int] = []
    for start in range(0, len(table), ROWS_AT_ONCE):  # texts take room: not all of them at once
        a, b = (table[side].slice(start, ROWS_AT_ONCE).cast(pa.string()) for side in ("a", "b"))
        same = pc.equal(a, b)
        if pc.any(same).as_py():
            found += (np.flatnonzero(same.fill_null(False).to_numpy()) + start).tolist()
    return found


def empty_scales(table: pa.Table) -> list[int]:
    """Rows whose scale has no extent."""
    ends = [
        table[name].cast(pa.float64()).fill_null(end) if name in table.column_names else pa.scalar(end)
        for name, end in (("scale_min", 1.0), ("scale_max", 10.0))
    ]
    empty = pc.less_equal(ends[1], ends[0])
    return np.flatnonzero(empty.to_numpy()).tolist() if isinstance(empty, pa.ChunkedArray) else []


def outside_scale(table: pa.Table) -> list[int]:
    """Rows whose score lies beyond an end of the scale that the row gives."""
    score = table["score"].cast(pa.float64())
    beyond = [
        check(score, table[name].cast(pa.float64())).fill_null(False).to_numpy()
        for name, check in (("scale_min", pc.less), ("scale_max", pc.greater))
        if name in table.column_names
    ]
    return np.flatnonzero(np.any(beyond, axis=0)).tolist() if beyond else []
