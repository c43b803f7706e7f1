"""What counts how much where judges score several dimensions: the settings, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

Weights = dict[str, float]  # dimension → weight


@dataclass(frozen=True)
class Objectives:
    """weights: what holds unless a tag says otherwise; empty: ratings keep their own weights.

    by_tag: tag → value → weights. floors: dimension → the share of its scale below which a candidate is never chosen.
    pairs: "overall", "per_dimension" or "conditioned" (then a label for each of `conditions`, name → weights).
    Files (progress, learned weights, complaints) are read when the config is, and are in these weights already.
    """

    weights: Weights = field(default_factory=dict)
    by_tag: dict[str, dict[str, Weights]] = field(default_factory=dict)
    floors: Weights = field(default_factory=dict)
    pairs: str = "overall"
    conditions: dict[str, Weights] = field(default_factory=dict)
