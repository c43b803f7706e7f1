"""Text → tokens with their place and their part of speech."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.claims.grammar.parts import Token, kinds
from prefdata.claims.grammar.phrases import Piece, phrase
from prefdata.claims.grammar.spots import PART_STARTS, PLACE_STARTS, QUANTITY_STARTS, part_of, place, quantity
from prefdata.claims.grammar.tagging import tag

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W\d_]+)*|[,;:.!?()\"“”–—\n]|(?<=\s)-(?=\s)|/|['’]")
QUOTED = re.compile(r"\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”")  # what a sign says is no claim about the picture
CLITIC = re.compile(r"(?P<stem>.+?)(?P<clitic>n['’]t|['’](?:s|re|ve|ll|d|m))$", re.IGNORECASE)
CLITICS = {"'s": "K", "'": "K", "'re": "B", "'m": "B", "'ve": "A", "'ll": "A", "'d": "A", "n't": "Z", "to": "T"}
START = Token(0, 0, "", ".")
# "There are over three", "with over three", not "a bird over three".
BEFORE_NUMBERS = frozenset(["with", "of", "contains", "contain", "shows", "show", "has", "have", "features", "depicts"])
SIGNS = dict(zip(",;:–—-/().!?\n", ",;;,,,C,,....", strict=True))


def tokens(text: str) -> list[Token]:
    """All tokens of a text, in order; each lies in the text as it is written."""
    quoted = [found.span() for found in QUOTED.finditer(text)]
    words = [(found.start(), found.end(), found.group()) for found in WORD.finditer(text)]
    if quoted:  # the full stop inside a quotation ends the sentence around it
        inside = [any(a <= word[0] < b for a, b in quoted) for word in words]
        words = [
            (*word[:2], "." if within else word[2])  # and asks nothing
            for word, within in zip(words, inside, strict=True)
            if not within or word[2] in ".!?"
        ]
    return tag(list(_grouped(text, [piece for word in words for piece in _pieces(*word)])))


def _pieces(start: int, end: int, word: str) -> list[Piece]:
    """A word and the clitic on it, each in lower case: "giraffe's", "isn't"."""
    low = word.lower().replace("’", "'")
    if low == "cannot":
        return [(start, start + 3, "can"), (start + 3, end, "not")]
    found = CLITIC.match(word) if "'" in low else None
    if len(low) != len(word) or not found:
        return [(start, end, low)]
    cut = len(found["stem"])
    return [(start, start + cut, low[:cut]), (start + cut, end, low[cut:])]


def _grouped(text: str, pieces: list[Piece]) -> Iterator[Token]:
    """Pieces joined to phrases, quantities and places."""
    at, before, earlier = 0, START, START
    while at < len(pieces):
        token = _spot(text, pieces[at], before, earlier) or phrase(pieces, at) or _word(text, pieces, at)
        yield token
        before, earlier = token, before
        at += 1
        while at < len(pieces) and pieces[at][0] < token.end:
            at += 1


def _spot(text: str, piece: Piece, before: Token, earlier: Token) -> Token | None:
    """A place or a quantity that begins here; "around two" after a verb is no rough number, "number two" is none."""
    start, _, low = piece
    token = place(text, start) if low in PLACE_STARTS else None
    if token is None and low in PART_STARTS:
        token = part_of(text, start)
    if token is None and (low.split("-")[0] in QUANTITY_STARTS or low[0].isdigit()):
        token = None if _leads_to_a_thing(low, before, earlier) else quantity(text, start)
    if token is not None and token.part == "Q" and _names(before, earlier):
        token.part = "I"
    return token


def _leads_to_a_thing(low: str, before: Token, earlier: Token) -> bool:
    """Whether what may go before a number is a preposition: "walks around two trees", "lies under two chairs"."""
    if low in {"over", "under"}:
        return before.low not in BEFORE_NUMBERS and (earlier.low, before.part) != ("there", "B")
    return low in {"around", "about"} and before.part in "GEV"


def _names(before: Token, earlier: Token) -> bool:
    """Whether a number is a name ("the number two bus"), or may be a bound or not ("Over two chairs …")."""
    return before.low == "number" or (before.low in {"over", "under"} and earlier.part == ".")


def _word(text: str, pieces: list[Piece], at: int) -> Token:
    start, end, low = pieces[at]
    if low in SIGNS:
        return Token(start, end, low, SIGNS[low])
    if low in CLITICS:
        return Token(start, end, low, CLITICS[low])
    part = kinds(low)
    return Token(start, end, low, "N" if part[0] in "JNVGE" and _is_name(text, pieces, at) else part)


def _is_name(text: str, pieces: list[Piece], at: int) -> bool:
    """Whether a word stands in a name: it and the next begin with a capital, and no sentence begins here."""
    if not 0 < at < len(pieces) - 1 or pieces[at - 1][2] in SIGNS:
        return False
    return text[pieces[at][0]].isupper() and text[pieces[at + 1][0]].isupper()
