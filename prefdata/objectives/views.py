"""Objectives → views: each gives the votes other weights, and every pair a label of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from prefdata.objectives.settings import Objectives, Weights
from prefdata.objectives.weights import mean


@dataclass(frozen=True)
class View:
    """weights: of dimensions, unless the prompt's tags say otherwise (by_tag); empty: as the ratings say.

    only: the one dimension that counts where it has a weight. pair_type: what its pairs are called; instruction: what
    the prompt of its pairs says on top. paired: whether it gives pairs; one that does not is only counted.
    """

    name: str = ""
    weights: Weights = field(default_factory=dict)
    by_tag: dict[str, dict[str, Weights]] = field(default_factory=dict)
    only: str | None = None
    pair_type: str = "voted"
    instruction: str | None = None
    paired: bool = True

    def of(self, tags: dict[str, str]) -> Weights:
        """What counts how much in the labels of a prompt with these tags."""
        weights = self._weights(tags)
        return {self.only: float(weights.get(self.only, 0.0) > 0)} if self.only else weights

    def loss_weight(self, tags: dict[str, str]) -> float:
        """What a pair of a prompt with these tags weighs in the loss: the weight of the one dimension, else 1."""
        return self._weights(tags).get(self.only, 0.0) if self.only else 1.0

    @property
    def strict(self) -> bool:
        """Whether evidence that names no weighted dimension is left out: a label in a dimension, or under weights
        that the prompt names, must follow from what was said about them."""
        return self.pair_type != "voted"

    @property
    def plain(self) -> bool:
        """Whether all evidence counts as it is."""
        return not (self.weights or self.by_tag)

    def _weights(self, tags: dict[str, str]) -> Weights:
        """Where several tags have weights of their own, the mean of these: it knows no order of tags."""
        found = [values[tags[tag]] for tag, values in sorted(self.by_tag.items()) if tags.get(tag) in values]
        return (mean(found) if len(found) > 1 else found[0]) if found else self.weights


def views(objectives: Objectives) -> tuple[View, ...]:
    """The first says what the report counts; where it gives no pairs itself, the others do.

    per_dimension: a view a dimension. conditioned: a view a condition.
    """
    all_in_all = View(weights=objectives.weights, by_tag=objectives.by_tag, paired=objectives.pairs == "overall")
    if objectives.pairs == "per_dimension":
        named = {"weights": objectives.weights, "by_tag": objectives.by_tag, "pair_type": "dimension"}
        return (all_in_all, *(View(name, only=name, **named) for name in objectives.dimensions))  # type: ignore[arg-type]
    conditions = {name: weights for name, weights in objectives.conditions.items() if objectives.pairs == "conditioned"}
    conditioned = (
        View(name, weights, pair_type="conditioned", instruction=instruction(weights))
        for name, weights in sorted(conditions.items())
    )
    return (all_in_all, *conditioned)


def instruction(weights: Weights) -> str:
    """What a prompt says whose label follows these weights; the same for equal weights, in whichever order.

    >>> instruction({"brevity": 0.3, "accuracy": 0.7})
    'Weigh accuracy .7, brevity .3.'
    """
    heavy_first = sorted(weights.items(), key=lambda item: (-round(item[1], 2), item[0]))
    shares = [f"{name} {f'{weight:.2f}'.strip('0').rstrip('.')}" for name, weight in heavy_first if round(weight, 2)]
    return f"Weigh {', '.join(shares)}."


def loss_weights(seen: Iterable[View], names: Iterable[str], tags: Iterable[str]) -> list[float]:
    """What each pair weighs in the loss, by the name of its view and its prompt's tags (JSON text)."""
    known = {view.name: view for view in seen}

    @cache
    def weight(name: str, text: str) -> float:
        return known[name].loss_weight(json.loads(text))

    return [weight(name, text) for name, text in zip(names, tags, strict=True)]
