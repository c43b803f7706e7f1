"""Words as a question needs them: a noun's article and plural, a verb's -ing form. The way back of morphology.py."""

from __future__ import annotations

import re
from functools import lru_cache

from prefdata.claims import lexicon

# Of a compound the last word counts.
MASS, PLURAL_ONLY = lexicon.section("mass"), lexicon.section("plural only")
UNIQUE, SAME = lexicon.section("unique"), lexicon.section("same plural")
PLURALS = lexicon.valued("said plurals")
GERUNDS = {lemma: form for form, lemma in lexicon.IRREGULAR_VERBS.items() if form.endswith("ing") and form != lemma}
GERUNDS |= {"be": "being"}
# By sound, not by letter.
VOWEL_FIRST = re.compile(
    r"(?!uni(?![dmn])|us[eu]|ut[ei]|ukulele|urin|eu|one|once)[aeiou]|hour|honest|hono|heir|x-ray|mri"
)
VOWELS = "aeiou"


def last(noun: str) -> str:
    """The word by which a compound is inflected."""
    return noun.rsplit(" ", 1)[-1]


def an(words: str) -> str:
    """The words with "a" or "an" before them."""
    return f"an {words}" if VOWEL_FIRST.match(words) else f"a {words}"


@lru_cache(maxsize=50_000)
def plural(noun: str) -> str:
    """The plural of a singular noun in lower case: "knife" is "knives"; "sheep" and "scissors" stay."""
    kind, of, rest = noun.partition(" of ")  # "chest of drawers"
    before, blank, word = kind.rpartition(" ")
    return f"{before}{blank}{_plural(word)}{of}{rest}"


def _plural(word: str) -> str:
    if word in PLURALS or word in SAME or word in PLURAL_ONLY:
        return PLURALS.get(word, word)
    if word.endswith("man"):
        return f"{word[:-2]}en"
    if word.endswith("y") and word[-2:-1] not in VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


@lru_cache(maxsize=50_000)
def gerund(verb: str) -> str:
    """The -ing form of a verb's base form: "sit" is "sitting"; of several words the first is inflected."""
    word, blank, rest = verb.partition(" ")
    return f"{_gerund(word)}{blank}{rest}"


def _gerund(word: str) -> str:
    if word in GERUNDS:
        return GERUNDS[word]
    if word.endswith("ie"):
        return f"{word[:-2]}ying"
    return f"{word[:-1]}ing" if word.endswith("e") and not word.endswith(("ee", "oe", "ye")) else f"{word}ing"
