"""A text about an image → its claims and the verdicts on them, by the verifiers that a judge or a source names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from prefdata.calls.request import Answer, Request
from prefdata.claims.claim import Claim
from prefdata.claims.verdict import Verdict
from prefdata.models import Model, VerifierConfig
from prefdata.questions import Prompt

Call = Callable[[Model, Request], Awaitable[Answer]]


class Verified(NamedTuple):
    """The claims of a text and a verdict on each, in the same order."""

    claims: list[Claim]
    verdicts: list[Verdict]


class Verification:
    """The verifiers of a run, each made when it is first needed and shared by all who name it."""

    def __init__(self, call: Call) -> None:
        self.call = call

    async def verify(self, by: Sequence[VerifierConfig], prompt: Prompt, text: str, claims: list[Claim]) -> Verified:
        """The verdicts on claims that a text about a prompt's image makes. Raises CallError where a model that is
        asked gives no answer."""
        raise NotImplementedError

    async def close(self) -> None: ...
