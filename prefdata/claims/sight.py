"""What a source of sight (ground truth, a detector) sees in an image, in which words, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from prefdata.claims import lexicon
from prefdata.keys import key

REMEMBERED = 50_000  # words: the same ones come in every caption
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels from the upper left


class Seen(NamedTuple):
    """A thing that is seen. box: None where only that it is there is known; attributes: known to ground truth alone."""

    name: str
    score: float = 1.0
    box: Box | None = None
    attributes: frozenset[str] | None = None


class Trust(NamedTuple):
    """How far a source can be trusted about a class; all of it measured on labelled images.

    hi: from this score on what is said to be there nearly always is. lo: up to this score it nearly never is. recall:
    of labelled things, the share with a score above lo, as the lower end of its 95 % interval; for "all", and for
    "small", "medium", "large" as `Witness.edges` divides them. sides: size word → the shortest and longest side (the
    longer of a box's two, as a share of the picture's longer side) of things that the labels call so.
    """

    hi: float
    lo: float
    recall: Mapping[str, float]
    sides: Mapping[str, tuple[float, float]] = {}


@dataclass(frozen=True)
class Vocabulary:
    """names: the classes in the model's own order, on which an open vocabulary's scores depend; words: other words
    for them → class."""

    names: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """sha256 of the names in their order."""
        return key(list(self.names))

    @cached_property
    def class_of(self) -> Callable[[str], str | None]:
        """The class that a word (a claim's subject: singular, lower case) names; None if it is outside of the words."""
        return lru_cache(REMEMBERED)(self._class_of)

    @cached_property
    def kinds_of(self) -> Callable[[str], frozenset[str]]:
        """The classes that are kinds of what a more general word names ("animal"); they can support claims about it."""
        return lru_cache(REMEMBERED)(self._kinds_of)

    def _class_of(self, word: str) -> str | None:
        forms = (word, lexicon.canonical(word), lexicon.coco_class(word), lexicon.head(word))
        return next(filter(None, map(self._named, forms)), None)

    def _kinds_of(self, word: str) -> frozenset[str]:
        return frozenset(name for name in self.names if lexicon.is_hypernym(word, name))

    def _named(self, word: str | None) -> str | None:
        return word if word in self._names else self.words.get(word or "")

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.names)


@dataclass(frozen=True)
class Witness:
    """A source of sight. trust: by class; of a class without, absence is never concluded and nothing is certain.

    edges: shares of the picture's longer side below which a box is small, and from which on it is large.
    min_recall: the least recall with which silence means absence. Where a share p of the claims is true and e of the
    contradictions may be wrong, it is 1 − e(1−p) / ((1−e)p): .994 for p = .9 and e = .05.
    """

    name: str
    vocabulary: Vocabulary
    trust: Mapping[str, Trust]
    model_hash: str | None = None
    edges: tuple[float, float] = (0.05, 0.15)
    min_recall: float = 0.994


@dataclass(frozen=True)
class View:
    """One image as a witness sees it: everything with a score above the lowest lo, best first. image: its file, for
    colours; width and height in pixels, None where the image is not at hand."""

    witness: Witness
    seen: tuple[Seen, ...]
    image: Path | None = None
    width: int | None = None
    height: int | None = None

    @cached_property
    def pixels(self) -> np.ndarray | None:
        """uint8 RGB [height, width, 3], upright, or None without an image."""
        from prefdata.claims.pixels import rgb

        return None if self.image is None else rgb(self.image)
