"""`llama_factory`: LLaMA-Factory's `ranking` data, alpaca or sharegpt style.

alpaca `{instruction, input?, system?, history?, chosen, rejected}` (older: `output: [chosen, rejected]`);
sharegpt `{conversations: [{from, value}], chosen: {from, value}, rejected: {from, value}, system?}`.
"""

from __future__ import annotations

from typing import Any

from prefdata.records import Message, Records
from prefdata.sources.imports.conversation import BadRowError, need, pair, prompt_record, text_of

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
    messages = _system(row) + ([_turn(turn, "conversations") for turn in dialogue] if dialogue else _alpaca(row))
    chosen, rejected = _pair(row)
    return pair(prompt_record(messages, row), [_answer(chosen, "chosen")], [_answer(rejected, "rejected")])


def _system(row: dict[str, Any]) -> list[Message]:
    return [{"role": "system", "content": str(row["system"])}] if row.get("system") else []


def _alpaca(row: dict[str, Any]) -> list[Message]:
    history = [
        (role, text)
        for turn in row.get("history") or []
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    asked = "\n".join(filter(None, [text_of(row, "instruction"), str(row.get("input") or "")]))
    return [{"role": role, "content": text} for role, text in [*history, ("user", asked)]]


def _pair(row: dict[str, Any]) -> tuple[Any, Any]:
    if "chosen" in row:
        return need(row, "chosen"), need(row, "rejected")
    if len(row["output"]) != 2:
        raise BadRowError("bad_value", "output", "does not hold two answers", "write [chosen, rejected]")
    return row["output"][0], row["output"][1]


def _answer(value: Any, field: str) -> Message:
    if isinstance(value, dict):
        return _turn(value, field)
    if not isinstance(value, str):
        raise BadRowError("wrong_type", field, "is neither a text nor a turn", "write a text or {from, value}")
    return {"role": "assistant", "content": value}


def _turn(turn: Any, field: str) -> Message:
    who = turn.get("from", turn.get("role")) if isinstance(turn, dict) else None
    if who not in ROLES:
        raise BadRowError("unknown_value", field, f'the speaker "{who}" is not known', f"use one of {', '.join(ROLES)}")
    return {"role": ROLES[who], "content": str(turn.get("value", turn.get("content", "")))}
