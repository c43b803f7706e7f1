"""What several formats share: turning dialogues and pairs of texts into records."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from prefdata.faults import Fault
from prefdata.keys import canonical_json, short_key
from prefdata.records import BARE_LABEL, Candidate, Message, Prompt, Records


class BadRowError(Exception):
    """A row that its format cannot be read from."""

    def __init__(self, reason: str, field: str | None, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.fault = Fault(reason, field, problem, remedy)


def need(row: dict[str, Any], name: str) -> Any:
    """The value of a field that must be there."""
    if row.get(name) is None:
        raise BadRowError("missing_field", name, "the field is missing", f'add "{name}" to the row')
    return row[name]


def text_of(row: dict[str, Any], name: str) -> str:
    """A text field; numbers and booleans that once were text become text again."""
    value = need(row, name)
    if isinstance(value, (dict, list)):
        raise BadRowError("wrong_type", name, "the value is not a text", "write a string")
    return str(value)


def look_up(table: Mapping[Any, str], value: object, field: str) -> str:
    """What `table` makes of a value that must be one of its keys."""
    if not isinstance(value, Hashable) or value not in table:
        known = ", ".join(str(key) for key in table)
        raise BadRowError("unknown_value", field, f"{value!r} is not known", f"use one of {known}")
    return table[value]


def objects_of(value: object, field: str) -> list[dict[str, Any]]:
    """A list of objects."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadRowError("wrong_type", field, "is not a list of objects", "write a list of objects")
    return value


def messages_of(value: object, field: str) -> list[Message]:
    """A list of chat messages; a plain text is one user message."""
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(m, dict) and "role" in m and "content" in m for m in value)
    ):
        raise BadRowError(
            "wrong_type", field, "neither a text nor a list of {role, content} messages", "write one of the two"
        )
    return [{"role": _role(m["role"], field), "content": _content(m["content"])} for m in value]


def _role(value: object, field: str) -> str:
    if value not in ("system", "user", "assistant", "tool"):
        raise BadRowError(
            "unknown_value", field, f'the role "{value}" is not known', "use system, user, assistant or tool"
        )
    return str(value)


def _content(value: object) -> str:
    """Content parts ({type, text}) are joined; images stand in the row's own field."""
    if isinstance(value, list):
        return "".join(str(part.get("text") or "") for part in value if isinstance(part, dict))
    return "" if value is None else str(value)


def prompt_record(messages: list[Message], row: dict[str, Any], prompt_id: str | None = None) -> Prompt:
    """A prompt named by its content unless the row names it."""
    images = images_of(row)
    record: Prompt = {"prompt_id": prompt_id or short_key(canonical_json([messages, images])), "messages": messages}
    if images:
        record["images"] = images
    return record


def images_of(row: dict[str, Any]) -> list[str] | None:
    images = row.get("images") or row.get("image")
    images = [images] if isinstance(images, str) else images
    if images and not (isinstance(images, list) and all(isinstance(image, str) for image in images)):
        raise BadRowError(
            "wrong_type", "images", "is not a list of paths", "write the images as files and name them by path"
        )
    return images or None


def split_completion(turns: list[Message], field: str) -> tuple[list[Message] | None, str]:
    """(context, text): the last assistant turn is the response, what precedes it its own context."""
    if not turns or turns[-1]["role"] != "assistant":
        raise BadRowError(
            "bad_value", field, "does not end with an assistant turn", "end the dialogue with the response"
        )
    return turns[:-1] or None, turns[-1]["content"]


def common_prefix(chosen: list[Message], rejected: list[Message]) -> int:
    """How many turns both share, leaving each its last one."""
    length = 0
    for left, right in zip(chosen[:-1], rejected[:-1], strict=False):
        if left != right:
            break
        length += 1
    return length


def pair(
    prompt: Prompt, chosen: list[Message], rejected: list[Message], ids: tuple[str | None, str | None] = (None, None)
) -> Records:
    """The records of one chosen/rejected row: a prompt, two candidates, a label without evidence."""
    best = _candidate(prompt, chosen, "chosen", ids[0])
    worst = _candidate(prompt, rejected, "rejected", ids[1])
    if worst["candidate_id"] == best["candidate_id"] and None in ids:
        worst["candidate_id"] += "-again"  # identical texts: kept apart here, dropped at export with that reason
    label = {
        "prompt_id": prompt["prompt_id"],
        "a": best["candidate_id"],
        "b": worst["candidate_id"],
        "winner": "a",
        "judge": "dataset",
        "source": BARE_LABEL,
    }
    return Records([prompt], [best, worst], [], [label])  # type: ignore[list-item]


def _candidate(prompt: Prompt, turns: list[Message], field: str, candidate_id: str | None) -> Candidate:
    context, text = split_completion(turns, field)
    own = candidate_id or short_key(canonical_json([context, text]))
    return {
        "prompt_id": prompt["prompt_id"],
        "candidate_id": own,
        "text": text,
        "context": context,
        "origin": {"source": "import"},
    }


def pair_from_dialogues(chosen: list[Message], rejected: list[Message], row: dict[str, Any]) -> Records:
    """Two whole dialogues: what they share is the prompt."""
    shared = common_prefix(chosen, rejected)
    if shared == 0:
        raise BadRowError(
            "bad_value", "chosen", "chosen and rejected share no prompt", "let both begin with the same turns"
        )
    prompt = prompt_record(chosen[:shared], row, row.get("prompt_id"))
    return pair(prompt, chosen[shared:], rejected[shared:], (row.get("chosen_id"), row.get("rejected_id")))
