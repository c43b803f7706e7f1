"""Bradley-Terry strengths equal choix's, whatever stands beside a prompt and however lopsided its votes are."""

from __future__ import annotations

import choix
import numpy as np
import pytest

from prefdata.labels import bradley_terry
from prefdata.labels.bradley_terry import PRIOR, fit, strengths


def by_choix(wins: np.ndarray) -> np.ndarray:
    """choix minimises -Σ log σ + α‖θ‖², so that α is half of our λ, which is 1."""
    size = len(wins)
    data = [(i, j) for i in range(size) for j in range(size) for _ in range(int(wins[i, j]))]
    theta = choix.opt_pairwise(size, data, alpha=0.5, tol=1e-12)
    return theta - theta.mean()


def tournament(size: int, seed: int, most: int = 6) -> np.ndarray:
    wins = np.random.default_rng(seed).integers(0, most, (size, size)).astype(float)
    np.fill_diagonal(wins, 0)
    return wins


def as_pairs(prompts: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    """Wins [n, n] of several prompts as the arguments of `strengths`, pairs without votes left out."""
    rows = []
    for prompt, wins in enumerate(prompts):
        for low, high in zip(*np.triu_indices(len(wins), 1), strict=True):
            if wins[low, high] + wins[high, low]:
                rows.append((prompt, low, high, wins[low, high], wins[high, low]))
    prompt, low, high, wins_low, wins_high = np.array(rows).T
    sizes = np.array([len(wins) for wins in prompts])
    return prompt.astype(int), low.astype(int), high.astype(int), wins_low, wins_high, sizes


@pytest.mark.parametrize("size", [2, 3, 5, 8, 12])
def test_strengths_equal_choix_with_the_same_penalty(size):
    for seed in range(5):
        wins = tournament(size, seed, most=3 if seed % 2 else 6)
        assert fit(wins[None])[0] == pytest.approx(by_choix(wins), abs=1e-6)


def test_prompts_of_all_sizes_together_equal_choix_one_by_one():
    prompts = [tournament(size, seed, most=2) for seed, size in enumerate([5, 3, 5, 9, 2, 4, 5, 3])]
    prompts = [wins for wins in prompts if wins.sum()]
    theta = strengths(*as_pairs(prompts))
    expected = np.concatenate([by_choix(wins) for wins in prompts])
    assert theta == pytest.approx(expected, abs=1e-6)


def test_a_prompts_strengths_do_not_depend_on_its_company():
    prompts = [tournament(5, seed) for seed in range(4000)]
    together = strengths(*as_pairs(prompts)).reshape(-1, 5)
    for at in (0, 1, 2000, 3999):
        assert (strengths(*as_pairs([prompts[at]])) == together[at]).all()


@pytest.mark.parametrize("weight", [1e-6, 1.0, 1e3, 1e6])
def test_one_sided_votes_of_any_weight_end_at_the_maximum(weight):
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 2] = wins[2, 3] = weight
    assert slope(wins) <= 1e-8
    assert (np.diff(fit(wins[None])[0]) < 0).all()


def test_weights_of_all_magnitudes_end_at_the_maximum():
    """Whole Newton steps go to and fro here for ever."""
    wins = np.zeros((5, 5))
    wins[0, 3], wins[1, 3], wins[2] = 893302, 84.3, [18.5, 0, 0, 0.00346, 3.13]
    wins[3, 1:3], wins[4, :4] = [258.1, 157514.4], [7589756.2, 670331.3, 0, 513.1]
    assert slope(wins) <= 1e-8


def slope(wins: np.ndarray) -> float:
    """The largest gradient entry at the strengths found, relative to the votes."""
    theta = fit(wins[None])[0]
    p = bradley_terry.probability(theta[:, None] - theta[None, :])
    return float(np.abs((wins * (1 - p) - wins.T * p).sum(axis=1) - PRIOR * theta).max() / (1 + wins.sum()))


def test_a_candidate_nobody_compared_is_in_the_middle():
    wins = np.zeros((3, 3))
    wins[0, 2] = 3
    theta = fit(wins[None])[0]
    assert theta[1] == pytest.approx(0)
    assert theta[0] == pytest.approx(-theta[2])
