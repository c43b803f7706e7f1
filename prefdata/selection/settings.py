"""Which comparisons become pairs: the settings, nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

ONE_PAIR = ("best_worst", "best_random", "two_sigma", "margin_quantile", "hard_negative")  # rules: so many a prompt
BANDS = ("easy", "moderate", "hard")
LENGTHS = {"short": 200.0, "medium": 800.0, "long": math.inf}  # name → characters, not reached
EVIDENCE = ("imported", "models", "both")


@dataclass(frozen=True)
class Length:
    """rate: how often the longer response wins by people's judgement; by_value: the same for values of the tag `by`.

    how: "drop" or "weight": what is done with the pairs in excess of it.
    """

    rate: float
    by: str | None = None
    by_value: dict[str, float] = field(default_factory=dict)
    how: str = "drop"


@dataclass(frozen=True)
class Selection:
    """schemas/config.schema.json says what each value means."""

    min_votes: int = 1
    min_probability: float = 0.55
    min_strength: float = 0.0
    max_pairs_per_prompt: int | None = 3
    target_pairs: int | None = None
    must_pass: tuple[str, ...] = ("grammar", "no_contradiction")
    pairing: str = "all"
    margin_quantile: float = 0.5
    chosen_floor: float | None = None
    difficulty: dict[str, float] | None = None
    hard_negatives: int = 0
    length: Length | None = None
    quotas: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def most_pairs(self) -> int | None:
        """How many pairs one prompt can give in one view; None: as many as it has."""
        return 1 if self.pairing in ONE_PAIR else self.max_pairs_per_prompt
