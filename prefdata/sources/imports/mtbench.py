"""`mtbench`: MT-bench and Chatbot Arena judgments, with or without the conversations (Zheng et al. 2023).

A prompt is a question at a turn, a candidate is a model. In a later turn each model has its own
earlier answers: they become the candidate's context.
"""

from __future__ import annotations

from typing import Any

from prefdata.records import Candidate, Message, Prompt, Records, Vote
from prefdata.sources.imports.conversation import (
    BadRowError,
    common_prefix,
    look_up,
    messages_of,
    split_completion,
    text_of,
)

NAME = "mtbench"
COLUMNS = ("question_id", "model_a", "model_b", "winner", "judge")
WINNER = {"model_a": "a", "model_b": "b", "tie": "tie", "tie (inconsistent)": "tie", "tie (bothbad)": "both_bad"}
BOTH_ORDERS = "gpt4_pair"  # this judge saw both orders, so its verdicts have none


def matches(row: dict[str, Any]) -> bool:
    return "model_a" in row and "model_b" in row and "question_id" in row


def convert(row: dict[str, Any]) -> Records:
    prompt_id = f"{text_of(row, 'question_id')}:{_turn(row)}"
    records = Records(vote=[_vote(row, prompt_id)])
    if row.get("conversation_a") and row.get("conversation_b"):
        _add_texts(row, prompt_id, records)
    return records


def _turn(row: dict[str, Any]) -> int:
    turn = row.get("turn") or 1
    if not isinstance(turn, int | float) or turn != turn // 1 or turn < 1:
        raise BadRowError("bad_value", "turn", f"{turn!r} is not the number of a turn", "write 1, 2 …")
    return int(turn)


def _vote(row: dict[str, Any], prompt_id: str) -> Vote:
    judge = text_of(row, "judge")
    order = None if judge == BOTH_ORDERS else "ab"
    return {
        "prompt_id": prompt_id,
        "a": text_of(row, "model_a"),
        "b": text_of(row, "model_b"),
        "winner": look_up(WINNER, row.get("winner"), "winner"),
        "judge": judge,
        "order": order,
    }


def _add_texts(row: dict[str, Any], prompt_id: str, records: Records) -> None:
    sides = [_until(_turn(row), messages_of(row[name], name), name) for name in ("conversation_a", "conversation_b")]
    # Models part at their first answer; only the questions before it are the shared prompt.
    shared = min(common_prefix(*sides), 1)
    if not shared:
        raise BadRowError(
            "bad_value",
            "conversation_b",
            "the two conversations begin with different questions",
            "compare answers to one question",
        )
    prompt: Prompt = {"prompt_id": prompt_id, "messages": sides[0][:shared]}
    records.prompt = [prompt]
    records.candidate = [
        _candidate(prompt_id, str(row[m]), side[shared:], f)
        for m, side, f in zip(("model_a", "model_b"), sides, ("conversation_a", "conversation_b"), strict=True)
    ]


def _until(turn: int, messages: list[Message], field: str) -> list[Message]:
    if len(messages) < 2 * turn:
        raise BadRowError("bad_value", field, f"has no answer at turn {turn}", "give the conversation up to its turn")
    return messages[: 2 * turn]


def _candidate(prompt_id: str, model: str, turns: list[Message], field: str) -> Candidate:
    context, text = split_completion(turns, field)
    return {
        "prompt_id": prompt_id,
        "candidate_id": model,
        "text": text,
        "context": context,
        "origin": {"source": "import", "model": model},
    }
