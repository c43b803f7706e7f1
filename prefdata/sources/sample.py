"""`sample`: K answers to a prompt, round robin over policies and temperatures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any

from prefdata.calls.request import Answer
from prefdata.models import Model, Sampling, Styles
from prefdata.questions import Messages, Prompt, question, said_last
from prefdata.sources.draft import Ask, Draft, written_by


@dataclass(frozen=True)
class Sample:
    """One answer to ask for. `index` counts per policy and temperature, so that a smaller K asks for a subset."""

    policy: Model
    temperature: float | None
    index: int
    style: str | None = None

    @property
    def candidate_id(self) -> str:
        heat = "" if self.temperature is None else f"@{self.temperature:g}"
        name = f"{self.policy.name}{heat}#{self.index}"
        return f"{self.style}/{name}" if self.style else name

    def draft(self, prompt: Prompt, messages: Messages, max_tokens: int) -> Draft:
        origin = {"source": "sample", **written_by(self.policy)}
        if self.temperature is not None:
            origin["temperature"] = self.temperature
        if self.style:
            origin["style"] = self.style
        return Draft(self.candidate_id, origin, partial(self._write, prompt, messages, max_tokens))

    async def _write(self, prompt: Prompt, messages: Messages, max_tokens: int, ask: Ask, _: Any) -> Answer:
        asked = question(self.policy, prompt, messages, self.temperature or 0.0, max_tokens, self.index)
        return await ask(self.policy, asked)


def samples(policies: tuple[Model, ...], sampling: Sampling, count: int) -> list[Sample]:
    """The first `count` samples of a prompt. A policy whose parameters fix the temperature has just that one."""
    kinds = [(policy, _temperature(policy, asked)) for asked in sampling.temperatures for policy in policies]
    drawn: Counter[tuple[Model, float | None]] = Counter()
    found = []
    for kind in islice(cycle(kinds), count):
        found.append(Sample(*kind, drawn[kind]))
        drawn[kind] += 1
    return found


def _temperature(policy: Model, asked: float) -> float | None:
    """What is sent; None where the model takes none."""
    return policy.parameters.get("temperature", asked)


def drafts(chosen: list[Sample], prompt: Prompt, sampling: Sampling, styles: Styles | None) -> list[Draft]:
    """The samples of a prompt; with styles, each in every style."""
    if styles is None:
        return [sample.draft(prompt, prompt.messages, sampling.max_tokens) for sample in chosen]
    plain = _plain(prompt, styles)
    return [
        Sample(sample.policy, sample.temperature, sample.index, style).draft(
            prompt, said_last(plain, instruction), sampling.max_tokens
        )
        for style, instruction in styles.instructions.items()
        for sample in chosen
    ]


def _plain(prompt: Prompt, styles: Styles) -> Messages:
    """The messages without the instruction of the style that the prompt asks for."""
    if prompt.style is None:
        return prompt.messages
    last = prompt.messages[-1]
    content = last["content"].removesuffix(f"\n\n{styles.instructions[prompt.style]}")
    return [*prompt.messages[:-1], {**last, "content": content}]
