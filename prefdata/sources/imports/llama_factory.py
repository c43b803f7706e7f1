"""`llama_factory`: LLaMA-Factory's `ranking` data, alpaca or sharegpt style.

alpaca `{instruction, input?, system?, history?, chosen, rejected}` (older: `output: [chosen, rejected]`);
sharegpt `{conversations: [{from, value}], chosen: {from, value}, rejected: {from, value}, system?}`.
"""

from __future__ import annotations

from typing import Any

from prefdata.records import Message, Records
from prefdata.sources.imports.conversation import (
    BadRowError,
    look_up,
    need,
    objects_of,
    pair,
    prompt_record,
    text_of,
)

NAME = "llama_factory"
COLUMNS = ("instruction", "chosen", "rejected")
ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
    "observation": "tool",
    "function_call": "assistant",
    "tool": "tool",
}


def matches(row: dict[str, Any]) -> bool:
    ranked = ("chosen" in row and "rejected" in row) or isinstance(row.get("output"), list)
    sharegpt = "conversations" in row or ("messages" in row and isinstance(row.get("chosen"), dict))
    return ranked and ("instruction" in row or sharegpt)


def convert(row: dict[str, Any]) -> Records:
    dialogue = row.get("conversations") or row.get("messages")
    messages = _system(row) + (_sharegpt(dialogue) if dialogue else _alpaca(row))
    chosen, rejected = _pair(row)
    return pair(prompt_record(messages, row), [_answer(chosen, "chosen")], [_answer(rejected, "rejected")])


def _system(row: dict[str, Any]) -> list[Message]:
    return [{"role": "system", "content": str(row["system"])}] if row.get("system") else []


def _sharegpt(dialogue: object) -> list[Message]:
    return [_turn(turn, "conversations") for turn in objects_of(dialogue, "conversations")]


def _alpaca(row: dict[str, Any]) -> list[Message]:
    turns = row.get("history") or []
    if not isinstance(turns, list) or not all(_is_exchange(turn) for turn in turns):
        raise BadRowError(
            "wrong_type", "history", "is not a list of [question, answer]", "write [[question, answer], …]"
        )
    history = [(role, text) for turn in turns for role, text in zip(("user", "assistant"), turn, strict=True)]
    asked = "\n".join(filter(None, [text_of(row, "instruction"), str(row.get("input") or "")]))
    return [{"role": role, "content": text} for role, text in [*history, ("user", asked)]]


def _is_exchange(turn: object) -> bool:
    return isinstance(turn, list) and len(turn) == 2 and all(isinstance(text, str) for text in turn)


def _pair(row: dict[str, Any]) -> tuple[Any, Any]:
    answers = row.get("output")
    if "chosen" in row or not isinstance(answers, list):
        return need(row, "chosen"), need(row, "rejected")
    if len(answers) != 2:
        raise BadRowError("bad_value", "output", "does not hold two answers", "write [chosen, rejected]")
    return answers[0], answers[1]


def _answer(value: Any, field: str) -> Message:
    if isinstance(value, dict):
        return _turn(value, field)
    if not isinstance(value, str):
        raise BadRowError("wrong_type", field, "is neither a text nor a turn", "write a text or {from, value}")
    return {"role": "assistant", "content": value}


def _turn(turn: dict[str, Any], field: str) -> Message:
    role = look_up(ROLES, turn.get("from", turn.get("role")), field)
    return {"role": role, "content": text_of(turn, "value" if "value" in turn else "content")}
