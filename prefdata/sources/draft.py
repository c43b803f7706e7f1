"""What every source gives: drafts, which are candidates still to be written; and what writing them has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prefdata.calls.request import Answer, Request
from prefdata.claims.claim import Claim
from prefdata.models import Model, Source, VerifierConfig
from prefdata.questions import Messages, Prompt, question
from prefdata.verification import Verified

Ask = Callable[[Model, Request], Awaitable[Answer]]
Verify = Callable[[Sequence[VerifierConfig], Prompt, str, list[Claim]], Awaitable[Verified]]
Write = Callable[[Ask, str], Awaitable[Answer]]
CORRUPTIONS = ("inject", "alter", "omit", "distort", "degrade")  # kinds that make candidates worse than their base


@dataclass(frozen=True)
class Draft:
    """A candidate to be written: `write(ask, text of the candidate `base`)`.

    Its id says where it comes from and is the same in every run; corrupted: it is made to be worse than its base.
    Raises CallError if it cannot be written.
    """

    candidate_id: str
    origin: dict[str, Any]
    write: Write
    base: str | None = None
    corrupted: bool = False


@dataclass(frozen=True)
class Traced(Answer):
    """An answer with the part of its origin that is known only once it is written."""

    origin: dict[str, Any] = field(default_factory=dict)


def written_by(model: Model) -> dict[str, Any]:
    """The part of an origin that names the model."""
    return {"policy": model.name, "model": model.model, "revision": model.revision}


def origin_of(source: Source) -> dict[str, Any]:
    """The part of an origin that names the source, how it works, and the model that writes for it."""
    how = {"how": source.how} if source.how else {}
    by = {**written_by(source.policy), "temperature": source.temperature} if source.policy else {}
    return {"source": source.name, **how, **by}


def name_of(source: Source, base: str) -> str:
    """The id of what a source makes of a candidate."""
    return f"{source.name}:{base}"


def made_from(source: Source, base: str, write: Write, **about: Any) -> Draft:
    """What a source makes of a candidate; `about` joins the origin."""
    origin = {**origin_of(source), "of": base, **about}
    return Draft(name_of(source, base), origin, write, base, source.kind in CORRUPTIONS)


async def asked(
    source: Source, prompt: Prompt, messages: Messages, max_tokens: int, ask: Ask, sample: int = 0
) -> Answer:
    """What a source's policy answers to messages about a prompt; how likely it was to answer that to the prompt itself,
    and so to be of use as a reference, is not known."""
    assert source.policy is not None
    request = question(source.policy, prompt, messages, source.temperature, max_tokens, sample)
    return replace(await ask(source.policy, request), logp=None)
