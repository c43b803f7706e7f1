"""The judge-aware fit finds known judges, is Bradley-Terry for plain ones, and is used only where it helps."""

from __future__ import annotations

import choix
import numpy as np
import pytest

from prefdata.labels.calibration import judge_aware
from prefdata.labels.calibration.ballots import Ballots
from prefdata.labels.calibration.facts import group
from prefdata.labels.calibration.gold import gold, heard
from prefdata.labels.trust import Read
from prefdata.labels.trust_file import Biases

from .test_trust import evidence

KEEN = np.array([0.8, 0.4, 0.0, -0.2, -0.4, -0.6])  # log γ, mean 0
POSITION = np.array([0.8, 0.0, -0.3, 0.4, 0.0, 0.2])
LENGTH = np.array([0.0, 0.7, 0.0, -0.4, 0.5, -0.8])


def simulated(prompts: int, candidates: int, votes: int, seed: int, judged: np.ndarray) -> Ballots:
    """Votes of judges with log γ, β, φ [K, 3] on random pairs."""
    rng = np.random.default_rng(seed)
    theta, length = rng.normal(size=prompts * candidates), rng.normal(size=prompts * candidates)
    i = rng.integers(candidates, size=prompts * votes)
    j = (i + 1 + rng.integers(candidates - 1, size=len(i))) % candidates
    begin = np.repeat(np.arange(prompts), votes) * candidates
    low, high = begin + np.minimum(i, j), begin + np.maximum(i, j)
    judge = rng.integers(len(judged), size=len(low))
    pull = np.column_stack([rng.choice([-1, 1], len(low)), np.tanh(length[low] - length[high])])
    its = judged[judge]
    odds = np.exp(its[:, 0]) * (theta[low] - theta[high]) + (its[:, 1:] * pull).sum(axis=1)
    half = (rng.random(len(low)) < 1 / (1 + np.exp(-odds))).astype(float)
    first = np.arange(prompts + 1) * candidates
    return Ballots(len(judged), low, high, judge, half, np.ones(len(low)), pull, first)


def test_it_finds_how_keen_and_how_swayed_each_judge_is():
    truth = np.column_stack([KEEN, POSITION, LENGTH])
    found = judge_aware.parameters(simulated(3000, 4, 24, 1, truth))
    assert found[:, 0] - found[:, 0].mean() == pytest.approx(KEEN, abs=0.15)
    assert found[:, 1] == pytest.approx(POSITION, abs=0.15)
    shared = (LENGTH - found[:, 2]).mean()  # what all judges share passes for strength
    assert found[:, 2] + shared == pytest.approx(LENGTH, abs=0.3)


def test_unswayed_judges_are_found_unswayed():
    found = judge_aware.parameters(simulated(2000, 4, 24, 2, np.zeros((4, 3))))
    assert found[:, 0] - found[:, 0].mean() == pytest.approx(np.zeros(4), abs=0.15)
    assert found[:, 1] == pytest.approx(np.zeros(4), abs=0.1)


def test_plain_judges_make_it_plain_bradley_terry():
    ballots = simulated(20, 5, 30, 3, np.zeros((3, 3)))
    theta = judge_aware.strengths(ballots, np.zeros((3, 3)))
    for prompt in range(20):
        its = np.flatnonzero(ballots.low // 5 == prompt)
        sides = np.column_stack([ballots.low[its], ballots.high[its]]) - prompt * 5
        games = [(int(w), int(x)) for (w, x), half in zip(sides, ballots.half[its], strict=True) if half == 1]
        games += [(int(x), int(w)) for (w, x), half in zip(sides, ballots.half[its], strict=True) if half == 0]
        # choix' penalty is alpha ‖θ‖² and ours ½ ‖θ‖².
        expected = choix.opt_pairwise(5, games, alpha=0.5, tol=1e-12)
        assert theta[prompt * 5 : prompt * 5 + 5] == pytest.approx(expected - expected.mean(), abs=1e-5)


def test_a_judge_with_a_bias_is_heard_through_it():
    ballots = simulated(400, 3, 12, 4, np.column_stack([np.zeros(3), [3.0, 0, 0], np.zeros(3)]))
    blind = judge_aware.strengths(ballots, np.zeros((3, 3)))
    aware = judge_aware.strengths(ballots, judge_aware.parameters(ballots))
    truth = np.random.default_rng(4).normal(size=1200)
    assert np.corrcoef(aware, truth)[0, 1] > np.corrcoef(blind, truth)[0, 1] + 0.01


# --- behind the gate -------------------------------------------------------------------------


def swayed(pairs: int, seed: int) -> tuple[list[dict], list[dict]]:
    """Three judges who read each pair once and mostly prefer what they read first, one who does not; and the gold."""
    rng = np.random.default_rng(seed)
    votes, labels = [], []
    for n in range(pairs):
        better = rng.choice([1, -1])
        pair = {"prompt_id": f"p{n:04d}", "a": "x", "b": "y"}
        labels.append({**pair, "winner": "a" if better > 0 else "b", "judge": "gold"})
        for k, pull in enumerate((2.5, 2.5, 2.5, 0.0)):
            shown = rng.choice([1, -1])
            low = rng.random() < 1 / (1 + np.exp(-(1.2 * better + pull * shown)))
            votes.append(
                {**pair, "winner": "a" if low else "b", "judge": f"j{k}", "order": "ab" if shown > 0 else "ba"}
            )
    return votes, labels


def grouped(coded, vote_file, votes, labels):
    truth = gold(evidence(vote_file, labels))
    run = [Read(coded(votes), [None] * len(labels))]
    return group(heard(run, truth), run, judge_aware.fit(run))


def test_it_is_used_where_gold_says_that_it_helps(coded, vote_file):
    found = grouped(coded, vote_file, *swayed(300, 1))
    assert found["judge_aware"]["used"]
    assert found["judge_aware"]["log_loss"] < found["judge_aware"]["plain_log_loss"]


def test_it_is_not_used_where_there_is_nothing_to_know(coded, vote_file):
    votes, labels = swayed(300, 2)
    for row in votes:
        del row["order"]
    found = grouped(coded, vote_file, votes, labels)
    assert not found["judge_aware"]["used"]


def test_nothing_is_learned_below_the_gate(coded, vote_file):
    votes, labels = swayed(49, 3)
    truth = gold(evidence(vote_file, labels))
    run = [Read(coded(votes), [None] * 49)]
    assert group(heard(run, truth), run, Biases(1.0, {})) is None
