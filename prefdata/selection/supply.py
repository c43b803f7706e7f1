"""What there is to fill gaps with: prompts, and ways to more candidates for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Prompts(NamedTuple):
    """prompt_id [P]; group [P], 0 … G-1; pairs [P, J]: how many each has that stand in the way of more for a gap; most:
    how many it can have, None without a limit; lot [P]: which of equals come first; usual: pairs a prompt."""

    prompt_id: np.ndarray
    group: np.ndarray
    pairs: np.ndarray
    most: int | None
    lot: np.ndarray
    usual: float

    @property
    def room(self) -> np.ndarray:
        """How many more pairs each can give to each gap [P, J]."""
        return np.full(self.pairs.shape, np.inf) if self.most is None else np.maximum(0, self.most - self.pairs)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """The sum of values [P] by group [G]."""
        return np.bincount(self.group, values, int(self.group.max(initial=-1)) + 1)


class Way(NamedTuple):
    """A way to more candidates, by the name of its source: how many each prompt was asked for [P], and the most it may
    be asked for [P]. of: the way whose candidates its own are made from, one each; each: how many a prompt is asked for
    before another is asked for its first."""

    name: str
    made: np.ndarray
    most: np.ndarray
    of: str | None = None
    each: int = 1

    @property
    def room(self) -> np.ndarray:
        """How many more each prompt may be asked for [P]."""
        return np.maximum(0, self.most - self.made)


def base_of(way: Way, ways: list[Way]) -> int | None:
    """The place of the way that another is made from."""
    return next((at for at, other in enumerate(ways) if other.name == way.of), None)
