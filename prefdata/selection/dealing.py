"""Which prompts get the candidates that groups of prompts need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prefdata.selection.gaps import Gap
from prefdata.selection.needed import MORE
from prefdata.selection.supply import Prompts, Way, base_of
from prefdata.selection.yields import Yields


class Dealt(NamedTuple):
    """many: of each way for each prompt [W, P]; because: the gap that it is for [W, P]."""

    many: np.ndarray
    because: np.ndarray


def deal(many: np.ndarray, gaps: Sequence[Gap], prompts: Prompts, ways: list[Way], found: Yields) -> Dealt:
    """Deal what groups need [W, G], whole numbers, to the prompts that give a gap the fewest pairs.

    Ways come in turn from the last to the first: what one is made from counts as dealt where it is needed.
    """
    dealt = Dealt(
        np.zeros((len(ways), len(prompts.prompt_id)), np.int64),
        np.full((len(ways), len(prompts.prompt_id)), "", object),
    )
    for at in reversed(range(len(ways))):
        for group in np.flatnonzero(many[at] > 1e-6).tolist():
            gap = int(np.argmax(found.to_gap[at, group] * [each.missing for each in gaps]))
            own = _in_order(prompts, group, gap)
            useful = _useful(prompts.room[own, gap], ways[at].room[own], found.to_gap[at, group, gap])
            before = dealt.many[at, own]
            rest = math.ceil(many[at, group] - 1e-6) - int(dealt.many[at, prompts.group == group].sum())
            dealt.many[at, own] += in_turn(rest, np.maximum(0, useful - before), ways[at].each)
            dealt.because[at, own] = gaps[gap].name
        _give_bases(dealt, at, ways)
    return dealt


def _in_order(prompts: Prompts, group: int, gap: int) -> np.ndarray:
    """The prompts of a group that can give more to a gap, those first that give it the fewest pairs."""
    own = np.flatnonzero((prompts.group == group) & (prompts.room[:, gap] > 0))
    return own[np.lexsort((prompts.lot[own], prompts.pairs[own, gap]))]


def _useful(room: np.ndarray, most: np.ndarray, pairs: float) -> np.ndarray:
    """How many more candidates each prompt can make use of: what fills its room by the pairs that one gives."""
    return np.ceil(np.minimum(MORE * room / max(pairs, 1e-9), most)).astype(np.int64)


def in_turn(many: int, most: np.ndarray, each: int) -> np.ndarray:
    """`many` dealt in portions of `each`, in turn, to those that have not got the most they can take."""
    dealt = np.zeros(len(most), np.int64)
    while many > dealt.sum() < most.sum():
        portion = np.minimum(most - dealt, each)
        before = np.cumsum(portion) - portion
        dealt += np.clip(many - dealt.sum() - before, 0, portion)
    return dealt


def _give_bases(dealt: Dealt, at: int, ways: list[Way]) -> None:
    """What is made from other candidates needs as many of these."""
    base = base_of(ways[at], ways)
    if base is None:
        return
    there = ways[base].made + dealt.many[base]
    lack = np.maximum(0, ways[at].made + dealt.many[at] - there) * (dealt.many[at] > 0)
    dealt.because[base] = np.where(lack > 0, dealt.because[at], dealt.because[base])
    dealt.many[base] += lack
