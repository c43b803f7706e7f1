"""`statements`: what a text must not say whatever its image shows is contradicted wherever it says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prefdata.claims.claim import Claim
from prefdata.claims.statements import SHIPPED, compiled, found
from prefdata.claims.verdict import CONTRADICTED, Evidence, blind
from prefdata.claims.verifying import Asked
from prefdata.errors import InputError
from prefdata.models import VerifierConfig

if TYPE_CHECKING:
    from prefdata.verification import Call

Patterns = dict[str, re.Pattern[str]]


class Statements:
    costly = False

    def __init__(self, name: str, patterns: Patterns) -> None:
        self.name, self.patterns = name, patterns

    async def verify(self, asked: Asked) -> dict[str, Evidence]:
        """claim_id → evidence, of the claims that `claims` finds in the text; of others it knows nothing."""
        own = {_place(each) for each in found("", asked.text, self.patterns)}
        return {each["claim_id"]: self._against(each) for each in asked.claims if _place(each) in own}

    async def close(self) -> None: ...

    def _against(self, claim: Claim) -> Evidence:
        rule = f"statement:{claim['subject']}"
        return {**blind(self.name, ""), "verdict": CONTRADICTED, "rule_id": rule, "reason": None}


def make(config: VerifierConfig, call: Call) -> Statements:
    """Raises InputError for a pattern that is none."""
    return Statements(config.name, patterns(config))


def claims(config: VerifierConfig, candidate_id: str, text: str) -> list[Claim]:
    """What a text says that it must not, as claims to be verified with its others. Raises InputError as `make` does."""
    return found(candidate_id, text, patterns(config))


def patterns(config: VerifierConfig) -> Patterns:
    """The statements of a config, or the shipped ones. Raises InputError."""
    return {name: _pattern(config, name, pattern) for name, pattern in (config.statements or SHIPPED).items()}


def _pattern(config: VerifierConfig, name: str, pattern: str) -> re.Pattern[str]:
    try:
        return compiled(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        remedy = "write a regular expression as Python's re reads it"
        where = f'verifier "{config.name}"'
        raise InputError(where, f'"{pattern}" is none ({error})', remedy, None, f"statements.{name}") from None


def _place(claim: Claim) -> tuple[str, str, int, int]:
    start, end = claim["char_span"]
    return claim["type"], claim["subject"], start, end
