"""The judge that needs no model: rules that look at one text each. Checks judge, measures only describe.

Each rule is to be right nearly always rather than to find everything, and says nothing (None) where it is not sure
or does not apply.
"""

from __future__ import annotations

from collections.abc import Iterable

from prefdata.judges.rules.boilerplate import no_boilerplate
from prefdata.judges.rules.ending import complete, not_empty
from prefdata.judges.rules.grammar import grammatical
from prefdata.judges.rules.language import wanted_language
from prefdata.judges.rules.measures import confident_tone, length, sentence_length, word_count
from prefdata.judges.rules.refusal import no_refusal
from prefdata.judges.rules.repetition import no_repetition
from prefdata.judges.rules.text import Check, Finding, Text
from prefdata.judges.rules.units import information_units

__all__ = ["CHECKS", "Check", "Finding", "Text", "check"]

CHECKS = {
    rule.name: rule
    for rule in (
        Check("not_empty", "has any text", False, not_empty),
        Check("complete", "ends where its writer meant to end, and was not cut off", False, complete),
        Check("no_repetition", "does not go round in circles", False, no_repetition),
        Check("no_refusal", "does not begin by declining to answer", False, no_refusal),
        Check("no_boilerplate", 'does not speak of itself as a machine ("As an AI …")', False, no_boilerplate),
        Check("language", "is in the wanted language, or else the prompt's", False, wanted_language),
        Check("grammar", "has no clear errors of grammar or punctuation", False, grammatical),
        Check("length", "characters", True, length),
        Check("words", "words; Chinese characters count as one each", True, word_count),
        Check("sentence_length", "mean words a sentence (Chinese: characters)", True, sentence_length),
        Check("confident_tone", "0 hedging … .5 neutral … 1 certain, by the share of sentences", True, confident_tone),
        Check(
            "information_units", "share of the prompt's information units that are mentioned", True, information_units
        ),
    )
}


def check(names: Iterable[str], text: Text) -> dict[str, Finding]:
    """What the named checks say of a text; only those that apply to it."""
    findings = {name: CHECKS[name].run(text) for name in names}
    return {name: finding for name, finding in findings.items() if finding is not None}
