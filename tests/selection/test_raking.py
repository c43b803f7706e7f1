"""Raking against a general optimiser, and whole numbers that keep its sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize
from scipy.special import rel_entr

from prefdata.selection.feasible import settled
from prefdata.selection.margins import Margin, Table
from prefdata.selection.raking import raked, whole


def grid(available: np.ndarray) -> Table:
    """A table of R rows and C columns as cells, with a margin of each."""
    rows, columns = available.shape
    row, column = np.divmod(np.arange(available.size), columns)
    names = (
        Margin("row", tuple("abc"[:rows]), np.ones(rows) / rows, row),
        Margin("column", tuple("wxyz"[:columns]), np.ones(columns) / columns, column),
    )
    return Table(available.ravel().astype(float), names)


tables = st.tuples(st.integers(2, 3), st.integers(2, 4), st.integers(0, 10**6))


def drawn(shape: tuple[int, int, int]) -> tuple[Table, np.ndarray]:
    """A table with at least one pair a cell, and amounts that it can have."""
    rows, columns, seed = shape
    pick = np.random.default_rng(seed)
    available = pick.integers(5, 500, (rows, columns))
    return grid(available), (available * pick.uniform(0.1, 1.0, (rows, columns))).ravel()


@given(tables)
@settings(deadline=None, max_examples=40)
def test_raking_finds_the_amounts_that_change_the_table_least(shape):
    table, some = drawn(shape)
    sums = [margin.sums(some) for margin in table.margins]
    found = raked(table, sums)
    assert (found <= table.available + 1e-9).all()
    for margin, right in zip(table.margins, sums, strict=True):
        assert margin.sums(found) == pytest.approx(right, abs=1.0)
    assert _divergence(found, table) <= _optimum(table, sums, some) + 0.02 * some.sum()


def _divergence(amounts: np.ndarray, table: Table) -> float:
    """Kullback-Leibler of amounts from what is there; both are not normalised."""
    return float((rel_entr(amounts, table.available) - amounts + table.available).sum())


def _optimum(table: Table, sums: list[np.ndarray], start: np.ndarray) -> float:
    rows = np.vstack([
        np.equal(margin.code, value) for margin in table.margins for value in range(len(margin.values))
    ]).astype(float)  # fmt: skip
    limits = LinearConstraint(rows[:-1], np.concatenate(sums)[:-1], np.concatenate(sums)[:-1])
    bounds = [(1e-9, most) for most in table.available]
    scale = table.available.sum()
    best = minimize(lambda x: _divergence(x, table) / scale, start, bounds=bounds, constraints=[limits], method="SLSQP")
    return float(best.fun) * scale


@given(tables)
@settings(deadline=None, max_examples=40)
def test_whole_numbers_keep_the_total_and_nearly_the_sums(shape):
    table, some = drawn(shape)
    total = int(some.sum())
    some *= total / some.sum()
    found = whole(table, some, total)
    assert found.sum() == total
    assert (np.abs(found - some) < 2).all()
    assert (found <= table.available).all()
    for margin in table.margins:
        assert (np.abs(margin.sums(found) - margin.sums(some)) < 2).all()


def test_cells_that_give_nothing_stay_empty():
    table = grid(np.array([[10, 10], [10, 10]]))
    found = whole(table, np.array([5.5, 0.0, 0.0, 5.5]), 11)
    assert found.tolist() in ([6, 0, 0, 5], [5, 0, 0, 6])


def test_a_full_cell_lets_the_others_rise():
    """Deming and Stephan's factors alone would ask the first cell for 20 of its 5."""
    table = grid(np.array([[5, 100], [100, 100]]))
    found = raked(table, [np.array([40.0, 100.0]), np.array([60.0, 80.0])])
    assert (found <= table.available + 1e-9).all()


@given(tables)
@settings(deadline=None, max_examples=40)
def test_what_raking_left_off_is_settled_by_moving_little(shape):
    table, some = drawn(shape)
    sums = [margin.sums(some) for margin in table.margins]
    near = raked(table, sums)
    found = settled(table, near, some)
    for margin, right in zip(table.margins, sums, strict=True):
        assert margin.sums(found) == pytest.approx(right, abs=1e-3)
    assert (found <= table.available + 1e-9).all()
    assert np.abs(found - near).sum() <= 4 * max(0.5, 1e-4 * some.sum()) * some.size


def test_cells_that_must_be_empty_and_full_are_found_though_raking_never_gets_there():
    """The first row must give all it has, so that the second has nothing left to give to the first column."""
    table = grid(np.array([[500, 1000], [1000, 500]]))
    right = np.array([500.0, 1000.0, 0.0, 500.0])
    near = raked(table, [margin.sums(right) for margin in table.margins])
    assert near[2] > 0.1
    assert settled(table, near, right) == pytest.approx(right, abs=1e-6)
