"""What people answered to questions of the review queue, as votes: what its three formats share.

A question shows two responses, `left` and `right`. Its answer becomes a vote of the person on left (a) and right (b),
named by question and person, so that an answer that is imported twice is one vote.
"""

from __future__ import annotations

from typing import Any

from prefdata.records import FROM_REVIEW, Vote
from prefdata.sources.imports.conversation import BadRowError, look_up

WINNERS = {"left": "a", "right": "b", "tie": "tie", "both_bad": "both_bad"}
PAIR = ("task_id", "prompt_id", "left_id", "right_id")  # what names a question and its two responses
UNASKED = "keep what the queue wrote beside the question"


class UnansweredError(BadRowError):
    """Nothing is wrong with the row: it is only left out."""

    def __init__(self, reason: str, problem: str) -> None:
        super().__init__(reason, None, problem, "")


def vote(asked: dict[str, Any], winner: object, judge: str, field: str) -> Vote:
    """asked: what the queue wrote beside the question; winner: a key of WINNERS; field: where it stands in the row."""
    task, prompt, left, right = (_text(asked, name) for name in PAIR)
    found: Vote = {
        "vote_id": f"{task}:{judge}",
        "prompt_id": prompt,
        "a": left,
        "b": right,
        "winner": look_up(WINNERS, winner, field),
        "judge": judge,
        "order": "ab",
        "source": FROM_REVIEW,
    }
    return found if asked.get("propensity") is None else {**found, "propensity": asked["propensity"]}


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise BadRowError("missing_field", name, "the field is missing", UNASKED)
    return value
