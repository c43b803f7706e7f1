"""`distort`: what the policy answers to the same question when it sees a spoilt picture, or another prompt's.

Against the answer to the true picture it makes the pair that rewards looking: POVID (Zhou et al. 2024: answers to noisy
pictures are rejected) and mDPO (Wang et al. 2024: a preference that the picture alone decides).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from prefdata.calls.request import Answer, CallError
from prefdata.keys import file_key, fraction
from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources.corrupting import lies, must_lie
from prefdata.sources.draft import Ask, Draft, Traced, Verify, asked, made_from, name_of
from prefdata.sources.pictures import spoilt

MAX_TOKENS = 1024


def drafts(source: Source, prompt: Prompt, bases: list[str], verify: Verify) -> list[Draft]:
    style: dict[str, Any] = {"style": prompt.style} if prompt.style else {}  # the question is the prompt's own
    return [made_from(source, base, partial(_write, source, prompt, verify, base), **style) for base in bases]


async def _write(source: Source, prompt: Prompt, verify: Verify, base: str, ask: Ask, text: str) -> Answer:
    shown = await asyncio.to_thread(_distorted, source, prompt)
    answer = await asked(source, shown, prompt.messages, MAX_TOKENS, ask, _sample(prompt, base))
    if source.confirm:
        before = await lies(source, prompt, verify, base, text)
        must_lie(await lies(source, prompt, verify, name_of(source, base), answer.text), before)
    record = {"type": "image", "subject": "image", "from": " ".join(prompt.images), "to": " ".join(shown.images)}
    edit = {**record, "char_span": [0, len(answer.text)]}
    return Traced(**vars(answer), origin={"edit": edit, "confirmed": bool(source.confirm)})


def _sample(prompt: Prompt, base: str) -> int:
    """A sample's number of its own, or one answer to a blank picture would be the answer of all prompts."""
    return int(fraction(f"{prompt.prompt_id}/{base}", 0) * 2**20)


def _distorted(source: Source, prompt: Prompt) -> Prompt:
    """The prompt with other pictures. Raises CallError where there is none to show."""
    if not prompt.images or source.policy is None or source.policy.images == "none":
        raise CallError("no_image", "the policy is shown no picture that could be spoilt")
    if source.how == "swap":
        if prompt.other_image is None:
            raise CallError("no_other_image", "no prompt before this one in its shard has another picture")
        new = dict.fromkeys(prompt.images, prompt.other_image)
    else:
        new = {name: spoilt(file, source.how, source.pictures) for name, file in prompt.images.items()}
    addresses = {name: f"sha256:{file_key(file)}" for name, file in new.items()}
    shown = tuple(addresses[name] for name in prompt.shown or prompt.images)
    return replace(prompt, images={addresses[name]: file for name, file in new.items()}, addresses={}, shown=shown)
