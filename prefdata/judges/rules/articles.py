"""Mistakes with "a" and "an": by how the next word begins when it is said, not written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.judges.rules.phrases import listed, one_of

ARTICLE = re.compile(r"(?<![\w'’.,/&+-])(a|an|A|An) ([A-Za-z][\w'’-]*|\d[\d,.]*)")
SAID_WITH_A = re.compile(
    one_of("""
        uni(?!n|m[^o]|de) / us(?:e|a|u[^r]|urp) / ut(?:il|e|o) / ubiq / ur[aio] / uvul / uk[eur] / ugan / uy / eu / ewe
        one(?:s|ness)?(?:$|[-'’]) / once / oui
    """),
    re.I,
)
"""Written with a vowel, said with a consonant: university, useful, utility, European, one, once."""
SAID_WITH_AN = re.compile(r"(?:hour|honest|honou?r|heir)", re.I)
"""Written with h, said with a vowel."""
EITHER = re.compile(
    one_of("""
        herb / histor / hyst / hallu / habit / hotel / hom+age / hilar / heredit / heroic / hypoth / harmon / hum
        hors$ / unani / ure / ub[eu] / uz / uig / oax / y / x / u(?:rl|ri|uid|sb|dp|id|tc|fo)s?$
        (?:fbi|nba|mba|mma|hiv|rna|sos|nsa|nato|mri|sat)s?$
    """),
    re.I,
)
"""Said or held differently by different writers: an historic, an herb, a url."""
LABELLED = listed(
    "a an and or is are as at if in of on it un una el i am us other also all only so to for the was had but than thou"
)
"""After these an "a" is a letter ("vitamin a is", "a and b") or another word was left out."""
LABELS = re.compile(
    r"\b(?:vitamin|hepatitis|influenza|type|group|class|grade|section|option|plan|team|point|side|part|variant) $", re.I
)
"""Before an "a" that is a letter."""


def article_errors(sentence: str) -> Iterator[str]:
    """Articles that do not fit the sound that follows."""
    for found in ARTICLE.finditer(sentence):
        article, word = found[1], found[2]
        if article[0] == "A" and found.start() > 0:  # "Plan A involves": a letter
            continue
        if LABELS.search(sentence, max(0, found.start() - 12), found.start()):
            continue
        right = _right(word)
        if right and right != article.lower():
            yield found[0]


def _right(word: str) -> str | None:
    """The article a word takes, or None where it is open."""
    if word[0].isdigit():
        return _before_number(word)
    head = re.split(r"[-'’]", word)[0]
    if len(head) < 3 or head.lower() in LABELLED or EITHER.match(word) or re.search(r"[A-Z_\d]", word[1:]):
        return None  # letters, abbreviations and names of things in code are said in many ways
    if SAID_WITH_A.match(word):
        return "a"
    if SAID_WITH_AN.match(word):
        return "an"
    if not re.search(r"[aeiouy]", word, re.I):
        return None
    return "an" if word[0].lower() in "aeiou" else "a"


def _before_number(number: str) -> str | None:
    """8, 80, 8,000, 11 and 18 begin with a vowel; four digits and more may be read in several ways."""
    digits = re.split(r"[.,]", number)[0]
    if digits in ("11", "18") or (digits.startswith("8") and len(digits) <= 3):
        return "an"
    return "a" if len(digits) <= 3 and not digits.startswith(("1", "8")) else None
