"""One prompt's way from question to evidence: candidates from all sources, judged as soon as each is there.

Nothing waits for another prompt, and nothing within a prompt waits for what it does not need.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from prefdata.calls.request import Answer, CallError
from prefdata.config import Config
from prefdata.gathering import gathered
from prefdata.outcome import Outcome, Row
from prefdata.panel import Call, Panel
from prefdata.questions import Given, Prompt, unanswerable
from prefdata.sources import sample
from prefdata.sources.draft import Draft, Traced
from prefdata.sources.drafting import drafts
from prefdata.strata.asking import ask, is_asked, read
from prefdata.strata.settings import Stratum
from prefdata.verification import Verification

Writing = asyncio.Task[Given | None]


class Generation:
    """How prompts are worked on under one config; `call` makes the calls, `verification` looks at the images, `extra`
    says how many candidates a prompt gets on top of what the config says, by source."""

    def __init__(
        self, config: Config, call: Call, verification: Verification, extra: Callable[[str], Mapping[str, int]]
    ) -> None:
        self.config, self.call, self.verification, self.extra = config, call, verification, extra

    async def work(self, prompt: Prompt) -> Outcome:
        outcome = Outcome(prompt.prompt_id)
        if why := unanswerable(prompt.messages):
            outcome.refuse(why, "prompt", None, "nothing was asked about it")
            return outcome
        rounds = 1 + math.ceil(sum(self.extra(prompt.prompt_id).values()) / self.config.sampling.per_prompt)
        panel = Panel(self.config.judges, prompt, outcome, self.call, self.verification, rounds)
        writing: dict[str, Writing] = {}
        for draft in self._drafts(prompt):
            if draft.candidate_id in prompt.candidates or draft.candidate_id in writing:
                outcome.refuse("duplicate_id", "candidate", draft.candidate_id, "an input has a candidate of this id")
                continue
            base = self._base(prompt, draft, writing)
            writing[draft.candidate_id] = asyncio.ensure_future(self._write(outcome, draft, base))
        given = [self._given(panel, name, candidate) for name, candidate in prompt.candidates.items()]
        written = [self._written(panel, name, task) for name, task in writing.items()]
        sorting = [self._sort(outcome, prompt, stratum) for stratum in self.config.strata if is_asked(stratum, prompt)]
        made = await gathered([*given, *written, *sorting])
        await panel.compare(_distinct(prompt, dict(filter(None, made)), outcome, panel))
        return outcome

    def _drafts(self, prompt: Prompt) -> list[Draft]:
        config, extra = self.config, self.extra(prompt.prompt_id)
        chosen = sample.samples(config.policies, config.sampling, config.sampling.per_prompt + extra.get("sample", 0))
        samples = sample.drafts(chosen, prompt, config.sampling, config.styles)
        sources = tuple(replace(each, count=each.count + extra.get(each.name, 0)) for each in config.sources)
        return drafts(sources, prompt, samples, self.verification.verify)

    @staticmethod
    def _base(prompt: Prompt, draft: Draft, writing: dict[str, Writing]) -> Writing | Given | None:
        return None if draft.base is None else prompt.candidates.get(draft.base) or writing.get(draft.base)

    async def _write(self, outcome: Outcome, draft: Draft, base: Writing | Given | None) -> Given | None:
        """Write one candidate, once the one it is made from is there."""
        start = await base if isinstance(base, asyncio.Task) else base
        missing = draft.base is not None and start is None
        work = _no_base(draft) if missing else draft.write(self.call, start.text if start else "")
        who = str(draft.origin.get("policy", draft.origin["source"]))
        answer = await outcome.unit("candidate", (draft.candidate_id,), who, work)
        if answer is None:
            return None
        outcome.keep("candidate", [_row(draft, answer)])
        source, style = draft.origin["source"], draft.origin.get("style")
        return Given(answer.text, source, style, answer.finish, base=draft.base, corrupted=draft.corrupted)

    async def _sort(self, outcome: Outcome, prompt: Prompt, stratum: Stratum) -> None:
        """Have a model choose a tag; where it cannot, the prompt goes without."""
        model = stratum.model
        assert model is not None
        work = self.call(model, ask(model, stratum, prompt))
        answer = await outcome.unit("stratum", (), stratum.tag, work)
        value = None if answer is None else read(stratum, answer.text)
        if value is not None:
            outcome.keep("stratum", [{"tag": stratum.tag, "value": value, "by": model.model}])
        elif answer is not None:
            outcome.drop("unreadable_answer", "stratum", (), f"{stratum.tag}: {answer.text[:200]}")

    @staticmethod
    async def _given(panel: Panel, name: str, candidate: Given) -> tuple[str, Given]:
        await panel.rate(name, candidate)
        return name, candidate

    async def _written(self, panel: Panel, name: str, task: Writing) -> tuple[str, Given] | None:
        candidate = await task
        return None if candidate is None else await self._given(panel, name, candidate)


def _distinct(prompt: Prompt, made: dict[str, Given], outcome: Outcome, panel: Panel) -> dict[str, Given]:
    """One candidate of those that say the same: the first of the inputs and drafts, in whatever order they came.

    Imported ones are never left out.
    """
    first: dict[str, str] = {}
    for name, given in made.items():
        if first.setdefault(given.shown, name) != name and name not in prompt.candidates:
            outcome.retract("duplicate_text", name, f"says the same as {first[given.shown]}")
    for text, name in first.items():
        panel.speak_for(name, text)
    return {name: made[name] for name in first.values()}


def _row(draft: Draft, answer: Answer) -> Row:
    written = {"text": answer.text, "finish": answer.finish, "token_ids": answer.token_ids, "logp": answer.logp}
    origin = {**draft.origin, **answer.origin} if isinstance(answer, Traced) else draft.origin
    return {"candidate_id": draft.candidate_id, "origin": origin, **written}


async def _no_base(draft: Draft) -> Answer:
    raise CallError("no_base", f"the candidate {draft.base} that it is made from was not made")
