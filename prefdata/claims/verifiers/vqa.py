"""`vqa`: a model that sees the image is asked of each claim whether it is so, and whether it is not.

Its word counts if both answers say the same and, where log-probabilities are known, it is sure of both. What is known
is the log-probability of all that it wrote, and since that begins with the "yes" or "no", the probability of this word
is at least as large. The bound is close where one word is answered, as is asked for; where more is, a model seems less
sure than it is, and the claim stays open.

A claim about a thing that an earlier verifier has located is asked on that part of the picture first. What is not so
there may still be so elsewhere: then the whole picture must say the same.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from prefdata.calls.request import Answer, Request
from prefdata.claims.claim import Claim
from prefdata.claims.cropping import Crops, Shown
from prefdata.claims.questioning import Questions, can_be_asked, questions
from prefdata.claims.rules.mentions import Mentions
from prefdata.claims.sight import Box
from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, SUPPORTED, Evidence, Word, blind, unasked
from prefdata.claims.verifiers.seeing import only_image
from prefdata.claims.verifying import Asked
from prefdata.errors import InputError
from prefdata.gathering import gathered
from prefdata.models import Model, VerifierConfig
from prefdata.questions import Prompt, question

if TYPE_CHECKING:
    from prefdata.verification import Call

TASK = "Answer yes or no."
MAX_TOKENS = 4  # a word with what some models put around it
# POPE takes every answer for a "yes" that does not say no; here what is neither must not decide.
SAID = re.compile(r"[\W_]*(yes|no)(?![^\W_])", re.IGNORECASE)
BY_SURROUNDINGS = frozenset(["count", "relation"])  # kinds of claims that a part of the picture cannot decide


class Heard(NamedTuple):
    """What two answers make of a claim's core: whether it is so, or the reason why that cannot be told.

    confidence: the least that both words are probable with; None where log-probabilities are not known.
    """

    so: bool | None
    confidence: float | None = None
    reason: str | None = None


class Vqa:
    costly = True

    def __init__(self, config: VerifierConfig, model: Model, call: Call) -> None:
        self.name, self.model, self.sure, self.call = config.name, model, config.sure, call
        self._crops = Crops()

    async def verify(self, asked: Asked) -> dict[str, Evidence]:
        """claim_id → evidence, of every claim that can be asked about. Raises CallError where there is no answer."""
        claims, image = [claim for claim in asked.claims if not unasked(claim)], only_image(asked.prompt)
        if isinstance(image, str):
            return {claim["claim_id"]: blind(self.name, image) for claim in claims}
        mentions = Mentions(asked.said)
        said = await gathered(self._evidence(asked, claim, mentions) for claim in claims)
        return {claim["claim_id"]: evidence for claim, evidence in zip(claims, said, strict=True)}

    async def close(self) -> None:
        self._crops.close()

    async def _evidence(self, asked: Asked, claim: Claim, mentions: Mentions) -> Evidence:
        about = questions(claim) if can_be_asked(claim, mentions) else None
        if about is None:
            return blind(self.name, "no_question")
        box = asked.boxes.get(claim["claim_id"]) if self._may_crop(claim) else None
        heard = await self._looked(asked.prompt, about, box)
        known = heard.confidence is not None
        return {
            "source": self.name,
            "verdict": _verdict(heard, claim["negated"]),
            "confidence": heard.confidence,
            "model_hash": self.model.revision,
            "vocabulary_hash": None,
            "boxes": [list(box)] if box else [],
            "scores": [],
            "thresholds": {"hi": self.sure, "lo": None, "recall": None} if known else None,
            "rule_id": "vqa:both_polarities",
            "reason": heard.reason,
        }

    def _may_crop(self, claim: Claim) -> bool:
        """A model that fetches its images cannot fetch what lies on this machine alone."""
        return claim["type"] not in BY_SURROUNDINGS and self.model.images == "inline"

    async def _looked(self, prompt: Prompt, about: Questions, box: Box | None) -> Heard:
        """What the model says of the part of the picture around a box, or of the whole of it."""
        whole = Shown(*next(iter(prompt.images.items())))
        if box is None:
            return await self._ask(prompt, about, whole)
        async with self._crops.part(whole, box) as part:
            there = await self._ask(prompt, about, part)
        if part == whole or there.so is not False:
            return there
        anywhere = await self._ask(prompt, about, whole)
        if anywhere.so is not False:
            return Heard(None, reason=anywhere.reason or "undecided")
        return min(there, anywhere, key=lambda heard: heard.confidence or 0.0)

    async def _ask(self, prompt: Prompt, about: Questions, shown: Shown) -> Heard:
        """Both questions about one picture, at once."""
        asks, denies = await gathered(self.call(self.model, self._request(prompt, text, shown)) for text in about)
        return heard(asks, denies, self.sure)

    def _request(self, prompt: Prompt, text: str, shown: Shown) -> Request:
        seen = replace(prompt, images={shown.address: shown.path}, shown=(shown.address,))
        messages = [{"role": "user", "content": f"{TASK} {text}"}]
        return question(self.model, seen, messages, 0.0, MAX_TOKENS)


def make(config: VerifierConfig, call: Call) -> Vqa:
    """Raises InputError if the model cannot see."""
    return Vqa(config, seeing_model(config), call)


def seeing_model(config: VerifierConfig) -> Model:
    """The model that is asked. Raises InputError if there is none or if it is shown no images."""
    if config.model is None or config.model.images == "none":
        remedy = "name a model that sees, without `images: none`"
        raise InputError(f'verifier "{config.name}"', "it names no model that is shown images", remedy, None, "images")
    return config.model


def heard(asks: Answer, denies: Answer, sure: float) -> Heard:
    """What the answers to both questions say together; sure: the probability from which an answer counts."""
    said = [SAID.match(answer.text) for answer in (asks, denies)]
    words = [found[1].lower() for found in said if found]
    if len(words) < 2:
        return Heard(None, reason="unreadable_answer")
    bounds = [math.exp(answer.logp) for answer in (asks, denies) if answer.logp is not None]
    confidence = min(1.0, *bounds) if len(bounds) == 2 else None
    if words[0] == words[1] or (confidence is not None and confidence < sure):
        return Heard(None, reason="undecided")
    return Heard(words[0] == "yes", confidence)


def _verdict(heard: Heard, negated: bool) -> Word:
    if heard.so is None:
        return NOT_CHECKABLE
    return CONTRADICTED if heard.so == negated else SUPPORTED
