"""What a further candidate is likely to give: pairs by stratum, by what candidates of its source have given so far.

Where judges see all pairs, a further candidate meets all those that are there: it is hoped to give as many pairs as the
candidates of its source are in so far. Where they are shown so many pairs for so many candidates, each has a half of
every pair that it is in. Groups of prompts with few candidates lean on what their source gives elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prefdata.selection.supply import Way

ALIKE = 8.0  # candidates' worth of what a source gives elsewhere
LEAST = 0.0125  # pairs a candidate that are hoped for, where hardly any has passed


class Yields(NamedTuple):
    """Pairs that a further candidate of each way gives in each group of prompts: in all [W, G], and to each gap
    [W, G, J]; prompts: how many could have pairs of each gap [J]."""

    pairs: np.ndarray
    to_gap: np.ndarray
    prompts: np.ndarray


class Given(NamedTuple):
    """M pairs so far: the group of each one's prompt [M], the sources of both candidates, of which gaps it is [M, J];
    and whether judges see all pairs."""

    group: np.ndarray
    source: np.ndarray
    rejected_source: np.ndarray
    of_gap: np.ndarray
    all_seen: bool = True


def yields(given: Given, ways: Sequence[Way], group: np.ndarray, meets: np.ndarray) -> Yields:
    """group [P]: of each prompt, 0 … G-1. meets [G, J]: 1 and 0 for a gap that only prompts of some groups can fill,
    and then with every pair that they give; NaN for one that is measured on pairs."""
    groups = len(meets)
    sides, asked = _sides(given, ways), np.array([np.bincount(group, way.made, groups) for way in ways])
    asked = asked.reshape(len(ways), groups)
    pairs = np.maximum(LEAST, _smoothed(_counted(sides, given.group, groups), asked))
    measured = [_smoothed(_counted(sides * of_gap, given.group, groups), asked) for of_gap in given.of_gap.T]
    tagged = pairs[:, :, None] * np.nan_to_num(meets)
    to_gap = np.where(np.isnan(meets), np.stack([*measured, np.zeros_like(pairs)], axis=2)[:, :, :-1], tagged)
    return Yields(pairs, to_gap, np.bincount(group, minlength=groups) @ np.nan_to_num(meets, nan=1.0))


def _sides(given: Given, ways: Sequence[Way]) -> np.ndarray:
    """How many candidates of each way are in each pair, or half as many [W, M]."""
    each = 1.0 if given.all_seen else 0.5
    found = [each * (given.source == way.name) + each * (given.rejected_source == way.name) for way in ways]
    return np.array(found).reshape(len(ways), len(given.source))


def _counted(sides: np.ndarray, of_pair: np.ndarray, groups: int) -> np.ndarray:
    """The same summed by way and group [W, G]."""
    return np.array([np.bincount(of_pair, own, groups) for own in sides]).reshape(len(sides), groups)


def _smoothed(counted: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Pairs a candidate [W, G], with a prior of ALIKE candidates that give what those of all groups do."""
    usual = counted.sum(axis=1, keepdims=True) / np.maximum(1.0, asked.sum(axis=1, keepdims=True))
    return (counted + ALIKE * usual) / (asked + ALIKE)
