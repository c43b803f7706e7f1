"""`reference`: the prompt's own gold answer as a candidate."""

from __future__ import annotations

from prefdata.calls.request import Answer, CallError
from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources.draft import Ask, Draft


def drafts(source: Source, prompt: Prompt, bases: list[str]) -> list[Draft]:
    async def write(ask: Ask, base: str) -> Answer:
        if not prompt.reference:
            raise CallError("no_reference", "the prompt has no field `reference`")
        return Answer(prompt.reference)

    return [Draft(source.name, {"source": source.name}, write)]
