"""The one interface of all that verifies claims: the truth, detectors, models that are asked, rules about texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from prefdata.claims.claim import Claim
from prefdata.claims.sight import Box
from prefdata.claims.verdict import Evidence
from prefdata.questions import Prompt


class Asked(NamedTuple):
    """Claims of one candidate that are to be verified. boxes: claim_id → where an earlier source has seen it;
    all_claims: with them those that others have decided or that nobody is asked about, if there are any."""

    prompt: Prompt
    text: str
    claims: Sequence[Claim]
    boxes: Mapping[str, Box] = {}
    all_claims: Sequence[Claim] = ()

    @property
    def said(self) -> Sequence[Claim]:
        """All that the text claims: what a claim means depends on the others."""
        return self.all_claims or self.claims


class Verifier(Protocol):
    """Says of each claim it is asked about whether it is so, or why it cannot tell.

    costly: whether an answer is paid for; then it is asked only about claims that no other source decides.
    """

    name: str
    costly: bool

    async def verify(self, asked: Asked) -> dict[str, Evidence]:
        """claim_id → evidence. Raises CallError where a model that is asked gives no answer."""
        ...

    async def close(self) -> None: ...
