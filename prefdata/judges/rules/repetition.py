"""`no_repetition`: does a text go round in circles?

The share of word n-grams that stood in the text before (seq-rep-n of Welleck et al. 2019, "Neural text generation with
unlikelihood training", §6.1), with loops of characters and copies of the whole text beside it.
"""

from __future__ import annotations

import re

from prefdata.judges.rules.prose import FENCE, MARKER, han_share, prose, words
from prefdata.judges.rules.text import GOOD, Finding, Text, shown

WORDS, SIGNS = 4, 8
"""n, in words and in Chinese characters: a Chinese word has about two, and many a term has four."""
FEW, FEW_ITEMS = 20, 6
"""n-grams, and items of a list, below which a share says nothing."""
LIST = re.compile(r"(?:^[ \t]*(?:[-*+•]|\d{1,3}[.)、])[ \t]*\S.*(?:\n|\Z))+", re.M)
TOLERATED, HOPELESS = 0.35, 0.7
"""Shares of repeated n-grams that score 1 and 0; what is written on purpose stays below the first."""
SONG = re.compile(r"^\W*(?:chorus|refrain|hook|副歌)\b", re.I | re.M)
REFRAIN = 0.15
"""What a song may repeat more."""
OPENING = 12
"""Words in which a line may begin like an earlier one without being a repetition: lists of questions do."""
LOOP_LENGTH = 60
RUN = re.compile(rf"\S{{{LOOP_LENGTH},}}")
LOOP = re.compile(r"(\S{1,30}?)\1{5,}")
"""A unit six times in a row or more, without spaces: what words repeat, their n-grams show."""
COPIES_LENGTH = 60


def no_repetition(given: Text) -> Finding | None:
    """1 without striking repetition, falling to 0 where 70 % of the text stood in it before."""
    if not given.text.strip():
        return None
    root, copies = _root(given.text)
    found = min(_within(root), _copied(root, copies))
    return found if found.score < 1 else GOOD


def _root(text: str) -> tuple[str, int]:
    """The shortest text of which the text is copies, and how many: "abab" is two of "ab"."""
    length = (text + text).find(text, 1)
    return text[:length], len(text) // length


def _copied(root: str, copies: int) -> Finding:
    """A text said several times over. More copies are never better, whatever stands where they meet."""
    if copies < 2 or len(root) * copies < COPIES_LENGTH:
        return GOOD
    return Finding(_score((copies - 1) / copies), f"is {copies} copies of {shown(root, 40)}")


def _within(text: str) -> Finding:
    """The worst of repeated n-grams, repeated items of a list and loops of characters."""
    plain = prose(text)
    return min([_ngrams(plain), _loops(plain), *map(_items, LIST.findall(FENCE.sub("", text)))])


def _ngrams(text: str) -> Finding:
    told = _told(text)
    n = SIGNS if han_share(text) > 0.5 else WORDS
    grams = list(zip(*(told[i:] for i in range(n)), strict=False))
    return _shared(text, len(grams), len(set(grams)), f"{n}-grams") if len(grams) >= FEW else GOOD


def _items(text: str) -> Finding:
    """A list that begins again: items of a word or two make few n-grams."""
    said = [item.strip().lower() for item in MARKER.sub("", text).splitlines()]
    return _shared(text, len(said), len(set(said)), "items") if len(said) >= FEW_ITEMS else GOOD


def _shared(text: str, number: int, different: int, things: str) -> Finding:
    share = 1 - different / number
    score = _score(share - REFRAIN * bool(SONG.search(text)))
    return Finding(score, f"{share:.0%} of its {things} stood in it before")


def _told(text: str) -> list[str]:
    """The words that are said, without those in which a line begins like an earlier one and goes on differently."""
    openings: set[tuple[str, ...]] = set()
    lines: dict[tuple[str, ...], list[str]] = {}
    told: list[str] = []
    for line in text.split("\n"):
        said = tuple(word.lower() for word in words(line))
        begins = [said[:length] for length in range(1, min(len(said), OPENING + 1))]
        shared = max((len(begin) for begin in begins if begin in openings), default=0)
        told += lines.setdefault(said, list(said[shared:]))  # a line that is said again counts as it did before
        openings.update(begins)
    return told


def _loops(text: str) -> Finding:
    """The longest loop of characters in a run without spaces; rows of marks are decoration."""
    loops = (loop for run in RUN.findall(text) for loop in LOOP.finditer(run) if any(map(str.isalnum, loop[1])))
    worst = max(loops, key=lambda loop: len(loop[0]), default=None)
    if worst is None or len(worst[0]) < LOOP_LENGTH:
        return GOOD
    return Finding(min(0.5, _score(len(worst[0]) / len(text))), f"says {shown(worst[1], 30)} over and over")


def _score(share: float) -> float:
    """From a share of repetition to a score: 1 up to the tolerated share, 0 from the hopeless one."""
    return min(1.0, max(0.0, (HOPELESS - share) / (HOPELESS - TOLERATED)))
