"""`ultrafeedback`: an instruction with several completions, each rated on several aspects (Cui et al. 2023).

The aspects' ratings are imported, not `overall_score`: in about 2 000 rows of the published set an
overall score of 1 was stored as 10 (UltraFeedback issue 8). Where no aspect is rated the overall
score is used.
"""

from __future__ import annotations

import math
from typing import Any

from prefdata.keys import short_key
from prefdata.records import Candidate, Prompt, Rating, Records
from prefdata.sources.imports.conversation import BadRowError, need, objects_of, prompt_record, text_of

NAME = "ultrafeedback"
COLUMNS = ("instruction", "completions")


def matches(row: dict[str, Any]) -> bool:
    return "completions" in row and "instruction" in row


def convert(row: dict[str, Any]) -> Records:
    completions = objects_of(need(row, "completions"), "completions")
    tags = {"tags": {"source": str(row["source"])}} if row.get("source") else {}
    prompt: Prompt = {**prompt_record([{"role": "user", "content": text_of(row, "instruction")}], row), **tags}  # type: ignore[typeddict-item]
    candidates = [_candidate(prompt["prompt_id"], completion) for completion in completions]
    ratings = [r for c, completion in zip(candidates, completions, strict=True) for r in _ratings(c, completion)]
    return Records([prompt], _distinct(candidates), ratings)


def _candidate(prompt_id: str, completion: dict[str, Any]) -> Candidate:
    model, text = str(completion.get("model") or "unknown"), text_of(completion, "response")
    return {
        "prompt_id": prompt_id,
        "candidate_id": f"{model}#{short_key(text)}",
        "text": text,
        "origin": {"source": "import", "model": model},
    }


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    return list({c["candidate_id"]: c for c in candidates}.values())


def _ratings(candidate: Candidate, completion: dict[str, Any]) -> list[Rating]:
    aspects = completion.get("annotations") or {}
    if not isinstance(aspects, dict):
        raise BadRowError("wrong_type", "annotations", "is not an object", "write {aspect: {Rating}}")
    scores = {name: _score(aspect.get("Rating")) for name, aspect in aspects.items() if isinstance(aspect, dict)}
    rated = {name: score for name, score in scores.items() if score is not None}
    if rated:
        return [_rating(candidate, name, score, scale=(1, 5)) for name, score in rated.items()]
    overall = _score(completion.get("overall_score"))
    return [] if overall is None else [_rating(candidate, None, overall, scale=(1, 10))]


def _rating(candidate: Candidate, dimension: str | None, score: float, scale: tuple[float, float]) -> Rating:
    return {
        "prompt_id": candidate["prompt_id"],
        "candidate_id": candidate["candidate_id"],
        "judge": "gpt-4",
        "dimension": dimension,
        "score": score,
        "scale_min": scale[0],
        "scale_max": scale[1],
    }


def _score(value: object) -> float | None:
    """A rating is a number or a text such as "4"; "N/A" and "nan" are none."""
    try:
        score = float(str(value))
    except ValueError:
        return None
    return score if math.isfinite(score) else None
