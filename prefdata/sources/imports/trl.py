"""`trl`: the Hugging Face preference format, prompt explicit or implied, conversational or plain.

Rows `{prompt?, chosen, rejected}`; texts or lists of messages. Scores beside the pair
(`score_chosen`/`score_rejected`, `chosen-rating`/`rejected-rating`) become ratings, so that the
label has evidence. Definition: the dataset formats page of the TRL documentation; `{system?, question,
chosen, rejected}` (Orca DPO pairs) is read too.
"""

from __future__ import annotations

import math
from typing import Any

from prefdata.records import Candidate, Message, Rating, Records
from prefdata.sources.imports.conversation import (
    BadRowError,
    messages_of,
    need,
    pair,
    pair_from_dialogues,
    prompt_record,
)

NAME = "trl"
COLUMNS = ("chosen", "rejected")
SCORES = (
    ("score_chosen", "score_rejected"),
    ("chosen_score", "rejected_score"),
    ("chosen-rating", "rejected-rating"),
    ("chosen_rating", "rejected_rating"),
)


def matches(row: dict[str, Any]) -> bool:
    return "chosen" in row and "rejected" in row


def convert(row: dict[str, Any]) -> Records:
    chosen, rejected = need(row, "chosen"), need(row, "rejected")
    if isinstance(chosen, str) != isinstance(rejected, str):
        raise BadRowError(
            "wrong_type",
            "rejected",
            "chosen and rejected are of different types",
            "write both as texts or both as messages",
        )
    row = _with_question(row)
    records = _with_prompt(row, chosen, rejected) if row.get("prompt") else _without_prompt(row, chosen, rejected)
    return _with_scores(row, records)


def _with_question(row: dict[str, Any]) -> dict[str, Any]:
    """Rows of the Orca kind {system?, question, chosen, rejected} in the words of TRL."""
    if row.get("prompt") or not isinstance(row.get("question"), str):
        return row
    system = row.get("system")
    turns = [("system", system)] if isinstance(system, str) and system else []
    prompt = [{"role": role, "content": text} for role, text in [*turns, ("user", row["question"])]]
    return {**row, "prompt": prompt}


def _with_prompt(row: dict[str, Any], chosen: Any, rejected: Any) -> Records:
    best, worst = _completion(chosen, "chosen"), _completion(rejected, "rejected")
    if best[0]["role"] in ("system", "user"):
        return pair_from_dialogues(best, worst, row)  # the prompt is repeated inside both dialogues
    prompt = prompt_record(messages_of(row["prompt"], "prompt"), row, row.get("prompt_id"))
    return pair(prompt, best, worst, (row.get("chosen_id"), row.get("rejected_id")))


def _completion(value: Any, field: str) -> list[Message]:
    return [{"role": "assistant", "content": value}] if isinstance(value, str) else messages_of(value, field)


def _without_prompt(row: dict[str, Any], chosen: Any, rejected: Any) -> Records:
    if not isinstance(chosen, str):
        return pair_from_dialogues(messages_of(chosen, "chosen"), messages_of(rejected, "rejected"), row)
    shared = _shared_text(chosen, rejected)
    if not shared.strip():
        raise BadRowError(
            "missing_field",
            "prompt",
            "there is no prompt, and chosen and rejected share no beginning",
            'add "prompt" to the row',
        )
    prompt = prompt_record([{"role": "user", "content": shared}], row, row.get("prompt_id"))
    return pair(prompt, _completion(chosen[len(shared) :], "chosen"), _completion(rejected[len(shared) :], "rejected"))


def _shared_text(chosen: str, rejected: str) -> str:
    """The longest common beginning, without the blank before the responses, as TRL's extract_prompt."""
    length = next(
        (i for i, (x, y) in enumerate(zip(chosen, rejected, strict=False)) if x != y), min(len(chosen), len(rejected))
    )
    return chosen[: length - 1] if length and chosen[length - 1] == " " else chosen[:length]


def _with_scores(row: dict[str, Any], records: Records) -> Records:
    """Replace the bare label by ratings where the row has scores."""
    for names in SCORES:
        scores = [_score(row, name) for name in names if isinstance(row.get(name), int | float)]
        if len(scores) == 2:
            records.rating = [_rating(c, score) for c, score in zip(records.candidate, scores, strict=True)]
            records.vote = []
            break
    return records


def _score(row: dict[str, Any], name: str) -> float:
    score = float(row[name])
    if not math.isfinite(score):
        raise BadRowError("not_a_number", name, f"{score} is not a finite number", "write a number, or leave it out")
    return score


def _rating(candidate: Candidate, score: float) -> Rating:
    name, response = candidate["prompt_id"], candidate["candidate_id"]
    return {"prompt_id": name, "candidate_id": response, "judge": "dataset", "score": score}
