"""`review`: rows of prefdata's own review queue, with the winner filled in by people.

  {"task_id", "prompt_id", "left_id", "right_id", "propensity", …, "winner": "left", "judge": "anna"}

A row whose winner is null is not answered yet and is left out.
"""

from __future__ import annotations

from typing import Any

from prefdata.records import Records
from prefdata.sources.imports.answers import PAIR, UnansweredError, vote
from prefdata.sources.imports.conversation import BadRowError

NAME = "review"
COLUMNS = (*PAIR, "winner")


def matches(row: dict[str, Any]) -> bool:
    return asked(row) is not None


def asked(row: dict[str, Any]) -> dict[str, Any] | None:
    """What the queue wrote beside the question; None if this is no row of it."""
    return row if all(name in row for name in ("task_id", "left_id", "right_id")) else None


def convert(row: dict[str, Any]) -> Records:
    if "winner" not in row:
        raise BadRowError("missing_field", "winner", "the field is missing", "write who won, or null")
    if row["winner"] in (None, ""):
        raise UnansweredError("unanswered", "nobody has answered yet")
    judge = row.get("judge")
    if not isinstance(judge, str) or not judge.strip():
        raise BadRowError(
            "missing_field", "judge", "it is not said who answered", 'write the person\'s name as "judge"'
        )
    return Records(vote=[vote(row, row["winner"], judge, "winner")])
