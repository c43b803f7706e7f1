"""One question to a person: which of two responses is better."""

from __future__ import annotations

import base64
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from prefdata.keys import canonical_json, short_key
from prefdata.records import Message


class Side(NamedTuple):
    """A response as it is shown; context: turns before it that only this candidate has."""

    candidate_id: str
    text: str
    context: list[Message]

    @property
    def shown(self) -> str:
        """Everything in one text, for tools that show a text."""
        answer: Message = {"role": "assistant", "content": self.text}
        return spoken([*self.context, answer]) if self.context else self.text


@dataclass(frozen=True)
class Task:
    """left and right are in the order in which they are to be shown; probability is that of left, or None.

    images: files. reason, propensity and the rest: see schemas/review.schema.json.
    """

    prompt_id: str
    messages: list[Message]
    images: tuple[Path, ...]
    left: Side
    right: Side
    reason: str
    probability: float | None
    conflict: bool
    in_cycle: bool
    stratum: str | None
    propensity: float

    @property
    def task_id(self) -> str:
        """The same for the same prompt and responses, whichever is shown first."""
        sides = sorted((list(side) for side in (self.left, self.right)), key=canonical_json)
        return short_key(self.prompt_id, canonical_json([self.messages, sides]))

    @property
    def image_urls(self) -> list[str]:
        """The images as data URLs."""
        kinds = ((mimetypes.guess_type(path.name)[0] or "image/png", path) for path in self.images)
        return [f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}" for kind, path in kinds]

    @property
    def pair(self) -> dict[str, Any]:
        """What must come back with an answer for it to become a vote."""
        return {"prompt_id": self.prompt_id, "left_id": self.left.candidate_id, "right_id": self.right.candidate_id}

    @property
    def why(self) -> dict[str, Any]:
        """Why the question is asked, and with which probability it was drawn."""
        names = ("reason", "probability", "conflict", "in_cycle", "stratum", "propensity")
        return {name: getattr(self, name) for name in names}


def spoken(messages: list[Message]) -> str:
    """Messages as one text; who speaks is said where there is more than one question."""
    if [message["role"] for message in messages] == ["user"]:
        return messages[0]["content"]
    return "\n\n".join(f"{message['role']}: {message['content']}" for message in messages)
