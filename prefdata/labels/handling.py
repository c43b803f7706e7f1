"""What becomes of conflicts and cycles: the label of every pair, and why some pairs are left out.

A tied pair is a tie and nothing else: no setting touches it. Of the others:

conflicts, pairs with votes for both sides:
  majority   the side with more weight
  strength   the side that is stronger by Bradley-Terry; the majority where strengths are equal or not known
  relabel    left out (conflict_to_review)
  drop       left out (conflict)
cycles, edges inside a cycle of the majority graph:
  repair     edges stay that every lightest repair keeps, the others are left out (cycle_removed, cycle_undecided)
  strength   the side that is stronger by Bradley-Terry, none where strengths are equal; repair where they are not known
  majority   as voted
  relabel    left out (cycle_to_review)
  drop       left out (in_cycle)

A pair that is both is left out if either says so, for its conflict first. Unless cycles stay (majority), labels that
are not left out have none: strength may turn an edge so that it closes a new cycle, and then it is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prefdata.labels.cycles import components
from prefdata.labels.repair import KEPT, NONE, REMOVED, UNDECIDED
from prefdata.labels.tally import edges

if TYPE_CHECKING:
    from prefdata.labels.comparisons import Comparisons

EQUAL_STRENGTH = 1e-6  # strengths that differ by less are equal: a fit is not more precise
REASONS = (
    None, "conflict_to_review", "conflict", "cycle_removed", "cycle_undecided", "cycle_to_review", "in_cycle"
)  # fmt: skip
KEEP, CONFLICT_TO_REVIEW, CONFLICT, CYCLE_REMOVED, CYCLE_UNDECIDED, CYCLE_TO_REVIEW, IN_CYCLE = range(len(REASONS))
OF_CONFLICTS = {"relabel": CONFLICT_TO_REVIEW, "drop": CONFLICT}
OF_CYCLES = {"relabel": CYCLE_TO_REVIEW, "drop": IN_CYCLE}
OF_REPAIR = {REMOVED: CYCLE_REMOVED, UNDECIDED: CYCLE_UNDECIDED}


@dataclass(frozen=True)
class Handling:
    """The user's choice, of the words above."""

    conflicts: str = "majority"
    cycles: str = "repair"


@dataclass(frozen=True)
class Handled:
    """label: int8 [M], 1 for low, -1 for high, 0 for ties and where nothing decides; a pair that is left out keeps
    the label it would have had. reason: int8 [M], positions in REASONS. theta: the strengths used [N].
    """

    label: np.ndarray
    reason: np.ndarray
    theta: np.ndarray


def handle(found: Comparisons, theta: np.ndarray, how: Handling) -> Handled:
    """Label every pair. theta [N]: Bradley-Terry strengths, NaN where there are none (`comparisons.strengths`)."""
    gap, free = found.gaps(theta), ~found.pairs.tied
    stronger = np.where(np.abs(gap) < EQUAL_STRENGTH, 0.0, np.sign(gap))
    label = found.label
    if how.conflicts == "strength":
        label = np.where(free & found.pairs.conflicting & (np.abs(stronger) == 1), stronger, label)
    if how.cycles == "strength":
        label = np.where(free & (found.verdict != NONE) & ~np.isnan(stronger), stronger, label)
    reason = np.where(free, _reasons(found, how, np.isnan(stronger)), KEEP).astype(np.int8)
    if how.cycles != "majority" and "strength" in (how.conflicts, how.cycles):
        reason[_closing(found, label, reason)] = OF_CYCLES.get(how.cycles, CYCLE_REMOVED)
    return Handled(label.astype(np.int8), reason, theta)


def _reasons(found: Comparisons, how: Handling, unknown: np.ndarray) -> np.ndarray:
    """Why each pair is left out, if it is no tie [M]. unknown: pairs without strengths [M]."""
    reason = np.full(len(found.net), KEEP, np.int8)
    if how.cycles in OF_CYCLES:
        reason[found.verdict != NONE] = OF_CYCLES[how.cycles]
    if how.cycles in ("repair", "strength"):
        asked = unknown | (how.cycles == "repair")
        for verdict, because in OF_REPAIR.items():
            reason[asked & (found.verdict == verdict)] = because
    if how.conflicts in OF_CONFLICTS:
        reason[found.pairs.conflicting] = OF_CONFLICTS[how.conflicts]
    return reason


def _closing(found: Comparisons, label: np.ndarray, reason: np.ndarray) -> np.ndarray:
    """The labels in a cycle that repair does not vouch for [M]: what it keeps of the votes has no cycle."""
    left = np.where(reason == KEEP, label, 0)
    inside = np.zeros(len(label), bool)
    inside[np.flatnonzero(left)] = components(edges(found.pairs, left), found.votes.sizes) >= 0
    return inside & ((label != found.label) | ~np.isin(found.verdict, (NONE, KEPT)))
