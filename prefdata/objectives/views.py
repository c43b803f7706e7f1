"""Objectives → views: each gives the votes other weights, and every pair a label of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from prefdata.objectives.settings import Objectives, Weights


@dataclass(frozen=True)
class View:
    """weights: of dimensions, unless the prompt's tags say otherwise (by_tag); empty: as the ratings say.

    pair_type: what its pairs are called; weight: theirs in the loss; instruction: what the prompt of its pairs says
    on top.
    """

    name: str = ""
    weights: Weights = field(default_factory=dict)
    by_tag: dict[str, dict[str, Weights]] = field(default_factory=dict)
    pair_type: str = "voted"
    weight: float = 1.0
    instruction: str | None = None

    def of(self, tags: dict[str, str]) -> Weights:
        """The weights for a prompt with these tags."""
        found = (values[tags[tag]] for tag, values in self.by_tag.items() if tags.get(tag) in values)
        return next(found, self.weights)


def views(objectives: Objectives) -> tuple[View, ...]:
    """The first says what the report counts."""
    return (View(weights=objectives.weights, by_tag=objectives.by_tag),)
