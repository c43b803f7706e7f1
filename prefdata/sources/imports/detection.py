"""Which format a file has, found by looking at its first rows."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

from prefdata import faults
from prefdata.errors import InputError
from prefdata.faults import Fault
from prefdata.sources.imports import FOREIGN, own
from prefdata.sources.imports.reading import Row, is_parquet, open_parquet, place, rows

ROWS = 100


def detect(path: Path) -> str:
    """The format that most of the first rows show: a bad row among them must not decide."""
    if is_parquet(path) and (flat := own.flat_kind(open_parquet(path).schema_arrow.names)):
        return flat
    first = list(islice(rows(path), ROWS))
    shown = Counter(filter(None, (_format_of(row.value) for row in first)))
    if not shown:
        raise _unrecognised(path, first)
    return shown.most_common(1)[0][0]


def _format_of(row: object) -> str | None:
    if not isinstance(row, dict):
        return None
    return next((f.name for f in FOREIGN if f.matches(row)), None) or own.kind_of(row)


def _unrecognised(path: Path, first: list[Row]) -> InputError:
    """What is wrong with a file of which no row shows a format."""
    if not first:
        return InputError(str(path), "the file has no rows", "name a file with rows", reason="empty_file")
    line, value = first[0].line, first[0].value
    fault = value if isinstance(value, Fault) else None if isinstance(value, dict) else faults.row_fault("vote", value)
    if fault is not None:
        return InputError(str(path), fault.problem, fault.remedy, place(path, line), fault.field, fault.reason)
    known = "; ".join(f"{f.name} ({', '.join(f.columns)})" for f in FOREIGN)
    remedy = f"give it with --format; known are prompt, candidate, rating, vote; {known}"
    return InputError(str(path), "the format is not recognised", remedy, reason="unknown_format")
