"""Quantities ("at least two", "a group of", "some of the") and places in the picture ("on the left side of")."""

from __future__ import annotations

import re

from prefdata.claims import lexicon
from prefdata.claims.grammar.parts import Token, kinds
from prefdata.claims.grammar.phrases import SINGLE

VALUES = lexicon.valued("numbers")
NUMBERS = "|".join(sorted(VALUES, key=len, reverse=True))
NUMBER = rf"(?:\d{{1,6}}(?!\d)|(?:{NUMBERS})(?:-(?:{NUMBERS}))?)"
GROUPS = "|".join(sorted(lexicon.section("quantity nouns"), key=len, reverse=True))
BOUNDS = {"at least": ">=", "at most": "<=", "up to": "<=", "no more than": "<="}
MORE_THAN, LESS_THAN = ("over", "well over", "more than"), ("under", "well under", "fewer than", "less than")
BEYOND = dict.fromkeys(MORE_THAN, ">=") | dict.fromkeys(LESS_THAN, "<=")
ABOUT = "about|around|approximately|almost|nearly|roughly|exactly"
QUANTITY = re.compile(
    rf"(?:between\s+(?P<least>{NUMBER})\s+and\s+(?P<most>{NUMBER})(?=\s+[^\W\d])"
    rf"|(?:(?P<bound>{'|'.join([*BOUNDS, *BEYOND])}|{ABOUT})\s+)?"
    rf"(?P<low>{NUMBER})(?:\s*(?:or|to|-)\s*(?P<high>{NUMBER}))?)(?![\w'’-])"
    rf"|(?:(?:a|an|the|another|this)\s+)?(?:(?P<size>[a-z-]+)\s+)?(?P<group>{GROUPS})s?\s+of(?!\w)",
    re.IGNORECASE,
)
EXACT = {"pair": "=2", "couple": "=2", "dozen": "=12"}
QUANTITY_STARTS = frozenset(VALUES) | lexicon.section("quantity nouns") | lexicon.section("quantity starts")

SOME = "|".join(sorted(lexicon.section("some"), key=len, reverse=True))
PART_OF = re.compile(
    rf"(?:{SOME}|{NUMBER})\s+of\s+(?=(?:the|these|those|them|which|whom|his|her|its|their)\b)", re.IGNORECASE
)
PART_STARTS = QUANTITY_STARTS | lexicon.section("some")

WHERE = (
    "left|right|top|bottom|cent(?:er|re)|middle|background|foreground|distance|corners?|edges?|ends?|front|back|rear"
    "|upper|lower|far"
)
TAIL = "sides?|areas?|parts?|portions?|half|section|corners?|edges?|most"
PLACE = re.compile(
    r"(?:(?:further|farther|slightly|more)\s+)?"
    r"(?P<near>(?:closer|close|nearer|near)\s+(?:to|towards?)|near|on|in|at|to|towards?|along)\s+"
    r"(?:(?P<det>the|its|their|his|her|one|another|either|each|both|a)\s+)?"
    r"(?:(?:very|far|extreme|immediate|dead|blurred|blurry)\s+)?"
    rf"(?P<place>(?:{WHERE})(?:[-\s](?:hand(?=[-\s](?:side|corner))|{WHERE}))*|sides?(?=\s+of))"
    rf"(?:[-\s]+(?:{TAIL}))*(?P<of>\s+of)?(?![\w-])",
    re.IGNORECASE,
)
PLACE_STARTS, BARE, PLACE_WORDS = (
    lexicon.section("place starts"),
    lexicon.section("bare places"),
    lexicon.valued("place words"),
)
INCOMPLETE = frozenset(["far", "upper", "lower"])
NEXT_WORD = re.compile(r" ([^\W_]+(?:-[^\W\d_]+)*)")
BREAK = re.compile(r"[-\s]+")


def quantity(text: str, start: int) -> Token | None:
    """A number, with its bound, or a noun that stands for several; None for "one", which counts nothing."""
    found = QUANTITY.match(text, start)
    if not found:
        return None
    if found["group"]:
        size, kind = (found["size"] or "").lower(), found["group"].lower()
        if size and kinds(size)[0] not in "JG":
            return None
        return Token(start, found.end(), kind, "Q", EXACT.get(kind, ">=2"), "of")
    ends = [_number(number) for number in found.group("low", "high", "least", "most") if number]
    if ends == [0]:
        return None  # "0 dogs" are no dogs
    bound = (found["bound"] or "").lower()
    if ends[0] == 1 and bound not in BEYOND:
        return None
    return Token(start, found.end(), found.group().lower(), "Q", _value(bound, ends))


def _value(bound: str, ends: list[int]) -> str:
    """What a word before a number makes of it; "over three" are four at least."""
    sign = BEYOND.get(bound) or BOUNDS.get(bound, "~" if bound and bound != "exactly" else "=")
    step = 0 if bound not in BEYOND else 1 if sign == ">=" else -1
    return sign + "-".join(str(end + step) for end in ends)


def _number(word: str) -> int:
    """ "13" and "thirteen" are 13; "twenty-five" is 25."""
    return int(word) if word.isdigit() else sum(int(VALUES[part]) for part in word.lower().split("-"))


def part_of(text: str, start: int) -> Token | None:
    """ "Two of them", "some of the people": some out of more; it counts nothing."""
    found = PART_OF.match(text, start)
    if not found:
        return None
    return Token(start, start + len(found.group().rstrip()), found.group().lower(), "I")


def place(text: str, start: int) -> Token | None:
    """A place in the picture or in a thing: part R, or P for "to the left of", which is beside it."""
    found = PLACE.match(text, start)
    if not found or not _is_place(text, found):
        return None
    words, near = found.group().lower(), found["near"].lower()
    value = _place_value(found)
    if near == "to" and found["of"] and value in {"left", "right"}:
        return Token(start, found.end(), words, "P", f"{value} of")
    return Token(start, found.end(), words, "R", value, "of" if found["of"] else "")


def _is_place(text: str, found: re.Match[str]) -> bool:
    """Whether the words are a place: not "on top of", "in front", "in his right hand"."""
    words = found["place"].lower()
    if (
        words in INCOMPLETE
        or (words == "distance" and (found["det"] or "").lower() != "the")
        or found.group().lower() == "on top of"
    ):
        return False
    if not found["det"] and BREAK.split(words)[0] not in BARE:
        return False
    if found["near"].lower() == "in" and words == "front":
        return False
    following = NEXT_WORD.match(text, found.end())
    low = following[1].lower() if following else ""
    return bool(found["of"]) or not low or low in SINGLE or kinds(low)[0] not in "NJ"


def _place_value(found: re.Match[str]) -> str:
    """ "top left corner", "center": a corner's edge is a corner."""
    words = [word for word in BREAK.split(found["place"].lower()) if word not in {"hand", "far"}]
    tail = found.group().lower()[found.end("place") - found.start() :]
    words += re.findall("corner", tail) or re.findall("edge", tail)
    names = [PLACE_WORDS.get(word, word) for word in words]
    return " ".join(dict.fromkeys(name for name in names if name != "edge" or "corner" not in names))
