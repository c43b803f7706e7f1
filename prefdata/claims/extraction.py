"""A text → its claims, in the way that a judge asks for: by the grammar, by a model, or its mentions alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from prefdata.calls.request import CallError
from prefdata.claims import asking
from prefdata.claims.asking import Dropped
from prefdata.claims.claim import Claim, claim
from prefdata.claims.extract import extract
from prefdata.metrics.mentions import mentions
from prefdata.models import ModelJudge
from prefdata.questions import Prompt

if TYPE_CHECKING:
    from prefdata.verification import Call

UNKNOWN = ""  # whose claims they are, until `claim.belonging` says so


class Extracted(NamedTuple):
    """Claims in the order of their place, and what of a model's was not taken."""

    claims: list[Claim]
    dropped: list[Dropped]


async def extracted(
    how: str, prompt: Prompt, text: str, extractor: ModelJudge | None, call: Call, words: Mapping[str, str]
) -> Extracted:
    """how: "grammar", "model" (the extractor is asked) or "mentions" (of the objects that `words` maps words to, each
    an object claim, denied or not, as CHAIR counts them; Rohrbach et al. 2018).

    Raises CallError where the extractor gives no answer, or none that can be read.
    """
    if how == "model":
        assert extractor is not None
        return await _asked(prompt, text, extractor, call)
    if how == "mentions":
        return Extracted([_of_mention(*found[1:]) for found in mentions(text, words)], [])
    return Extracted(extract(UNKNOWN, text), [])


async def _asked(prompt: Prompt, text: str, extractor: ModelJudge, call: Call) -> Extracted:
    answer = await call(extractor, asking.ask(extractor, prompt, text))
    found = asking.read(answer.text, UNKNOWN, text)
    if found is None:
        raise CallError("unreadable_answer", answer.text[:200])
    return Extracted(*found)


def _of_mention(name: str, start: int, end: int) -> Claim:
    return claim(UNKNOWN, "object", (start, end), name)
