"""Chances of being drawn are what they are said to be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.review.draws import AUDIT, chances, draw, inclusion

pools = st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=60)


def arrays(pool) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in pool]), np.array([waits for _, waits in pool], bool)


def drawn(given, rng) -> np.ndarray:
    n = len(given.by_score)
    return np.concatenate(draw(given, rng.random(n), rng.random(), rng.random(n)))


@given(pools, st.integers(1, 80))
def test_chances_add_up_to_the_number_of_rows_and_none_is_zero_or_above_one(pool, count):
    score, waiting = arrays(pool)
    found = chances(score, waiting, count).propensity
    assert found.sum() == pytest.approx(min(count, len(pool)))
    assert (found > 0).all()
    assert (found <= 1 + 1e-12).all()


@given(pools, st.integers(1, 80), st.integers(0, 2**32))
def test_a_draw_has_so_many_rows_each_once(pool, count, seed):
    rows = drawn(chances(*arrays(pool), count), np.random.default_rng(seed))
    assert len(rows) == len(set(rows.tolist())) == min(count, len(pool))


@given(st.lists(st.just(0.0) | st.floats(1e-9, 5), min_size=1, max_size=40), st.integers(0, 50))
def test_inclusion_is_proportional_to_size_up_to_one(sizes, count):
    size = np.array(sizes)
    found = inclusion(size, count)
    assert found.sum() == pytest.approx(min(count, (size > 0).sum()))
    open_ = (found > 0) & (found < 1)
    if open_.any():
        assert found[open_] / size[open_] == pytest.approx((found[open_] / size[open_])[0])
        assert size[found == 1].min(initial=np.inf) >= size[open_].max()


@given(pools, st.integers(1, 80))
def test_what_waits_comes_before_what_scores(pool, count):
    score, waiting = arrays(pool)
    by_score = chances(score, waiting, count).by_score
    rows = min(count, len(pool))
    scored = rows - min(math.ceil(AUDIT * rows), int((~waiting).sum()) if rows > 1 else 1)
    if waiting.sum() <= scored:
        assert (by_score[waiting] == 1).all()
    else:
        assert by_score[~waiting].sum() == 0
        assert by_score[waiting] == pytest.approx(scored / waiting.sum())


@given(pools, st.integers(2, 80), st.integers(0, 2**32))
def test_a_tenth_of_the_rows_are_audits_of_pairs_that_labels_do_not_wait_for(pool, count, seed):
    score, waiting = arrays(pool)
    rng, given = np.random.default_rng(seed), chances(score, waiting, count)
    _, audit = draw(given, rng.random(len(pool)), rng.random(), rng.random(len(pool)))
    assert min(count, len(pool)) == 1 or not waiting[audit].any()
    assert len(audit) >= min(math.ceil(AUDIT * min(count, len(pool))), (~waiting).sum())


@pytest.mark.parametrize(
    ("pairs", "rows", "waits"), [(40, 12, 0.0), (40, 12, 0.5), (15, 14, 0.1), (3, 2, 0.0), (40, 12, 0.9)]
)
def test_rows_are_drawn_as_often_as_their_propensity_says(pairs, rows, waits):
    rng = np.random.default_rng(pairs * rows)
    given, times = chances(rng.random(pairs) ** 2, rng.random(pairs) < waits, rows), 4000
    hits = np.bincount(np.concatenate([drawn(given, rng) for _ in range(times)]), minlength=pairs)
    said = given.propensity
    assert np.abs(hits / times - said).max() < 4.5 * math.sqrt(0.25 / times)
    assert (hits[said > 1 - 1e-9] == times).all()


def test_pairs_with_the_highest_scores_are_drawn_more_often_and_sure_ones_still_can_be():
    found = chances(np.array([1.0, 1.0, 0.1, 0.0]), np.zeros(4, bool), 2).propensity
    assert found[0] == found[1] > found[2] > found[3] > 0
