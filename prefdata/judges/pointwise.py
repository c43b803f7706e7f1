"""`pointwise`: a score from 1 to 10 on each dimension, all dimensions in one call a candidate."""

from __future__ import annotations

from prefdata.calls.request import Request
from prefdata.judges.asking import json_object, object_of, request
from prefdata.models import Dimension, ModelJudge
from prefdata.questions import Prompt

TASK = "You judge a response to a conversation. Score it from 1 (worst) to 10 (best) on each of: {dimensions}."
SCORE = {"type": "integer", "minimum": 1, "maximum": 10}
Dimensions = tuple[Dimension, ...]


def questions(judge: ModelJudge) -> list[Dimensions]:
    """The dimensions of each call: all in one, or one a call."""
    return [judge.dimensions] if judge.one_call else [(dimension,) for dimension in judge.dimensions]


def ask(judge: ModelJudge, prompt: Prompt, text: str, scored: Dimensions) -> Request:
    named = "; ".join(f"{d.name} ({d.meaning})" if d.meaning else d.name for d in scored)
    shape = ", ".join(f'"{d.name}": <1-10>' for d in scored)
    task = TASK.format(dimensions=named) + f" The JSON is {{{shape}}}."
    schema = object_of({d.name: SCORE for d in scored})
    return request(judge, prompt, task, f"# Response\n{text}", schema)


def read(scored: Dimensions, answer: str) -> dict[str, float] | None:
    """A score for every dimension, or None if the answer does not give them all."""
    found = json_object(answer) or {}
    scores = {dimension.name: found.get(dimension.name) for dimension in scored}
    if all(isinstance(s, int | float) and not isinstance(s, bool) and 1 <= s <= 10 for s in scores.values()):
        return {name: float(score) for name, score in scores.items()}  # type: ignore[arg-type]
    return None
