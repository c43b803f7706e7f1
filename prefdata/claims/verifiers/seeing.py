"""A verifier made of a look at the picture and the rules of what a sight says of claims."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from prefdata.claims.rules import rulings
from prefdata.claims.sight import View
from prefdata.claims.verdict import Evidence, blind, evidence, unasked
from prefdata.claims.verifying import Asked
from prefdata.questions import Prompt

Look = Callable[[Prompt], Awaitable[View | str]]
"""What is seen in a prompt's image, or why nothing is: "no_image", "several_images", "no_truth"."""
SEVERAL = "several_images"


class Seeing:
    """Looks, and applies the rules to what it sees. name: that of the witness whose views `look` gives."""

    costly = False

    def __init__(self, name: str, look: Look) -> None:
        self.name, self.look = name, look

    async def verify(self, asked: Asked) -> dict[str, Evidence]:
        """claim_id → evidence, of every claim that can be asked about."""
        view = await self.look(asked.prompt)
        if isinstance(view, str):
            return {claim["claim_id"]: blind(self.name, view) for claim in asked.claims if not unasked(claim)}
        ruled = await asyncio.to_thread(rulings, asked.said, view)  # it may have to read a large picture
        names = [claim["claim_id"] for claim in asked.claims if claim["claim_id"] in ruled]
        return {name: evidence(ruled[name], view.witness) for name in names}

    async def close(self) -> None: ...


def only_image(prompt: Prompt) -> Path | str:
    """The file of a prompt's one image, or why there is none to look at."""
    files = list(prompt.images.values())
    if len(files) > 1:
        return SEVERAL  # which of them a claim is about is not said
    return files[0] if files else "no_image"
