"""What holds of a whole sentence: whether it asks, leaves something out of what it denies, or goes on counting."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from prefdata.claims import lexicon
from prefdata.claims.grammar.parts import Token

EXCEPTIONS = lexicon.section("exceptions")
PAUSES = frozenset(";:–—")
ORDINALS = frozenset(["third", "fourth", "fifth", "sixth", "seventh"])


class Sentence(NamedTuple):
    """excepts: "no animals but a dog", so what it denies may be there after all; counts_on: "two dogs and a third"."""

    excepts: bool
    counts_on: bool


def sentence(found: list[Token], at: int) -> Sentence:
    """The sentence that begins at `at`."""
    words = found[at : _end(found, at)]
    excepts = any(token.low in EXCEPTIONS or _is_bare_but(words, n) for n, token in enumerate(words))
    counts_on = any(one.low == "a" and other.low in ORDINALS for one, other in pairwise(words))
    return Sentence(excepts, counts_on)


def stated(found: list[Token]) -> list[Token]:
    """The tokens without the questions, which claim nothing; of these only the sign is left."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        end = _end(found, at)
        kept += found[at : _asked(found, at, end)] + found[end : end + 1]
        at = end + 1
    return kept


def _end(found: list[Token], at: int) -> int:
    return next((place for place in range(at, len(found)) if found[place].part == "."), len(found))


def _asked(found: list[Token], at: int, end: int) -> int:
    """Where the question begins that ends at `end`: with the sentence, or after a dash or a semicolon in it; at `end`
    if nothing is asked: "perhaps some furniture?" says that it may be there."""
    begin = next((place + 1 for place in range(end - 1, at - 1, -1) if found[place].low in PAUSES), at)
    asks = end < len(found) and found[end].low == "?" and found[begin].part != "H"
    return begin if asks else end


def _is_bare_but(words: list[Token], at: int) -> bool:
    """Whether a "but" has no comma before it, as in "nobody but the man"."""
    return words[at].low == "but" and at > 0 and words[at - 1].part != ","
