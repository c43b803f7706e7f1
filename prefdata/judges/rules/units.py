"""`information_units`: how much of what there is to say does the text say?

The measure of picture descriptions: of a list of things a picture shows, each with its synonyms, the share that is
mentioned (for the Cookie Theft picture see Yorkston and Beukelman 1980, Croisile et al. 1996).
"""

from __future__ import annotations

import re
from functools import lru_cache

from prefdata.judges.rules.prose import is_han
from prefdata.judges.rules.text import Finding, Text

VOWELS = "aeiou"


def information_units(given: Text) -> Finding | None:
    """The share of the prompt's units of which the text has a synonym, in any simple inflection."""
    units = [tuple(unit) for unit in given.units if any(synonym.strip() for synonym in unit)]
    if not units:
        return None
    text = given.text.replace("’", "'")
    missing = [unit[0] for unit in units if not _pattern(unit).search(text)]
    detail = f"{len(units) - len(missing)} of {len(units)}"
    return Finding(1 - len(missing) / len(units), f"{detail}; without {', '.join(missing)}" if missing else detail)


@lru_cache(maxsize=4096)
def _pattern(unit: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of a unit's synonyms."""
    return re.compile("|".join(_phrase(synonym) for synonym in unit if synonym.strip()), re.I)


def _phrase(synonym: str) -> str:
    """A synonym's words in any inflection, at word boundaries; Chinese stands anywhere, it has none."""
    if is_han(synonym.strip()):
        return re.escape(synonym.strip())
    return r"(?<!\w)" + r"[\s-]+".join(_word(word) for word in synonym.split()) + r"(?!\w)"


def _word(word: str) -> str:
    forms = {form for base in _bases(word.lower()) for form in _inflections(base)}
    return "(?:" + "|".join(sorted(map(re.escape, forms | {word.lower()}), key=lambda form: (-len(form), form))) + ")"


def _bases(word: str) -> set[str]:
    """What a word may be a form of: "tipping" of "tip", "cookies" of "cookie", "dries" of "dry"."""
    bases = {word}
    if word.endswith("ies") and len(word) > 4:
        bases |= {word[:-3] + "y", word[:-1]}
    elif word.endswith("es"):
        bases |= {word[:-1], word[:-2]}
    elif word.endswith("s") and not word.endswith("ss"):
        bases.add(word[:-1])
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 2 and any(letter in VOWELS for letter in stem):
            bases |= {stem, stem + "e"} | ({stem[:-1]} if stem[-1] == stem[-2] else set())
    return {base for base in bases if len(base) >= 3} | {word}


def _inflections(word: str) -> set[str]:
    """The regular forms of a word: plural, possessive, third person, past, -ing."""
    forms = {word, word + "s", word + "es", word + "'s", word + "ed", word + "ing"}
    if word.endswith("e"):
        forms |= {word + "d", word[:-1] + "ing"}
    if word.endswith("y"):
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    if len(word) >= 3 and word[-1] not in VOWELS + "wxy" and word[-2] in VOWELS and word[-3] not in VOWELS:
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return forms
