"""Running a source on a text, with the truth of a scene to confirm what it does, or nobody; what is true of edits."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from prefdata.calls.request import Answer
from prefdata.claims.claim import Claim
from prefdata.claims.extract import extract
from prefdata.claims.sight import Seen
from prefdata.models import Source, VerifierConfig
from prefdata.questions import Prompt
from prefdata.sources.draft import Traced
from prefdata.sources.drafting import VERIFIED
from prefdata.verification import Verification

WEIGHTS = Path(__file__).parents[2] / "prefdata" / "tinyworld" / "weights"
TRUTH = VerifierConfig("truth", "truth", synonyms=WEIGHTS / "synonyms.txt")
TINY = Source("inject", "inject", partners=WEIGHTS / "partners.txt")


async def nobody(*_: Any) -> Answer:
    raise AssertionError("no model may be asked")


def made(source: Source, text: str, objects: tuple[Seen, ...] | None = None) -> Traced:
    """What a source makes of a text; `objects` are what is in the picture. Raises CallError."""
    prompt = Prompt("p", [{"role": "user", "content": "What do you see?"}], objects=objects)

    async def write() -> Answer:
        verification = Verification(nobody)
        (draft,) = VERIFIED[source.kind](source, prompt, ["base"], verification.verify)
        return await draft.write(nobody, text)

    told = asyncio.run(write())
    assert isinstance(told, Traced)
    return told


def restored(told: Traced) -> str:
    """The text before the edit, by what the origin says of it."""
    edit = told.origin["edit"]
    start, end = edit["char_span"]
    assert told.text[start:end] == edit["to"]
    return told.text[:start] + edit["from"] + told.text[end:]


def said(text: str) -> list[tuple[Any, ...]]:
    """What a text claims, without where."""
    return sorted(map(_said, extract("", text)))


def _said(claim: Claim) -> tuple[Any, ...]:
    return (*(str(claim[name]) for name in ("type", "subject", "predicate", "object", "negated", "hedged")),)
