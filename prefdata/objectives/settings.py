"""What counts how much where judges score several dimensions: the settings, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

Weights = dict[str, float]  # dimension → weight; they sum to 1


@dataclass(frozen=True)
class Objectives:
    """weights: what holds unless a tag says otherwise; empty: ratings keep their own weights.

    by_tag: tag → value → weights. floors: dimension → the share of its scale below which a candidate is never chosen.
    pairs: "overall", "per_dimension" or "conditioned" (then a label for each of `conditions`, name → weights).
    Files (progress, learned weights, complaints) are read when the config is, and are in these weights already:
    moved_by names those that moved them, and unmoved holds "weights" and "floors" as they were before.
    """

    weights: Weights = field(default_factory=dict)
    by_tag: dict[str, dict[str, Weights]] = field(default_factory=dict)
    floors: Weights = field(default_factory=dict)
    pairs: str = "overall"
    conditions: dict[str, Weights] = field(default_factory=dict)
    moved_by: tuple[str, ...] = ()
    unmoved: dict[str, Weights] = field(default_factory=dict)

    @property
    def weightings(self) -> list[Weights]:
        """Every weighting that some label may follow."""
        tagged = [weights for values in self.by_tag.values() for weights in values.values()]
        return [weights for weights in (self.weights, *tagged, *self.conditions.values()) if weights]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension that weighs anything anywhere, sorted."""
        return tuple(sorted({name for weights in self.weightings for name, weight in weights.items() if weight > 0}))
