"""What may be said of claims about the tiny world, told from the scenes alone: an oracle that asks no rule.

It reads the few sentences that `tinyworld.wording` writes with one regular expression, and of a claim only its type and
its place in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from prefdata.claims.claim import Claim, mention
from prefdata.tinyworld.measure import NAMES
from prefdata.tinyworld.scene import COLOURS, SIZES, Scene, Thing
from prefdata.tinyworld.wording import NUMBERS

PHRASE = re.compile(
    rf"\b(?P<number>an?|the|{'|'.join(NUMBERS)}) (?:(?P<size>{'|'.join(SIZES)}) )?(?:(?P<colour>{'|'.join(COLOURS)}) )?"
    rf"(?P<shape>{'|'.join(sorted(NAMES, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
BEYOND: dict[str, Callable[[Thing, Thing], bool]] = {
    "left of": lambda one, other: one.x < other.x,
    "right of": lambda one, other: one.x > other.x,
    "above": lambda one, other: one.y < other.y,
    "below": lambda one, other: one.y > other.y,
}


class Allowed(NamedTuple):
    """What may be said of a claim. Both may where one of two things could be meant, or none at all is there."""

    supported: bool
    contradicted: bool


class Phrase(NamedTuple):
    """A noun phrase: "two small red circles"."""

    number: str
    size: str | None
    colour: str | None
    shape: str
    start: int
    end: int

    def fits(self, thing: Thing) -> int:
        """How many of its attributes a thing has."""
        return (thing.size == self.size) + (thing.colour == self.colour)

    def matching(self, shown: Scene) -> list[Thing]:
        """The things that are as it says."""
        said = sum(word is not None for word in (self.size, self.colour))
        return [thing for thing in shown.of(self.shape) if self.fits(thing) == said]

    def likeliest(self, shown: Scene) -> list[Thing]:
        """The things of its shape that have most of its attributes."""
        most = max(map(self.fits, shown.of(self.shape)), default=0)
        return [thing for thing in shown.of(self.shape) if self.fits(thing) == most]


def phrases(text: str) -> list[Phrase]:
    return [
        Phrase(m["number"].lower(), m["size"], m["colour"], NAMES[m["shape"].lower()], *m.span())
        for m in PHRASE.finditer(text)
    ]


def allowed(shown: Scene, text: str, claim: Claim) -> Allowed:
    """What may be said of a claim that a text makes about a scene."""
    start, end = claim["char_span"]
    if claim["type"] == "relation":
        one, other = [p for p in phrases(text) if p.end <= start][-1], next(p for p in phrases(text) if p.start >= end)
        return _beyond(BEYOND[mention(text, claim)], one.matching(shown), other.matching(shown))
    about = next(p for p in phrases(text) if p.start <= start < p.end)
    if claim["type"] == "object":
        there = bool(shown.count(about.shape)) != (about.number == "no")
        return Allowed(there, not there)
    if claim["type"] == "count":
        right = len(about.matching(shown)) == NUMBERS.index(about.number)
        return Allowed(right, not right)
    word = mention(text, claim)
    has = [word in (thing.size, thing.colour) for thing in about.likeliest(shown)]
    return Allowed(any(has), not all(has))


def misread(text: str, claims: Sequence[Claim]) -> set[str]:
    """The ids of claims that were put to another phrase than the one they are made in, to a part of its shape, or with
    a "no" that was overlooked: no rule can say anything right of them."""
    said = {claim["claim_id"]: claim for claim in claims}
    return {name for name, claim in said.items() if not _is_read(text, claim, said)}


def _is_read(text: str, claim: Claim, said: dict[str, Claim]) -> bool:
    named = said[claim["parent_id"] or claim["claim_id"]]
    about = next(p for p in phrases(text) if p.start <= named["char_span"][0] < p.end)
    here = about.start <= claim["char_span"][0] < about.end or claim["type"] == "relation"
    return here and NAMES.get(claim["subject"]) == about.shape and claim["negated"] == (about.number == "no")


def _beyond(is_beyond: Callable[[Thing, Thing], bool], ones: list[Thing], others: list[Thing]) -> Allowed:
    pairs = [(one, other) for one in ones for other in others if one is not other]
    return Allowed(all(is_beyond(*pair) for pair in pairs), not any(is_beyond(*pair) for pair in pairs))


# Words that may stand for one another, each making another claim.
INSTEAD = (("left", "right"), ("above", "below"), tuple(SIZES), COLOURS, NUMBERS[2:])
TWISTED = re.compile(rf"\b({'|'.join(word for words in INSTEAD for word in words)})\b")


def twisted(text: str, draw: np.random.Generator, share: float = 0.4) -> str:
    """The text with a share of its colours, sizes, numbers and directions drawn anew."""

    def instead(found: re.Match[str]) -> str:
        words = next(words for words in INSTEAD if found[0] in words)
        return str(draw.choice(words)) if draw.random() < share else found[0]

    return TWISTED.sub(instead, text)
