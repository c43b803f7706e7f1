"""Which objects a caption mentions, found step by step as CHAIR's reference does (Rohrbach et al. 2018; its code is
utils/chair.py of LisaAnne/Hallucination).

The steps and their order are the reference's: lower-case and split into words, make every word singular, join double
words from left to right, drop "seat" where "toilet" occurs, keep what the list of synonyms has. What looks like an
error of the reference is kept, for figures are only worth something beside other people's:

- pattern.en, which it makes words singular with, takes the s of "bus" and "minibus" for a plural's: a single bus is
  never an object ("buses" are). Neither are "ties" (→ "ty"), "magpies" and "canoes" (→ "cano"). "Glass" (→ "glas") has
  an entry of its own; "tennis racket" and "sports ball" are found by their second word.
- Of the list of synonyms, " motor bike" and " cheesecake" (two blanks before them), "iPhone" (text is lower-cased),
  "skis" (made singular before it is looked up; "ski" is there) and "stove top oven" (three words) never match.
- "motor bike" is joined to a double word that the list does not have, and so is no object at all, which for
  "train track" is meant.
- A word is a person wherever it stands: "baby carrot" mentions a person and a carrot, and "orange" is always the fruit.
- A possessive is a word of its own and no object ("the man's hat" mentions nobody), and so is a word with a hyphen;
  words with a slash between them are two. The figures of the port that this was checked against need it so. The
  original, whose tokeniser is NLTK's, splits off the 's, which lowers CHAIR_i of long captions by about .3 points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from prefdata.metrics.plurals import singular

TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]")
"""A word with what hangs on it, or a sign, which keeps the words beside it from becoming a double word."""

ANIMALS = ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "animal", "cub")

AS_THEY_ARE = {
    *("motor bike", "motor cycle", "air plane", "traffic light", "street light", "traffic signal", "stop light"),
    *("fire hydrant", "stop sign", "parking meter", "suit case", "sports ball", "baseball bat", "baseball glove"),
    *("tennis racket", "wine glass", "hot dog", "cell phone", "mobile phone", "teddy bear", "hair drier"),
    *("potted plant", "laptop computer", "stove top oven", "home plate", "train track"),
}
DOUBLE_WORDS = (
    {name: name for name in AS_THEY_ARE}
    | {f"{age} {animal}": animal for age in ("baby", "adult") for animal in ANIMALS}
    | {"passenger jet": "jet", "passenger train": "train"}
    | {"bow tie": "tie", "toilet seat": "toilet", "wine glas": "wine glass"}
)
"""Two singular words that are read as one, and as which. A baby bird is no person, and neither is a passenger jet."""

MISREAD = {"ties": "ty", "magpies": "magpy", "canoes": "cano"}


class Mention(NamedTuple):
    """An object that a caption names: the word as it was looked up, the object it stands for, and where it stands."""

    word: str
    object: str
    start: int
    end: int


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def synonyms(lines: Iterable[str]) -> dict[str, str]:
    """Word → object, from lines "object, synonym, synonym": the object is the first word of its line."""
    split = [line.strip().split(", ") for line in lines]  # two blanks leave one in front of the word, as is meant
    return {word: words[0] for words in split for word in words if word}


def mentions(caption: str, objects: Mapping[str, str]) -> list[Mention]:
    """The objects a caption mentions, in order and with repeats; `objects` maps words to objects."""
    tokens = _joined([_Token(_as_pattern(m[0].lower()), m.start(), m.end()) for m in TOKEN.finditer(caption)])
    words = {token.word for token in tokens}
    if {"toilet", "seat"} <= words:  # the seat of a toilet is no chair
        tokens = [token for token in tokens if token.word != "seat"]
    return [Mention(token.word, objects[token.word], *token[1:]) for token in tokens if token.word in objects]


def _as_pattern(word: str) -> str:
    """The singular as pattern.en has it, its errors on words that are no plurals included."""
    if word in MISREAD:
        return MISREAD[word]
    return word[:-1] if word.endswith(("ss", "us")) or word == "tennis" else singular(word)


def _joined(tokens: list[_Token]) -> list[_Token]:
    """Double words joined, from left to right and without looking back."""
    joined, position = [], 0
    while position < len(tokens):
        pair = tokens[position : position + 2]
        name = DOUBLE_WORDS.get(" ".join(token.word for token in pair))
        joined.append(_Token(name, pair[0].start, pair[-1].end) if name else pair[0])
        position += 2 if name else 1
    return joined
