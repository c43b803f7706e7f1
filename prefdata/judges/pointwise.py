"""`pointwise`: a score from 1 to 10 on each dimension, all dimensions in one call a candidate."""

from __future__ import annotations

from prefdata.calls.request import Request
from prefdata.judges.asking import Messages, conversation, json_object, request
from prefdata.models import Judge

TASK = "You judge a response to a conversation. Score it from 1 (worst) to 10 (best) on each of: {dimensions}."


def ask(judge: Judge, prompt: Messages, text: str) -> Request:
    shape = ", ".join(f'"{dimension}": <1-10>' for dimension in judge.dimensions)
    task = TASK.format(dimensions=", ".join(judge.dimensions)) + f" The JSON is {{{shape}}}."
    return request(judge, task, f"# Conversation\n{conversation(prompt)}\n\n# Response\n{text}")


def read(judge: Judge, answer: str) -> dict[str, float] | None:
    """A score for every dimension, or None if the answer does not give them all."""
    found = json_object(answer) or {}
    scores = {dimension: found.get(dimension) for dimension in judge.dimensions}
    if all(isinstance(s, int | float) and not isinstance(s, bool) and 1 <= s <= 10 for s in scores.values()):
        return {dimension: float(score) for dimension, score in scores.items()}  # type: ignore[arg-type]
    return None
