"""`adversarial`: a policy that is told to mislead; its answers stand as answers to the prompt itself.

They are meant to lose: hallucinated details, accepted falsehoods, drifting away. Judges still decide. With verifiers to
confirm it, an answer in which nothing turns out to be false is dropped.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from prefdata.calls.request import Answer
from prefdata.models import Source
from prefdata.questions import Prompt, said_last
from prefdata.sources.corrupting import lies, must_lie
from prefdata.sources.draft import Ask, Draft, Verify, asked, origin_of

INSTRUCTIONS = {
    "false_premise": "Answer as if one thing that the question takes for granted were otherwise. Never say so.",
    "false_detail": "Put two or three plausible details into your answer that are false. Never say so.",
    "distraction": "After your first sentence, drift away from the question to a neighbouring subject. Never say so.",
}
MAX_TOKENS = 1024


def drafts(source: Source, prompt: Prompt, bases: list[str], verify: Verify) -> list[Draft]:
    confirmed = {"confirmed": True} if source.confirm else {}
    return [
        Draft(f"{source.name}#{sample}", origin_of(source) | confirmed, partial(_write, source, prompt, verify, sample))
        for sample in range(source.count)
    ]


async def _write(source: Source, prompt: Prompt, verify: Verify, sample: int, ask: Ask, _: Any) -> Answer:
    told = said_last(prompt.messages, source.instruction or INSTRUCTIONS[source.how])
    answer = await asked(source, prompt, told, MAX_TOKENS, ask, sample)
    if source.confirm:
        must_lie(await lies(source, prompt, verify, f"{source.name}#{sample}", answer.text))
    return answer
