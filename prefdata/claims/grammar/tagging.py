"""The part of speech of a word that can have several, by its neighbours; and the lemmas of verbs.

A few rules in the manner of Brill (1992), in place of a trained tagger: what is ambiguous in captions is nearly always
noun or verb ("watches"), adjective or noun ("orange"), and both can be told from the words beside it.
"""

from __future__ import annotations

from prefdata.claims import lexicon
from prefdata.claims.grammar.parts import ADJECTIVES, IN_ING, Token
from prefdata.claims.morphology import is_plural, singular, verb_form

PARTICLES, PHRASAL = lexicon.section("particles"), lexicon.section("phrasal")
HAVE = frozenset(["has", "have", "had", "having"])
AFTER_NO_NOUN = frozenset(",.;CYPRS")
END = Token(0, 0, "", ".")


def tag(found: list[Token]) -> list[Token]:
    """The tokens, each with one part."""
    finite = ""  # whether this clause has its verb: "yes", "" or, after a comma, "listed"
    for at, token in enumerate(found):
        before, after = found[at - 1] if at else END, found[at + 1] if at + 1 < len(found) else END
        part = _special(token, before, after, found[at + 2] if at + 2 < len(found) else END)
        token.part = part or (token.part if len(token.part) == 1 else _chosen(found, at, finite))
        if token.part in "VGE" or (token.part == "J" and token.low.endswith("ed")):
            form = verb_form(token.low)
            token.value = form[0] if form else token.low
        finite = _has_verb(token, before, after, finite)
    return found


def _has_verb(token: Token, before: Token, after: Token, finite: str) -> str:
    """Whether the clause has its verb, after this token."""
    if token.part in ".;SX" or (token.part == "," and after.part in "CY"):
        return ""
    if token.part == "," and finite:
        return "listed"
    return "yes" if token.part in "VB" and before.part != "T" else finite


def _special(token: Token, before: Token, after: Token, later: Token) -> str:
    """The part of words that have rules of their own; "" for all others."""
    low, part = token.low, token.part
    if part == "K":
        return "B" if before is END or before.part in "UWXS" or after.part == "G" else "K"
    if low == "can" and before.part in "NJD" and before is not END and (after is END or after.part[0] not in "BVAWNHZ"):
        return "N"  # "a trash can"
    if low in IN_ING and before.part == "N" and after.part in {"D", "U"} and verb_form(low):
        return "G"  # "lines marking the court"
    if low in {"more", "less"} and after.part[0] == "N":
        return "J"
    if low == "even" and after.part in ",.C":
        return "J"
    if low == "back" and before.part in "VGEW" and before is not END and after.part[0] not in "NJ":
        return "W"
    if low in {"as", "that"}:
        return _as_or_that(low, before, after)
    if part == "P" and _is_adverb(token, before, after):
        return "W"
    if part == "T":
        return "T" if after is not END and _is_infinitive(after, later) else "O"
    return ""


def _is_base(low: str) -> bool:
    form = verb_form(low)
    return form is not None and form[1] == "base"


def _is_infinitive(token: Token, after: Token) -> bool:
    """Whether a word after "to" is a verb."""
    if token.part in {"B", "A"}:
        return True
    if token.part == "N" and after.part in {"D", "U"} and _is_base(token.low):
        token.part = "V"  # "to grab some hay"
    adjective = token.part[0] == "J" and token.low not in lexicon.COLOURS
    return "V" in token.part or (adjective and _is_base(token.low))


def _is_adverb(token: Token, before: Token, after: Token) -> bool:
    """Whether a preposition has nothing after it, or belongs to the verb: "looking around", "holds up a phone"."""
    if after.part in AFTER_NO_NOUN:
        return True
    if before is not END and before.part[0] in "VGEN" and token.low in {"up", "down", "off", "out"}:
        form = verb_form(before.low)
        if form and form[0] in PHRASAL:
            return True
    return token.low in PARTICLES and after.part in {"W", "G"}


def _as_or_that(low: str, before: Token, after: Token) -> str:
    if low == "as":
        return "S" if after.part in {"U", "D", "E"} else "O"
    if before.part in {"V", "G"} and after.part in {"D", "U", "Q"}:
        return "S"  # "ensuring that the dish …"
    verb_follows = after.part in {"B", "A", "H", "E"} or "V" in after.part
    return "X" if before is not END and verb_follows else "D"


def _chosen(found: list[Token], at: int, finite: str) -> str:
    token, before = found[at], found[at - 1] if at else END
    after, later = (found[place] if place < len(found) else END for place in (at + 1, at + 2))
    if "J" in token.part:
        previous = "V" if before.low in HAVE else before.part
        return _adjective_or_noun(token, previous, after.part, later.part[0])
    return _noun_or_verb(token, before, after.part, finite, _verb_before(found, at, after.part))


def _adjective_or_noun(token: Token, previous: str, following: str, later: str) -> str:
    """ "an orange" and "an orange cat"; `later`: what stands after what follows."""
    low = token.low
    if previous in {"T", "A"} and verb_form(low):
        return "V"
    if following[0] in "NJ" or previous == "B" or "N" not in token.part or low in lexicon.FRAME:
        return "J"
    if low == "light" and previous == "J":
        return "N"
    noun = low not in lexicon.SIZES and lexicon.is_concrete(singular(low))
    if low in lexicon.COLOURS and not (previous in {"D", "Q"} and noun):
        return "J"
    goes_on = following in {"C", "G", "E"} and not (following == "C" and later in {"D", "Q"})  # "a square and a circle"
    ends = not (low in ADJECTIVES and goes_on) and not (following == "," and later == "J")
    return "N" if noun and ends and previous in {"D", "Q", "P", "O", "J", "K", "N", "M", "V"} else "J"


def _verb_before(found: list[Token], at: int, following: str) -> bool:
    """Whether the word before "and" was a verb in the same form: "sit and watch", "is smiling and looks happy"."""
    earlier = next((found[place] for place in range(at - 2, -1, -1) if found[place].part != "W"), END)
    third = found[at].low.endswith("s")
    same = earlier.part == "V" and earlier.low.endswith("s") == third
    return same or (earlier.part == "G" and third and following in {"J", "P", "D"})


def _noun_or_verb(token: Token, before: Token, following: str, finite: str, verb_before: bool) -> str:
    """ "watches" and "rest": a verb where a verb is missing and the noun before it agrees in number."""
    previous, third = before.part, token.low.endswith("s") and not token.low.endswith("ss")
    if previous in set("DQJKMPO.RGE"):
        return "N"
    if previous in {"T", "A", "U", "X", "Z"}:
        return "V"
    if previous == "C" and (verb_before or (finite == "yes" and token.low.endswith("s") and following in {"D", "U"})):
        return "V"
    if finite == "yes" or previous == "C":
        return "N"
    if previous == "N":
        ends = set("BA,C.") if finite else {"B", "A"}
        agrees = third != is_plural(before.low.rsplit(" ", 1)[-1])
        return "V" if agrees and following not in ends else "N"
    return "V" if previous in {"W", "H", "S"} else "N"
