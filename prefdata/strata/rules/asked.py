"""Rules about what a text asks: read from a file of patterns, applied to whole columns; the first that fits decides.

Patterns are RE2's (linear time, no look-around) and matched by Arrow; a text that a rule has decided is not looked at
again. The files english.txt and chinese.txt say how they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

IMAGE = {"": None, "with an image": True, "without an image": False}


class Rule(NamedTuple):
    """value: what texts are that match the pattern; image: only of prompts with, or without, one."""

    value: str
    pattern: str
    image: bool | None = None


@cache
def rules_of(language: str) -> tuple[Rule, ...]:
    """The rules of a language ("english" or "chinese") in their order."""
    named: dict[str, str] = {}
    found = []
    for head, patterns in _blocks(Path(__file__).with_name(f"{language}.txt").read_text(encoding="utf-8")):
        pattern = re.sub(r"<([A-Z_]+)>", lambda name: named[name[1]], f"(?:{'|'.join(patterns)})")
        value, _, image = head.partition(" ")
        if head.isupper():
            named[head] = pattern
        else:
            found.append(Rule(value, pattern, IMAGE[image]))
    return tuple(found)


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """(head, patterns) of every block; comments stand before the first."""
    for block in text.split("\n\n"):
        head, *lines = block.strip().split("\n")
        if not head.startswith("#"):
            yield head, [pattern.strip() for line in lines for pattern in line.split(" / ")]


def first_fitting(rules: Sequence[Rule], texts: pa.Array, with_image: np.ndarray, row: np.ndarray) -> np.ndarray:
    """The number of the first rule that fits each of the texts at `row`, -1 where none does.

    texts, with_image: [P]; row: int [Q].
    """
    found = np.full(len(row), -1)
    left = np.arange(len(row))
    for number, rule in enumerate(rules):
        asked = left if rule.image is None else left[with_image[row[left]] == rule.image]
        fits = pc.match_substring_regex(texts.take(pa.array(row[asked])), rule.pattern)
        found[asked[fits.to_numpy(zero_copy_only=False)]] = number
        left = left[found[left] < 0]
    return found
