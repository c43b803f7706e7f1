"""One prompt's way from question to evidence: samples, ratings as soon as a sample is there, then duels.

Every call is a unit that ends as a record or as an attributed drop. Nothing waits for another prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from prefdata.calls.request import Answer, CallError, Request, StopError
from prefdata.config import Config
from prefdata.judges import pairwise, pointwise
from prefdata.models import Judge, Model
from prefdata.records import Drop
from prefdata.sources.sample import Sample, samples

STAGE = "generate"
Row = dict[str, Any]
Call = Callable[[Model, Request], Awaitable[Answer]]


@dataclass(frozen=True)
class Prompt:
    """A prompt, its images by "sha256:…" address, and the candidates it already has (id → text)."""

    prompt_id: str
    messages: list[dict[str, Any]]
    images: dict[str, Path]
    candidates: dict[str, str]

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The messages as a policy gets them: images stand before the last message's text."""
        if not self.images:
            return self.messages
        parts = [{"type": "image_url", "image_url": {"url": address}} for address in self.images]
        last = self.messages[-1]
        return [*self.messages[:-1], {**last, "content": [*parts, {"type": "text", "text": last["content"]}]}]


@dataclass
class Outcome:
    """What became of one prompt. begun = done + len(drops): no unit is lost."""

    prompt_id: str
    candidates: list[Row] = field(default_factory=list)
    ratings: list[Row] = field(default_factory=list)
    votes: list[Row] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    begun: int = 0
    done: int = 0


class Generation:
    """How prompts are worked on under one config; `call` makes the calls."""

    def __init__(self, config: Config, call: Call) -> None:
        self.call = call
        self.samples = samples(config.policies, config.sampling)
        self.max_tokens = config.sampling.max_tokens
        self.raters = [judge for judge in config.judges if judge.kind == "pointwise"]
        self.duellists = [judge for judge in config.judges if judge.kind == "pairwise"]

    async def work(self, prompt: Prompt) -> Outcome:
        outcome = Outcome(prompt.prompt_id)
        given = [self._rate_all(prompt, outcome, name, text) for name, text in prompt.candidates.items()]
        scored = await _all([*given, *(self._sample(prompt, outcome, sample) for sample in self.samples)])
        ready = {name: (text, score) for name, text, score in filter(None, scored)}
        await _all([self._duels(prompt, outcome, judge, ready) for judge in self.duellists])
        return outcome

    async def _sample(self, prompt: Prompt, outcome: Outcome, sample: Sample) -> tuple[str, str, float] | None:
        name = sample.candidate_id
        request = sample.request(prompt.sent, prompt.images, self.max_tokens)
        answer = await self._unit(outcome, "candidate", sample.policy, request, name)
        if answer is None:
            return None
        outcome.done += 1
        named = {"prompt_id": prompt.prompt_id, "candidate_id": name, "origin": sample.origin()}
        outcome.candidates.append({**named, "text": answer.text, "token_ids": answer.token_ids, "logp": answer.logp})
        return await self._rate_all(prompt, outcome, name, answer.text)

    async def _rate_all(self, prompt: Prompt, outcome: Outcome, name: str, text: str) -> tuple[str, str, float]:
        """Every rater's scores; returns the candidate with their mean."""
        means = await _all([self._rate(prompt, outcome, judge, name, text) for judge in self.raters])
        known = [mean for mean in means if mean is not None]
        return name, text, sum(known) / len(known) if known else 0.0

    async def _rate(self, prompt: Prompt, outcome: Outcome, judge: Judge, name: str, text: str) -> float | None:
        answer = await self._unit(outcome, "rating", judge, pointwise.ask(judge, prompt.messages, text), name)
        if answer is None:
            return None
        scores = pointwise.read(judge, answer.text)
        if scores is None:
            self._drop(outcome, "unreadable_answer", "rating", (name,), f"{judge.name}: {answer.text[:200]}")
            return None
        outcome.done += 1
        rated = {"prompt_id": prompt.prompt_id, "candidate_id": name, "judge": judge.name}
        outcome.ratings += [{**rated, "dimension": d, "score": s} for d, s in scores.items()]
        return sum(scores.values()) / len(scores)

    async def _duels(self, prompt: Prompt, outcome: Outcome, judge: Judge, ready: dict[str, tuple[str, float]]) -> None:
        """The pairs with the widest gaps first, where there are ratings."""
        pairs = sorted(combinations(sorted(ready), 2), key=lambda pair: -abs(ready[pair[0]][1] - ready[pair[1]][1]))
        chosen = pairs[: judge.pairs_per_prompt]
        await _all([self._duel(prompt, outcome, judge, pair, [ready[name][0] for name in pair]) for pair in chosen])

    async def _duel(
        self, prompt: Prompt, outcome: Outcome, judge: Judge, pair: tuple[str, str], texts: list[str]
    ) -> None:
        orders = {"ab": texts, "ba": texts[::-1]} if judge.both_orders else {"ab": texts}
        asked = [self._verdict(prompt, outcome, judge, pair, shown) for shown in orders.values()]
        verdicts = dict(zip(orders, await _all(asked), strict=True))
        vote = {"prompt_id": prompt.prompt_id, "a": pair[0], "b": pair[1], "judge": judge.name}
        for order, winner in pairwise.winners(verdicts).items():
            outcome.done += 1
            outcome.votes.append({**vote, "winner": winner, "order": order})

    async def _verdict(
        self, prompt: Prompt, outcome: Outcome, judge: Judge, pair: tuple[str, str], shown: list[str]
    ) -> str | None:
        answer = await self._unit(outcome, "vote", judge, pairwise.ask(judge, prompt.messages, *shown), *pair)
        verdict = None if answer is None else pairwise.read(answer.text)
        if answer is not None and verdict is None:
            self._drop(outcome, "unreadable_answer", "vote", pair, f"{judge.name}: {answer.text[:200]}")
        return verdict

    async def _unit(self, outcome: Outcome, kind: str, model: Model, request: Request, *names: str) -> Answer | None:
        """One call; a failed one is a drop with its reason."""
        outcome.begun += 1
        try:
            return await self.call(model, request)
        except StopError:
            raise
        except CallError as error:
            self._drop(outcome, error.reason, kind, names, f"{model.name}: {error.detail}")
            return None

    @staticmethod
    def _drop(outcome: Outcome, reason: str, kind: str, names: tuple[str, ...], detail: str) -> None:
        a, b = names if len(names) == 2 else (names[0], None)
        outcome.drops.append(Drop(STAGE, reason, kind, outcome.prompt_id, a, b, detail=detail))


async def _all(work: list[Any]) -> list[Any]:
    """Run all at once; if one stops the run, the others end first."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
