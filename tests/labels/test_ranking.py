"""How sure we are of each pair: the posterior is the model's own, and says what votes should say."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_ndtr
from scipy.stats import norm

from prefdata.labels import bradley_terry
from prefdata.labels.ranking import OWN, certainties

Wins = dict[tuple[int, int], tuple[float, float]]  # (low, high) → soft wins of low, of high

wins_of_four = st.dictionaries(
    st.sampled_from(list(combinations(range(4), 2))),
    st.tuples(*[st.integers(0, 12).map(lambda halves: halves / 2)] * 2),
    min_size=1,
)


def sure(wins: Wins, size: int = 4) -> np.ndarray:
    """Log-odds that low is better, pair by pair, in one prompt."""
    low, high = np.array(list(wins)).T
    won, lost = np.array(list(wins.values())).T
    return certainties(np.zeros(len(wins), int), low, high, won, lost, np.array([size]))


def by_the_book(wins: Wins, size: int) -> np.ndarray:
    """The same from a general optimiser over all of θ and ε, and the inverse of the whole Hessian."""
    design = np.hstack([np.zeros((len(wins), size)), np.eye(len(wins))])
    for row, (low, high) in enumerate(wins):
        design[row, low], design[row, high] = 1, -1
    won, lost = np.array(list(wins.values())).T
    told = [_laplace(design, np.r_[np.ones(size), np.full(len(wins), 1 / own)], won, lost) for own in OWN]
    evidence = np.array([each for _, each in told])[:, None]
    z = np.array([each for each, _ in told])
    better, worse = (np.logaddexp.reduce(evidence + log_ndtr(side), axis=0) for side in (z, -z))
    return better - worse


def _laplace(design: np.ndarray, precision: np.ndarray, won: np.ndarray, lost: np.ndarray) -> tuple[np.ndarray, float]:
    """(z, log evidence) for f = design · x with x ~ N(0, 1 / precision)."""

    def unlikely(x: np.ndarray) -> float:
        f = design @ x
        return float(precision @ x**2 / 2 - won @ log_expit(f) - lost @ log_expit(-f))

    def slope(x: np.ndarray) -> np.ndarray:
        return precision * x + design.T @ ((won + lost) * expit(design @ x) - won)

    def curve(x: np.ndarray) -> np.ndarray:
        p = expit(design @ x)
        return np.diag(precision) + design.T @ ((won + lost) * p * (1 - p) * design.T).T

    x = minimize(unlikely, np.zeros(len(precision)), jac=slope, hess=curve, method="trust-exact", tol=1e-12).x
    hessian = curve(x)
    deviation = np.sqrt(np.diag(design @ np.linalg.inv(hessian) @ design.T))
    evidence = (np.log(precision).sum() - np.linalg.slogdet(hessian)[1]) / 2 - unlikely(x)
    return design @ x / deviation, float(evidence)


@given(wins_of_four)
@settings(max_examples=60, deadline=None)
def test_the_posterior_is_that_of_a_general_optimiser(wins):
    np.testing.assert_allclose(sure(wins), by_the_book(wins, 4), atol=1e-6)


@pytest.mark.parametrize("wins", [(1, 0), (2, 1), (5, 1), (9, 4)])
def test_for_one_pair_the_probability_is_nearly_that_of_exact_integration(wins):
    def mass(own: float, low: float, high: float) -> float:
        spread = np.sqrt(2 + own)
        return quad(lambda f: expit(f) ** wins[0] * expit(-f) ** wins[1] * norm.pdf(f, 0, spread), low, high)[0]

    better, all_of_it = (sum(mass(own, low, 30) for own in OWN) for low in (0, -30))
    assert bradley_terry.probability(sure({(0, 1): wins}, 2)) == pytest.approx(better / all_of_it, abs=0.025)


@given(wins_of_four)
def test_votes_the_other_way_round_say_the_opposite(wins):
    turned = {pair: (lost, won) for pair, (won, lost) in wins.items()}
    np.testing.assert_allclose(sure(turned), -sure(wins), atol=1e-9)


@given(wins_of_four, st.permutations(range(4)))
def test_other_names_of_candidates_change_nothing(wins, names):
    renamed = {}
    for (low, high), (won, lost) in wins.items():
        one, other = names[low], names[high]
        renamed[min(one, other), max(one, other)] = (won, lost) if one < other else (lost, won)
    sign = [1 if names[low] < names[high] else -1 for low, high in wins]
    np.testing.assert_allclose(sure(renamed) * sign, sure(wins), atol=1e-9)


@given(wins_of_four, st.randoms())
def test_the_order_of_the_pairs_changes_nothing(wins, random):
    shuffled = random.sample(list(wins), len(wins))
    place = [shuffled.index(pair) for pair in wins]
    np.testing.assert_allclose(sure({pair: wins[pair] for pair in shuffled})[place], sure(wins), atol=1e-9)


@given(wins_of_four)
@settings(max_examples=15, deadline=None)
def test_a_prompt_is_judged_alike_to_the_bit_whatever_prompts_are_beside_it(wins):
    own = np.array([(*pair, *votes) for pair, votes in wins.items()]).T
    low, high = np.tile(np.triu_indices(4, 1), 3000)
    beside = np.vstack([low, high, np.random.default_rng(0).integers(0, 10**8, (2, len(low)))])
    prompt = np.concatenate([np.full(len(wins), 1), np.repeat(np.r_[0, np.arange(2, 3001)], 6)])
    columns = np.hstack([own, beside])
    found = certainties(prompt, *columns[:2].astype(int), *columns[2:], np.full(3001, 4))
    assert (found[: len(wins)] == sure(wins)).all()


@given(wins_of_four)
def test_one_more_vote_for_a_side_never_makes_it_less_sure(wins):
    more = {pair: (won + 1, lost) if n == 0 else (won, lost) for n, (pair, (won, lost)) in enumerate(wins.items())}
    assert sure(more)[0] > sure(wins)[0]


@pytest.mark.parametrize("wins", [{(0, 1): (2, 2), (1, 2): (0.5, 0.5)}, {(0, 1): (0, 0)}], ids=["ties", "no votes"])
def test_balanced_votes_say_exactly_nothing(wins):
    assert not sure(wins, 3).any()


@pytest.mark.parametrize("size", [3, 5, 7, 8])
def test_of_two_candidates_with_the_same_votes_against_others_exactly_nothing_is_said(size):
    rng = np.random.default_rng(0)
    for _ in range(100):
        assert sure(*_twins(size, rng))[0] == 0


def _twins(size: int, rng: np.random.Generator) -> tuple[Wins, int]:
    """Two candidates, the first pair, against whom all others have won alike."""
    one, other = sorted(rng.choice(size, 2, replace=False))
    wins = {pair: tuple(rng.integers(0, 9, 2)) for pair in combinations(range(size), 2) if not {one, other} & {*pair}}
    for third in {*range(size)} - {one, other}:
        votes = tuple(rng.integers(0, 9, 2))
        wins |= {(n, third) if n < third else (third, n): votes if n < third else votes[::-1] for n in (one, other)}
    return {(one, other): (0, 0), **wins}, size


def test_a_pair_without_votes_is_judged_by_the_others_and_surer_with_votes_of_its_own():
    through, own = ({(0, 1): (3, 0), (1, 2): (3, 0), (0, 2): votes} for votes in ((0, 0), (3, 0)))
    assert 0 < sure(through, 3)[2] < sure(own, 3)[2]


def test_in_a_cycle_pairs_keep_their_own_sides_but_are_less_sure_than_in_an_order():
    cycle, order = ({(0, 1): (3, 0), (1, 2): (3, 0), (0, 2): votes} for votes in ((0, 3), (3, 0)))
    assert (np.sign(sure(cycle, 3)) == [1, 1, -1]).all()
    assert (np.abs(sure(cycle, 3)) < sure(order, 3)).all()


def test_many_votes_on_a_pair_overrule_transitivity_as_bradley_terry_never_lets_them():
    wins = {(0, 1): (0, 7), (0, 2): (7, 0), (0, 3): (7, 0), (1, 2): (0, 7), (1, 3): (0, 7), (2, 3): (3, 3)}
    low, high = np.array(list(wins)).T
    won, lost = np.array(list(wins.values())).T
    theta = bradley_terry.strengths(np.zeros(6, int), low, high, won, lost, np.array([4]))
    assert theta[0] > theta[1]
    assert sure(wins)[0] < -1


@pytest.mark.parametrize("votes", [1e-6, 1e3, 1e6])
def test_votes_of_any_weight_are_fitted(votes):
    wins = {(0, 1): (2 * votes, votes), (1, 2): (votes, 0), (0, 2): (0, votes)}
    np.testing.assert_allclose(sure(wins, 3), by_the_book(wins, 3), rtol=1e-4, atol=1e-9)


def test_a_prompt_may_have_many_candidates():
    wins = {(low, low + 1): (2.0, 0.0) for low in range(99)} | {(0, 99): (0, 0)}
    assert (sure(wins, 100) > 0).all()


def test_prompts_of_different_sizes_and_none_at_all_are_fine():
    two, three = {(0, 1): (2, 1)}, {(0, 1): (2, 1), (1, 2): (1, 0)}
    mixed = certainties(*np.array([[1, 0, 0], [0, 0, 1], [1, 1, 2], [2, 2, 1], [1, 1, 0]]), np.array([3, 2]))
    np.testing.assert_array_equal(mixed, [*sure(two, 2), *sure(three, 3)])
    assert certainties(*[np.empty(0, int)] * 3, *[np.empty(0)] * 2, np.empty(0, int)).shape == (0,)
