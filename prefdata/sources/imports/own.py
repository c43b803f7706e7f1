"""prefdata's own rows, one schema a file: `prompt`, `candidate`, `rating`, `vote`."""

from __future__ import annotations

from typing import Any

from prefdata.records import Kind

# A row is of the kind whose fields it shows most clearly; a row with a missing field still is,
# so that the missing field can be named.
SIGNS: tuple[tuple[Kind, tuple[str, ...], int], ...] = (
    ("vote", ("a", "b", "winner"), 2),
    ("rating", ("candidate_id", "judge", "score"), 2),
    ("candidate", ("candidate_id", "text"), 1),
    ("prompt", ("messages",), 1),
    ("vote", ("a", "b", "winner", "judge"), 1),
    ("prompt", ("prompt_id",), 1),
)


def kind_of(row: dict[str, Any]) -> Kind | None:
    """Which schema a row follows, or None."""
    return next((kind for kind, fields, least in SIGNS if sum(f in row for f in fields) >= least), None)


def flat_kind(columns: list[str]) -> Kind | None:
    """Whether a table with these columns clearly holds votes or ratings."""
    return next((kind for kind, fields, _ in SIGNS[:2] if set(fields) <= set(columns)), None)
