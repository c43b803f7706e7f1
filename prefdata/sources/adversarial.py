"""`adversarial`: a policy that is told to mislead; its answers stand as answers to the prompt itself.

They are meant to lose: hallucinated details, accepted falsehoods, drifting away. Judges still decide.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from prefdata.calls.request import Answer
from prefdata.models import Source
from prefdata.questions import Prompt, question, said_last
from prefdata.sources.draft import Ask, Draft, written_by

INSTRUCTIONS = {
    "false_premise": "Answer as if one thing that the question takes for granted were otherwise. Never say so.",
    "false_detail": "Put two or three plausible details into your answer that are false. Never say so.",
    "distraction": "After your first sentence, drift away from the question to a neighbouring subject. Never say so.",
}
MAX_TOKENS = 1024


def drafts(source: Source, prompt: Prompt, bases: list[str]) -> list[Draft]:
    assert source.policy is not None
    how = {"how": source.how} if source.how else {}
    origin = {"source": source.name, **how, **written_by(source.policy), "temperature": source.temperature}
    return [
        Draft(f"{source.name}#{sample}", origin, partial(_write, source, prompt, sample))
        for sample in range(source.count)
    ]


async def _write(source: Source, prompt: Prompt, sample: int, ask: Ask, _: Any) -> Answer:
    assert source.policy is not None
    told = said_last(prompt.messages, source.instruction or INSTRUCTIONS[source.how])
    return await ask(source.policy, question(source.policy, prompt, told, source.temperature, MAX_TOKENS, sample))
