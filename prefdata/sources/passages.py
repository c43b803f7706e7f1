"""Where a text has sentences, listed lines, and things told one after the other: what can be put in or taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prefdata.claims.claim import Claim
from prefdata.judges.rules.prose import ABBREVIATION, SENTENCE_END

Span = tuple[int, int]

LINE = re.compile(r"^(?P<marker>[ \t]*(?:[-*•]|(?P<number>\d{1,2})[.)])[ \t]+)(?P<item>\S[^\n]*)$", re.MULTILINE)
# What leads to a list of things that are there.
HEAD = re.compile(
    r"\b(?:there (?:is|are)|shows?|showing|features?|featuring|includ(?:es?|ing)|contains?|depicts?|such as)\s+", re.I
)
OPENING = re.compile(r"(?:[\w'’-]+ ){0,5}")  # what may stand before a listed thing: "two small", "a black and white"
BETWEEN = re.compile(r",? and |, ")
AFTER = re.compile(r"[.;!]|\s*$|\s*\n| (?:in|on|at|near|behind|around|under|above) ")


class Item(NamedTuple):
    """A line of a list: "- " or "2. " before it, and its words."""

    start: int
    end: int
    marker: str
    words: str
    number: int | None


class Listing(NamedTuple):
    """Things told one after the other: "a cup, two plates and a fork", from the first item to the last."""

    head: str
    items: list[Span]


def sentences(text: str) -> list[Span]:
    """Start and end of every sentence without the white space around it; a line that ends without a mark is one."""
    return [span for line in re.finditer(r"[^\n]+", text) for span in _in_line(text, *line.span())]


def _in_line(text: str, start: int, end: int) -> Iterator[Span]:
    ends = [mark.end() for mark in SENTENCE_END.finditer(text, start, end) if not _is_short_form(text, mark)]
    for stop in [*ends, end]:
        if words := text[start:stop].strip():
            begin = text.index(words, start)
            yield begin, begin + len(words)
        start = stop


def _is_short_form(text: str, mark: re.Match[str]) -> bool:
    return mark[0] == "." and ABBREVIATION.search(text, max(0, mark.start() - 8), mark.start()) is not None


def items(text: str) -> list[Item]:
    """The lines of the last list of a text, if it has one of two at least."""
    found: list[Item] = []
    for line in LINE.finditer(text):
        number = int(line["number"]) if line["number"] else None
        item = Item(line.start(), line.end(), line["marker"], line["item"].rstrip(), number)
        goes_on = found and item.start == found[-1].end + 1 and item.marker[0] == found[-1].marker[0]
        numbered = bool(found) and None not in (number, found[-1].number) and item.start == found[-1].end + 1
        found = [*found, item] if goes_on or numbered else [item]
    return found if len(found) > 1 else []


def listing(text: str, sentence: Span, claims: Sequence[Claim]) -> Listing | None:
    """The last list of things in a sentence, if each is told in no more than its own words."""
    things = [
        claim for claim in claims if claim["type"] == "object" and sentence[0] <= claim["char_span"][0] < sentence[1]
    ]
    for head in reversed(list(HEAD.finditer(text, *sentence))):
        found = list(_items(text, head.end(), sentence[1], things))
        if len(found) > 1 and AFTER.match(text, found[-1][1]) and " and " in text[found[-2][1] : found[-1][0]]:
            return Listing(head[0].strip().lower(), found)
    return None


def _items(text: str, start: int, end: int, things: Sequence[Claim]) -> Iterator[Span]:
    """The things that follow each other from `start` on, with only commas and "and" between them."""
    for thing in things:
        first, last = thing["char_span"]
        if first < start:
            continue
        if not OPENING.fullmatch(text, start, first) or thing["negated"] or thing["hedged"]:
            return
        yield start, last
        between = BETWEEN.match(text, last, end)
        if between is None:
            return
        start = between.end()
