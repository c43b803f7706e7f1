"""How much of a text stands in a benchmark: the share of its 8-grams, and whether it is one of its questions.

8-grams are of words; a Chinese or Japanese character is a word. A prompt is contaminated when more than `overlap` of
its own 8-grams stand in one benchmark, wherever there, or when it is one of its questions, however short; one with
pictures when it shows a picture of the benchmark. Questions that a benchmark asks about pictures speak against prompts
without pictures alone: "Describe the image." is asked of any. Candidates are compared by their 8-grams like prompts,
for what a model trained on them would learn is the benchmark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from prefdata.dedup.benchmarks import Item
from prefdata.dedup.folding import CJK, WORD
from prefdata.dedup.hamming import Looks
from prefdata.dedup.pictures import COLOURS, Fingerprint
from prefdata.dedup.shingles import Shingles, among, distinct, sequences

LENGTH = 8
TOKEN = re.compile(f"[{CJK}]|{WORD}+")


class Overlap(NamedTuple):
    """what: they have in common, in words; share: of the text's own 8-grams, 1 for an equal question."""

    benchmark: str
    share: float
    what: str


class Texts(NamedTuple):
    """grams: those of all, sorted; whole: the texts themselves, as words with a space between."""

    grams: np.ndarray
    whole: frozenset[str]


class Benchmark(NamedTuple):
    """anywhere: what no text may have, answers and questions without pictures. shown: questions about pictures."""

    name: str
    anywhere: Texts
    shown: Texts
    files: frozenset[int]
    looks: Looks


class Benchmarks:
    """All benchmarks; words are numbered in the order in which they have them, from 1."""

    def __init__(self, given: Iterable[tuple[str, Iterable[Item]]], least: float, bits: int | None) -> None:
        """least: the share that is no contamination yet; bits: in which pictures that are alike may differ."""
        self.least, self.bits = least, bits
        self._number: dict[str, int] = {}
        self.all = [self._benchmark(name, list(items)) for name, items in given]

    def of_texts(self, texts: Sequence[str], with_pictures: Sequence[bool], asks: bool) -> list[Overlap | None]:
        """The benchmark that contaminates each folded text most. asks: an equal question does, too."""
        words = [TOKEN.findall(text) for text in texts]
        grams = self._grams(words)
        worst: list[Overlap | None] = [None] * len(texts)
        for benchmark in self.all:
            for row, share in enumerate(_shares(grams, benchmark, np.array(with_pictures, bool))):
                same = asks and _asked(benchmark, " ".join(words[row]), with_pictures[row])
                found = Overlap(benchmark.name, 1.0 if same else share, _what(same, share))
                if (same or share > self.least) and found.share > _share(worst[row]):
                    worst[row] = found
        return worst

    def of_pictures(self, shown: Sequence[Fingerprint]) -> str | None:
        """The first benchmark that has one of the pictures."""
        for benchmark in self.all:
            if any(each.file in benchmark.files for each in shown):
                return benchmark.name
            if self.bits is not None and _any_alike(_looks(shown), benchmark.looks, self.bits):
                return benchmark.name
        return None

    def _benchmark(self, name: str, items: list[Item]) -> Benchmark:
        anywhere = [text for item in items for text in item.answers]
        asked = [item.question for item in items if item.question and not item.pictures]
        shown = [item.question for item in items if item.question and item.pictures]
        pictures = list(dict.fromkeys(picture for item in items for picture in item.pictures))
        files = frozenset(picture.file for picture in pictures)
        return Benchmark(name, self._texts(asked, anywhere), self._texts(shown, []), files, _looks(pictures))

    def _texts(self, questions: list[str], answers: list[str]) -> Texts:
        words = [TOKEN.findall(text) for text in (*questions, *answers)]
        for word in (word for text in words for word in text):
            self._number.setdefault(word, len(self._number) + 1)
        whole = frozenset(" ".join(text) for text in words[: len(questions)] if text)
        return Texts(distinct(self._grams(words).hashes), whole)

    def _grams(self, words: list[list[str]]) -> Shingles:
        """The 8-grams of each text; a word that no benchmark has is 0."""
        long = [text if len(text) >= LENGTH else [] for text in words]
        codes = np.array([self._number.get(word, 0) for text in long for word in text], np.uint64)
        lengths = np.array([len(text) for text in long], np.int64)
        found = sequences(codes, lengths[lengths > 0], LENGTH)
        counts = np.maximum(lengths - LENGTH + 1, 0)
        return Shingles(found.hashes, np.cumsum(counts) - counts)


def _what(same: bool, share: float) -> str:
    return "the same question" if same else f"{100 * share:.0f} % of the 8-grams"


def _share(known: Overlap | None) -> float:
    return known.share if known else 0.0


def _shares(grams: Shingles, benchmark: Benchmark, with_pictures: np.ndarray) -> list[float]:
    """The share of each text's 8-grams that the benchmark has; 0 for one without any."""
    counts = grams.counts
    there = among(grams.hashes, benchmark.anywhere.grams)
    if len(benchmark.shown.grams):
        there |= among(grams.hashes, benchmark.shown.grams) & ~np.repeat(with_pictures, counts)
    ends = np.cumsum(np.concatenate([[0], there]))
    return ((ends[grams.first + counts] - ends[grams.first]) / np.maximum(counts, 1)).tolist()


def _asked(benchmark: Benchmark, whole: str, with_pictures: bool) -> bool:
    return whole in benchmark.anywhere.whole or (not with_pictures and whole in benchmark.shown.whole)


def _looks(pictures: Sequence[Fingerprint]) -> Looks:
    """Those of the pictures that have a hash."""
    known = [picture for picture in pictures if picture.hash is not None]
    colours = np.frombuffer(b"".join(picture.colours for picture in known), np.uint8).reshape(-1, COLOURS)
    return Looks(np.array([picture.hash for picture in known], np.uint64), np.ones(len(known), bool), colours)


def _any_alike(some: Looks, others: Looks, bits: int) -> bool:
    both = Looks(*(np.concatenate(parts) for parts in zip(some, others, strict=True)))
    one, other = np.divmod(np.arange(len(some.hash) * len(others.hash)), max(len(others.hash), 1))
    return bool(both.alike(one, len(some.hash) + other, bits).any())
