"""Word forms: the singular of a noun, the lemma of a verb.

WordNet's morphy (Miller et al. 1990): a list of exceptions, then rules of detachment that must lead to a known word;
where the word is unknown the first rule that fits decides.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from prefdata.claims import lexicon

Form = Literal["base", "s", "ing", "ed"]

VOWELS = frozenset("aeiou")
PLURALS = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("men", "man"), ("children", "child"), ("s", ""), ("es", ""))
UNKNOWN_PLURALS = (
    ("ies", "y"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("sses", "ss"),
    ("xes", "x"),
    ("zzes", "zz"),
    ("s", ""),
)


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """The singular of a noun in lower case: "knives" is "knife"; "scissors", "bus", "glasses" stay."""
    if word in lexicon.INVARIANT or len(word) < 3:
        return word
    if word in lexicon.IRREGULAR_PLURALS:
        return lexicon.IRREGULAR_PLURALS[word]
    if not word.endswith(("s", "men", "children")) or word.endswith("ss"):
        return word
    hissing = word.endswith(("sses", "shes", "ches", "xes", "zzes"))  # "crosses" are not of a crosse
    for ending, instead in reversed(PLURALS) if hissing else PLURALS:
        if word.endswith(ending) and word[: -len(ending)] + instead in lexicon.NOUNS:
            return word[: -len(ending)] + instead
    if word in lexicon.NOUNS or word.endswith(("us", "is")):
        return word
    return next((word[: -len(old)] + new for old, new in UNKNOWN_PLURALS if word.endswith(old)), word)


def is_plural(word: str) -> bool:
    """Whether a noun names several: its singular is another word, or it has but one form and is used for several."""
    return singular(word) != word or word in lexicon.PLURAL_AS_THEY_ARE


@lru_cache(maxsize=50_000)
def verb_form(word: str) -> tuple[str, Form] | None:
    """The lemma of a verb and which of its forms the word is; None if no verb is known of which it is one."""
    if word in lexicon.IRREGULAR_VERBS:
        lemma = lexicon.IRREGULAR_VERBS[word]
        return lemma, "ing" if word.endswith("ing") and not lemma.endswith("ing") else "ed"
    endings: tuple[tuple[str, Form], ...] = (("ing", "ing"), ("ed", "ed"), ("es", "s"), ("s", "s"))
    for ending, form in endings:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = _stem(word[: -len(ending)])
            if stem:
                return stem, form
    return (word, "base") if word in lexicon.VERB_LEMMAS else None


def _stem(rest: str) -> str | None:
    """The verb of which `rest` is left when an ending is taken off: "sitt", "rid", "carri", "play"."""
    guesses = [rest, rest + "e"]
    if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in VOWELS:
        guesses.insert(0 if rest[-1] not in "lsfz" else 1, rest[:-1])
    elif len(rest) > 2 and rest[-1] not in VOWELS and rest[-2] in VOWELS and rest[-3] not in VOWELS:
        guesses.reverse()
    if rest.endswith("i"):
        guesses.append(rest[:-1] + "y")
    if rest.endswith("y"):
        guesses.append(rest[:-1] + "ie")
    common = [guess for guess in guesses if guess in lexicon.COMMON_VERBS]
    return next((guess for guess in common + guesses if guess in lexicon.VERB_LEMMAS), None)
