"""Candidates by sampling: K answers to a prompt, round robin over policies and temperatures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefdata.calls.request import Request
from prefdata.models import Model, Sampling


@dataclass(frozen=True)
class Sample:
    """One answer to ask for. `index` counts per policy and temperature, so that a smaller K asks for a subset."""

    policy: Model
    temperature: float
    index: int

    @property
    def candidate_id(self) -> str:
        return f"{self.policy.name}@{self.temperature:g}#{self.index}"

    def request(self, messages: list[dict[str, Any]], images: dict[str, Path], max_tokens: int) -> Request:
        """Ask for it. `messages` are as sent; `images` are the files behind the addresses in them."""
        parameters = {"temperature": self.temperature}
        return Request(self.policy.model, self.policy.revision, messages, parameters, max_tokens, self.index, images)

    def origin(self) -> dict[str, Any]:
        named = {"model": self.policy.model, "revision": self.policy.revision, "temperature": self.temperature}
        return {"source": "sample", **named}


def samples(policies: tuple[Model, ...], sampling: Sampling) -> list[Sample]:
    """The samples of one prompt."""
    kinds = [(policy, temperature) for temperature in sampling.temperatures for policy in policies]
    if not kinds:
        return []
    return [Sample(*kinds[n % len(kinds)], n // len(kinds)) for n in range(sampling.per_prompt)]
