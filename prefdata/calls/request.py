"""What is asked of a model, what it answered, and what can go wrong: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from prefdata.keys import key


@dataclass(frozen=True)
class Request:
    """One call. Its identity is what the model is asked, never who asks or in which run.

    `revision` names the weights behind `model`; `sample` counts the answers to one question.
    `messages` are chat messages as sent, images as "sha256:…" addresses; `images` says where
    these lie, a file or a web address. `parameters` are the sampling parameters without max_tokens: an
    answer that ended by itself serves a larger limit too. `schema` is the JSON Schema that the answer
    shall follow; the messages say so too, for endpoints that cannot enforce it.
    """

    model: str
    revision: str
    messages: list[dict[str, Any]]
    parameters: dict[str, Any] = field(default_factory=dict)
    max_tokens: int = 1024
    sample: int = 0
    images: dict[str, Path | str] = field(default_factory=dict, compare=False)
    schema: dict[str, Any] | None = None

    @cached_property
    def key(self) -> str:
        """sha256 of the canonical JSON of all this; images by their hash, and whether by reference, which can fail."""
        asked = [self.model, self.revision, self.messages, self.parameters, self.schema, self.sample]
        by_reference = any(isinstance(place, str) for place in self.images.values())
        return key([*asked, *(["by reference"] if by_reference else [])])


@dataclass(frozen=True)
class Answer:
    """A model's answer. `finish`: "stop" if it ended by itself, "length" at max_tokens, or another reason."""

    text: str
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    token_ids: list[int] | None = None
    logp: float | None = None


RETRIES_USED_UP = "retries_used_up"  # the one reason for which a row is dropped that the next command tries again


class CallError(Exception):
    """A call that gave no answer; `reason` is the name under which its row is dropped."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class RetryableError(CallError):
    """It may go better next time: a server error, a timeout, a cut connection, a broken body."""


class RateLimitError(CallError):
    """Too many at once. `retry_after`: the seconds the server asks us to wait, if it says so."""

    def __init__(self, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__("rate_limited", detail)
        self.retry_after = retry_after


class TerminalError(CallError):
    """It will never go better: the request itself is refused. Remembered, so that it is asked once."""


class StopError(CallError):
    """Nothing is wrong with the request, but no more calls can be made; the run stops and can go on later."""


class BudgetError(StopError):
    """The budget does not cover another call."""


class EndpointError(StopError):
    """The endpoint refuses us: a wrong key, a model it does not have."""
