"""Weights of dimensions as numbers: presets, sums of one, means, and how far they may move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prefdata.objectives.settings import Weights

PRESETS: dict[str, Weights] = {
    "standard": {"accuracy": 0.4, "safety": 0.3, "helpfulness": 0.2, "brevity": 0.1},
    "safety_first": {"safety": 0.5, "accuracy": 0.3, "helpfulness": 0.15, "brevity": 0.05},
}
DIGITS = 6  # of a weight; what lies beyond differs between machines
REACH = 2.0  # a weight that moves stays between its REACH-th part and REACH times itself
HALVINGS = 100  # of an interval of numbers, far beyond what a number can tell apart


def summed_to_one(weights: Mapping[str, float]) -> Weights:
    """The same proportions with the sum 1; one of the weights at least is above 0."""
    total = sum(weights.values())
    found = {name: round(weight / total, DIGITS) for name, weight in weights.items()}
    heaviest = max(found, key=lambda name: (found[name], name))
    found[heaviest] = round(found[heaviest] + 1 - sum(found.values()), DIGITS)  # what rounding lost
    return found


def mean(weightings: Sequence[Weights]) -> Weights:
    """The mean of several weightings; a dimension that one does not name weighs 0 in it."""
    names = dict.fromkeys(name for weights in weightings for name in weights)
    return summed_to_one({name: sum(weights.get(name, 0.0) for weights in weightings) for name in names})


def moved(base: Weights, factors: Mapping[str, float]) -> Weights:
    """`base` times the factors (1 for a dimension without one), with the sum 1 and within REACH of each weight.

    The weights are min(REACH·w, max(w/REACH, k·f·w)), w the base and f the factor; k is the number that makes their
    sum 1, and there is one since the bounds sum to less and to more.
    """
    base = summed_to_one(base)
    wished = {name: weight * factors.get(name, 1.0) for name, weight in base.items()}
    low, high = 0.0, REACH / min((factors.get(name, 1.0) for name in base), default=1.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reaches = sum(_within(base, wished, middle).values()) >= 1
        low, high = (low, middle) if reaches else (middle, high)
    return summed_to_one(_within(base, wished, high))


def _within(base: Weights, wished: Weights, scale: float) -> Weights:
    return {name: min(REACH * own, max(own / REACH, scale * wished[name])) for name, own in base.items()}
