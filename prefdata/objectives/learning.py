"""Weights of dimensions from a user's choices: logistic regression on differences of scores.

P(the user chooses a over b) = σ(Σ v_d (s_ad − s_bd)), with v_d ≥ 0 and scores s from 0 to 1; the weights are v / Σ v.
This is Bradley and Terry's model (1952) with strengths that are linear in the scores. The fit is the maximum of the
posterior with v normal around k·w, w the given weights and k a steepness that is fitted too: it is convex, so there is
one maximum. The variance is such that the prior knows as much of each v_d as PRIOR choices between equals do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prefdata.errors import PrefdataError
from prefdata.keys import fraction
from prefdata.objectives.choices import Choices
from prefdata.objectives.settings import Weights
from prefdata.objectives.weights import summed_to_one

PRIOR = 10.0  # choices
STEEPEST = 100.0  # beyond it a hundredth of a scale decides three choices of four, and users are not so sure
FOLDS = 10
# Ten events for each variable of a logistic regression: Peduzzi et al., J. Clin. Epidemiol. 49 (1996), 1373-1379.
LEAST, EACH = 30, 10


class Fit(NamedTuple):
    """weights: by dimension, with the sum 1; steepness: Σ v."""

    weights: Weights
    steepness: float


def least_choices(dimensions: int) -> int:
    return max(LEAST, EACH * dimensions)


def learned(choices: Choices, toward: Weights) -> Fit:
    """The weights that explain the choices, drawn toward others. Raises PrefdataError where the choices are too few or
    speak against every dimension."""
    _check_enough(choices)
    prior = np.array([toward.get(name, 0.0) for name in choices.dimensions])
    v = fitted(choices.gap, prior / prior.sum())
    if v.sum() < 1e-6:
        raise PrefdataError(
            "the choices go against the scores in every dimension. To mend it: check that higher scores are better, "
            "and that the choices are on the rated candidates."
        )
    return Fit(summed_to_one(dict(zip(choices.dimensions, v.tolist(), strict=True))), float(v.sum()))


def fitted(gap: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """v [D] from gaps of chosen less other [N, D] and weights that sum to 1 [D]."""
    from scipy.optimize import minimize

    precision = PRIOR * float((gap**2).mean()) / 4  # a choice between equals tells x²/4 of v

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        v, steepness = at[:-1], at[-1]
        margin, away = gap @ v, v - steepness * prior
        slope = precision * away - gap.T @ (1 / (1 + np.exp(np.minimum(margin, 700))))
        value = float(np.logaddexp(0, -margin).sum() + precision / 2 * away @ away)
        return value, np.append(slope, -precision * prior @ away)

    bounds = [(0, None)] * len(prior) + [(0, STEEPEST)]
    return minimize(loss, np.append(5 * prior, 5.0), jac=True, method="L-BFGS-B", bounds=bounds).x[:-1]


class Accuracies(NamedTuple):
    """The share of choices that each weighting foretells, of choices on prompts that it was not learned from."""

    learned: float
    equal: float
    toward: float


def cross_validated(choices: Choices, toward: Weights) -> Accuracies:
    """FOLDS folds of whole prompts, by their ids."""
    fold = np.array([int(fraction(prompt, 0) * FOLDS) for prompt in choices.prompt])
    prior = np.array([toward.get(name, 0.0) for name in choices.dimensions])
    margin = np.zeros(len(fold))
    for held in np.unique(fold):
        margin[fold == held] = choices.gap[fold == held] @ fitted(choices.gap[fold != held], prior / prior.sum())
    return Accuracies(*(_share_right(side) for side in (margin, choices.gap.sum(axis=1), choices.gap @ prior)))


def _share_right(margin: np.ndarray) -> float:
    """Equal sums are right half the time."""
    margin = margin.round(9)
    return float(((margin > 0) + (margin == 0) / 2).mean())


def equal(dimensions: Sequence[str]) -> Weights:
    return {name: 1 / len(dimensions) for name in dimensions}


def _check_enough(choices: Choices) -> None:
    names, least = choices.dimensions, least_choices(len(choices.dimensions))
    others = "".join(f"; {number} votes are left out: {why}" for why, number in choices.left_out.items())
    if len(names) < 2:
        raise PrefdataError(
            f"the ratings tell the candidates apart in {len(names)} dimensions{others}. "
            "To mend it: give ratings in two dimensions at least, of the candidates that were chosen between."
        )
    if len(choices.gap) < least:
        raise PrefdataError(
            f"{len(choices.gap)} choices are too few to learn the weights of {', '.join(names)}: {EACH} a dimension, "
            f"and {LEAST} in all, make {least}{others}. To mend it: gather more choices, or weigh fewer dimensions."
        )
    if len({int(fraction(prompt, 0) * FOLDS) for prompt in choices.prompt}) < 2:
        raise PrefdataError("all choices are on one prompt. To mend it: gather choices on several prompts.")
