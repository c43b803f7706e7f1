"""A token, and the parts of speech that a word can have by itself: closed lists, then WordNet and endings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from prefdata.claims import lexicon
from prefdata.claims.morphology import singular, verb_form


@dataclass(slots=True)
class Token:
    """A word, a phrase or a sign with its place, in lower case.

    `part`: D determiner, Q quantity, N noun, J adjective, V finite or base verb, G -ing, E participle, P preposition,
    O preposition that says no place, R place in the picture, B form of be, A auxiliary, T to, U pronoun, X relative,
    S subordinator, C and/or, Y but, H hedge, Z not, M no/without, I "some of", W adverb, K possessive 's, and , ; . as
    they are. `value`: the canonical form, a lemma or a quantity. `after`: "of" if that ends it; "!" for nobody.
    """

    start: int
    end: int
    low: str
    part: str
    value: str = ""
    after: str = ""


ADJECTIVE_ENDINGS = ("ful", "ous", "able", "ible", "less", "ish", "ical", "esque", "some", "ary")
ADJECTIVES = lexicon.section("adjectives") | lexicon.COLOURS | lexicon.SIZES | lexicon.section("not attributes")
JOINED, IN_LY, IN_ING = (lexicon.section(name) for name in ("joined", "adjectives in ly", "nouns in ing"))
PAST = lexicon.section("past")
PREFIXES = frozenset(["out", "off", "in", "on", "up", "to"])  # "out-of-frame", "fenced-in"


@lru_cache(maxsize=100_000)
def kinds(low: str) -> str:
    """The parts an open word can have, the likelier first: "NV" may be a noun or a verb."""
    if not low[0].isalpha():
        return "w"
    if "-" in low and low not in ADJECTIVES:
        return _with_hyphen(low)
    if low in IN_ING or low in {"one", "ones"}:
        return "N"
    noun = singular(low) in lexicon.NOUNS or low in lexicon.COCO_OF
    if low in ADJECTIVES:
        return "J" + ("N" if noun else "") + ("V" if _is_common_verb(low) else "")
    return _verbal(low, noun) or _nominal(low, noun)


def _verbal(low: str, noun: bool) -> str:
    """What a word can be as a form of a verb."""
    form = verb_form(low)
    if low in PAST:
        return "V"
    if (form and form[1] == "ing") or (not form and low.endswith("ing") and len(low) > 5):
        return "G"
    if form and form[1] == "ed" and not (noun and form[0] not in lexicon.COMMON_VERBS):
        return "E"
    if not noun and (low.endswith(("ward", "wards")) or (low.endswith("ly") and low not in IN_LY)):
        return "W"
    return ("NV" if noun else "V") if _is_common_verb(low) else ""


def _nominal(low: str, noun: bool) -> str:
    """What a word can be that is no verb worth a thought."""
    if low in lexicon.WORDNET_ADJECTIVES:
        return "JN" if noun else "J"
    if noun:
        return "N"
    if low.endswith(ADJECTIVE_ENDINGS):
        return "J"
    return "V" if verb_form(low) else "N"


def _is_common_verb(low: str) -> bool:
    form = verb_form(low)
    return form is not None and form[0] in lexicon.COMMON_VERBS


def _with_hyphen(low: str) -> str:
    """ "snow-covered" is an adjective, "t-shirt" a noun."""
    last, form = low.rsplit("-", 1)[1], verb_form(low.rsplit("-", 1)[1])
    if low.split("-")[0] in PREFIXES or last in JOINED or last in ADJECTIVES:
        return "J"
    if form and form[1] in {"ed", "ing"}:
        return "J"
    return "N" if singular(last) in lexicon.NOUNS else "J"
