"""A text about an image → its claims and the verdicts on them, by the verifiers that a judge or a source names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from prefdata.calls.request import Answer, Request
from prefdata.claims.asking import Dropped
from prefdata.claims.claim import Claim
from prefdata.claims.extraction import UNKNOWN, extracted
from prefdata.claims.sight import Box
from prefdata.claims.verdict import CONTRADICTED, SUPPORTED, TRUTH, Evidence, Verdict, verdicts
from prefdata.claims.verifiers.statements import claims as stated
from prefdata.claims.verifying import Asked, Verifier
from prefdata.gathering import gathered
from prefdata.metrics.mentions import synonyms
from prefdata.models import ClaimsJudge, Model, VerifierConfig
from prefdata.questions import Prompt

Call = Callable[[Model, Request], Awaitable[Answer]]


class Verified(NamedTuple):
    """The claims of a text and a verdict on each, in the same order; and why claims of a model were not taken."""

    claims: list[Claim]
    verdicts: list[Verdict]
    dropped: Sequence[Dropped] = ()


class Verification:
    """The verifiers of a run, each made when it is first needed and shared by all who name it."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._verifiers: dict[VerifierConfig, Verifier] = {}
        self._truths: dict[Path | None, VerifierConfig] = {}

    async def read(self, judge: ClaimsJudge, prompt: Prompt, text: str) -> Verified:
        """What a judge makes of a text. Raises CallError where a model that is asked gives no answer."""
        found = await extracted(judge.extract, prompt, text, judge.extractor, self.call, objects_of(judge))
        said = [stated(config, UNKNOWN, text) for config in judge.verifiers if config.kind == "statements"]
        claims = {claim["claim_id"]: claim for each in (found.claims, *said) for claim in each}
        return (await self.verify(judge.verifiers, prompt, text, [*claims.values()]))._replace(dropped=found.dropped)

    async def verify(self, by: Sequence[VerifierConfig], prompt: Prompt, text: str, claims: list[Claim]) -> Verified:
        """The verdicts on claims that a text about a prompt's image makes; verifiers that cost something are asked only
        about what the others leave open. Raises CallError where a model that is asked gives no answer."""
        found: dict[str, dict[str, Evidence]] = {}
        open_ones = [claim for claim in claims if not claim["hedged"]]
        for costly in (False, True):
            asked = Asked(prompt, text, open_ones, _boxes(found), claims)
            heard = [each for each in map(self._verifier, by) if each.costly == costly]
            answers = await gathered(each.verify(asked) for each in heard)
            found |= {each.name: answer for each, answer in zip(heard, answers, strict=True)}
            open_ones = [claim for claim in open_ones if not _is_decided(claim, found)]
        deciding = frozenset(config.name for config in by if config.kind == TRUTH)
        return Verified(claims, verdicts(claims, _by_claim(claims, [found[each.name] for each in by]), deciding))

    async def truth(self, judge: ClaimsJudge, prompt: Prompt, text: str, claims: list[Claim]) -> Verified | None:
        """The claims held against what the prompt says is in its image, if it says so; to score a judge by that does
        not know it."""
        if prompt.objects is None or any(config.kind == TRUTH for config in judge.verifiers):
            return None
        words = _words(judge)
        config = self._truths.setdefault(words, VerifierConfig(TRUTH, TRUTH, synonyms=words))
        return await self.verify((config,), prompt, text, claims)

    async def close(self) -> None:
        for verifier in self._verifiers.values():
            await verifier.close()

    def _verifier(self, config: VerifierConfig) -> Verifier:
        if config not in self._verifiers:
            module = import_module(f"prefdata.claims.verifiers.{config.kind}")
            self._verifiers[config] = module.make(config, self.call)
        return self._verifiers[config]


def _words(judge: ClaimsJudge) -> Path | None:
    """The file of synonyms that says in which words the judge speaks of objects."""
    return next((config.synonyms for config in judge.verifiers if config.synonyms), None)


@lru_cache(16)
def _mapped(words: Path, digest: str) -> dict[str, str]:
    return synonyms(words.read_text(encoding="utf-8").splitlines())


def objects_of(judge: ClaimsJudge) -> dict[str, str]:
    """Word → object, by the synonyms of the first verifier that has any."""
    config = next((config for config in judge.verifiers if config.synonyms), None)
    return _mapped(config.synonyms, config.hashes.get("synonyms", "")) if config and config.synonyms else {}


def _is_decided(claim: Claim, found: Mapping[str, Mapping[str, Evidence]]) -> bool:
    said = (evidence.get(claim["claim_id"]) for evidence in found.values())
    return any(each["verdict"] in (SUPPORTED, CONTRADICTED) for each in said if each)


def _boxes(found: Mapping[str, Mapping[str, Evidence]]) -> dict[str, Box]:
    """Where the things that claims are about were seen first."""
    boxes: dict[str, Box] = {}
    for evidence in found.values():
        for name, each in evidence.items():
            if each["boxes"]:
                boxes.setdefault(name, tuple(each["boxes"][0]))  # type: ignore[arg-type]
    return boxes


def _by_claim(claims: list[Claim], found: list[dict[str, Evidence]]) -> dict[str, list[Evidence]]:
    names = [claim["claim_id"] for claim in claims]
    return {name: [evidence[name] for evidence in found if name in evidence] for name in names}
