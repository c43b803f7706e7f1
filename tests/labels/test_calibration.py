"""Curves equal second implementations, and weights learned from few labels do no harm and much good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression, minimize
from scipy.stats import binomtest

from prefdata.labels.calibration import curves as calibration
from prefdata.labels.calibration.diagram import diagram
from prefdata.labels.calibration.weights import PRIORS, accuracy, alone, best_prior, combined, held_out, losses, weighed
from prefdata.labels.intervals import wilson

from .panels_with_gold import PANELS, Panel, panel

scored = st.lists(st.tuples(st.integers(-6, 6), st.booleans()), min_size=1, max_size=40)


@settings(deadline=None)
@given(scored)
def test_pools_are_those_of_another_isotonic_regression(rows):
    score, right = np.array([s for s, _ in rows], float), np.array([r for _, r in rows])
    at = np.unique(score, return_inverse=True)[1]
    hits, number = np.bincount(at, right), np.bincount(at)
    pool = calibration.pools(hits, number.astype(float))
    share = np.bincount(pool, hits) / np.bincount(pool, number)
    assert share[pool] == pytest.approx(isotonic_regression(hits / number, weights=number).x)


@settings(deadline=None)
@given(scored)
def test_an_isotonic_curve_never_falls_and_keeps_off_certainty(rows):
    score, right = np.array([s for s, _ in rows], float), np.array([r for _, r in rows])
    p = calibration.isotonic(score, right)(np.linspace(-8, 8, 50))
    assert (np.diff(p) >= 0).all()
    assert ((p > 0) & (p < 1)).all()


def test_platts_curve_is_the_likeliest_one():
    rng = np.random.default_rng(1)
    score = rng.normal(size=400)
    right = rng.random(400) < 1 / (1 + np.exp(-(1.5 * score - 0.5)))
    hits = right.sum()
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (400 - hits + 2))

    def loss(found):
        z = found[0] * score + found[1]
        return (target * np.logaddexp(0, -z) + (1 - target) * np.logaddexp(0, z)).sum()

    curve = calibration.platt(score, right)
    assert (curve.slope, curve.offset) == pytest.approx(minimize(loss, [0, 0]).x, abs=1e-3)


def test_a_curve_through_the_middle_gives_both_sides_their_due():
    score, right = np.array([0.5, 1, 2, 3, 3, 4.0]), np.array([False, True, True, True, True, True])
    curve = calibration.through_the_middle(score, right)
    assert curve(np.zeros(1)) == 0.5
    assert curve(score) == pytest.approx(1 - curve(-score))
    assert calibration.through_the_middle(score, ~right).slope == 0  # it never falls


def test_many_labels_teach_the_shape_and_few_do_not():
    score = np.linspace(-1, 1, calibration.MANY)
    right = score > 0.5
    assert calibration.fitted(score, right).z
    assert not calibration.fitted(score[1:], right[1:]).z
    assert calibration.curve_of(calibration.fitted(score, right).facts) == calibration.fitted(score, right)


def test_without_varied_confidence_the_curve_is_the_accuracy():
    curve = calibration.platt(np.full(20, 4.6), np.arange(20) < 15)
    assert curve.slope == 0
    assert curve(np.zeros(1))[0] == pytest.approx((15 * 16 / 17 + 5 / 7) / 20, abs=1e-3)


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (3, 7), (50, 50), (381, 382), (1, 1000)])
def test_the_interval_is_wilsons(part, whole):
    expected = binomtest(part, whole).proportion_ci(0.95, "wilson")
    assert wilson(part, whole) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_a_diagram_of_a_worked_example():
    found = diagram(np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False]))
    assert found.ece == pytest.approx((2 * 0.1 + 2 * 0.1) / 4)
    assert found.brier == pytest.approx((0.01 * 2 + 0.16 + 0.36) / 4)
    assert [(each["labels"], each["right"]) for each in found.bins] == [(2, 0.5), (2, 1.0)]


# --- weights ---------------------------------------------------------------------------------


def learned(found: Panel, labels: int) -> tuple[float, float, float]:
    """Accuracy on the pairs without a label: of the weights, of the majority, of the best judge in hindsight."""
    x, y = found
    weights = combined(x[:labels], y[:labels], np.arange(labels) % 10)
    rest = x[labels:]
    alone = max(accuracy(y[labels:], column) for column in rest.T)
    return accuracy(y[labels:], rest @ weights), accuracy(y[labels:], rest.sum(axis=1)), alone


@pytest.mark.parametrize("kind", sorted(PANELS))
def test_fifty_labels_are_enough_to_do_no_harm(kind):
    together, majority, _ = np.mean([learned(panel(kind, 1050, seed), 50) for seed in range(12)], axis=0)
    assert together > majority - 0.01


@pytest.mark.parametrize(("kind", "gain"), [("one strong", 0.1), ("misled", 0.15), ("adversary", 0.1)])
def test_fifty_labels_tell_who_is_right(kind, gain):
    together, majority, best = np.mean([learned(panel(kind, 1050, seed), 50) for seed in range(12)], axis=0)
    assert together > majority + gain
    assert together > best


def test_an_adversary_gets_a_weight_below_zero():
    x, y = panel("adversary", 200, 5)
    weights = combined(x, y, np.arange(200) % 10)
    assert weights[4] < 0 < weights[:4].min()


def test_which_side_is_called_low_makes_no_odds():
    x, y = panel("misled", 60, 1)
    turned = np.where(np.arange(60) % 3 == 0, -1, 1)
    folds = np.arange(60) % 10
    assert combined(x * turned[:, None], y * turned, folds) == pytest.approx(combined(x, y, folds), abs=1e-6)


def test_labels_are_held_out_with_their_fold():
    x, y = panel("good", 60, 2)
    folds, prior = np.arange(60) % 10, PRIORS[1]
    score = held_out(x, y, folds, prior)
    out = folds == 3
    assert score[out] == pytest.approx(x[out] @ weighed(x[~out], y[~out], prior))
    lied = held_out(x, np.where(out, -y, y), folds, prior)
    assert lied[out] == pytest.approx(score[out])
    assert not np.allclose(lied[~out], score[~out])


def test_the_weights_of_a_prior_are_the_likeliest():
    x, y = panel("one strong", 80, 3)
    prior = PRIORS[2]
    precision = np.linalg.inv(prior.width**2 * np.eye(6) + 4.0)
    found = minimize(lambda w: losses(y, x @ w).sum() + w @ precision @ w / 2, np.zeros(6)).x
    assert weighed(x, y, prior) == pytest.approx(found, abs=1e-3)


@pytest.mark.parametrize(("kind", "alone"), [("one strong", True), ("misled", False)])
def test_the_prior_that_foretells_labels_decides(kind, alone):
    x, y = panel(kind, 400, 7)
    weights = combined(x, y, np.arange(400) % 10)
    apart = [np.abs(weights - weighed(x, y, prior)).max() for prior in PRIORS]
    assert min(apart) < 0.1 < 0.3 < max(apart)
    assert PRIORS[int(np.argmin(apart))].alone is alone


def test_a_judge_that_is_silent_is_not_taken_for_one_that_is_torn():
    y = np.ones(20)
    torn, silent = np.zeros((20, 1)), np.full((20, 1), np.nan)
    torn[:5], silent[:5] = 1, 1
    assert alone(silent, y)[0] == pytest.approx(np.log(6 / 1))
    assert alone(torn, y)[0] == pytest.approx(np.log(13.5 / 8.5))


def test_the_best_prior_of_equal_judges_is_that_they_are_alike():
    x, y = panel("equal", 300, 4)
    assert not best_prior(x, y, np.arange(300) % 10).alone
