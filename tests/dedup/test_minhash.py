"""MinHash: signatures estimate the true similarity, and bands find what is as alike as asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.dedup.buckets import Pairs
from prefdata.dedup.jaccard import jaccard
from prefdata.dedup.minhash import PERMUTATIONS, band_keys, may_be, rows_of_a_band, signatures
from prefdata.dedup.shingles import among, batches, distinct, mixed, shingles

from .alike import sets_of_five, true_jaccard

TEXTS = st.lists(st.text("abc 天空", max_size=24), min_size=1, max_size=8)


def mutants(rng: np.random.Generator, length: int, changes: int, count: int) -> list[tuple[str, str]]:
    """Random texts, each with a copy in which some characters are others."""
    found = []
    for _ in range(count):
        text = rng.integers(97, 123, length)
        copy = text.copy()
        copy[rng.choice(length, changes, replace=False)] = rng.integers(65, 91, changes)
        found.append(("".join(map(chr, text)), "".join(map(chr, copy))))
    return found


@given(TEXTS)
def test_shingles_are_equal_where_five_characters_are(texts):
    found = shingles(texts)
    seen: dict[int, str] = {}
    for text, first, count in zip(texts, found.first.tolist(), found.counts.tolist(), strict=True):
        expected = [text[at : at + 5] for at in range(len(text) - 4)] or [text]
        assert count == len(expected)
        for number, shingle in zip(found.hashes[first : first + count].tolist(), expected, strict=True):
            assert seen.setdefault(number, shingle) == shingle
    assert len(seen) == len(set().union(*map(sets_of_five, texts)))


def test_batches_give_the_shingles_of_all_texts(monkeypatch):
    texts = [f"text number {n} " * (n % 7) for n in range(40)]
    monkeypatch.setattr("prefdata.dedup.shingles.AT_ONCE", 100)
    parts = list(batches(texts))
    assert [start for start, _ in parts] == np.cumsum([0, *(len(part.first) for _, part in parts[:-1])]).tolist()
    assert np.concatenate([part.hashes for _, part in parts]).tolist() == shingles(texts).hashes.tolist()


@given(TEXTS, st.data())
def test_jaccard_is_that_of_the_sets(texts, data):
    rows = st.integers(0, len(texts) - 1)
    pairs = data.draw(st.lists(st.tuples(rows, rows), max_size=6))
    a, b = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    expected = [true_jaccard(texts[i], texts[j]) for i, j in pairs]
    assert jaccard(texts, Pairs(a, b)).tolist() == pytest.approx(expected)


def test_jaccard_in_parts_is_jaccard(monkeypatch):
    texts = [text for pair in mutants(np.random.default_rng(0), 60, 3, 20) for text in pair]
    pairs = Pairs(*np.triu_indices(len(texts), 1))
    whole = jaccard(texts, pairs)
    monkeypatch.setattr("prefdata.dedup.jaccard.SHINGLES_AT_ONCE", 500)
    assert jaccard(texts, pairs).tolist() == whole.tolist()


@pytest.mark.parametrize("changes", [1, 3, 8])
def test_the_share_of_equal_minima_is_the_jaccard_similarity(changes):
    pairs = mutants(np.random.default_rng(changes), 200, changes, 400)
    a, b = (signatures([pair[side] for pair in pairs]) for side in (0, 1))
    estimate = (a == b).mean(1)
    true = np.array([true_jaccard(*pair) for pair in pairs])
    spread = np.sqrt(true * (1 - true) / PERMUTATIONS)
    error = (estimate - true) / spread
    assert abs(error.mean()) < 4 / np.sqrt(len(pairs))  # unbiased
    assert 0.85 < error.std() < 1.15  # and as sure as independent permutations are


def test_a_signature_depends_on_the_text_alone():
    texts = ["one text", "another, longer text", "天空是什么颜色", "x"]
    alone = np.concatenate([signatures([text]) for text in texts])
    assert (signatures(texts) == alone).all()
    assert (signatures(texts[::-1]) == alone[::-1]).all()


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8, 0.95])
def test_bands_find_what_is_as_alike_as_asked(threshold):
    rows = rows_of_a_band(threshold)
    bands = PERMUTATIONS // rows
    assert 1 - (1 - threshold**rows) ** bands >= 0.995
    longer = rows + 1
    assert 1 - (1 - threshold**longer) ** (PERMUTATIONS // longer) < 0.995


def test_pairs_of_eight_tenths_share_a_band_and_pass_the_estimate():
    pairs = mutants(np.random.default_rng(5), 300, 7, 3000)
    true = np.array([true_jaccard(*pair) for pair in pairs])
    close = np.flatnonzero((true >= 0.8) & (true < 0.83))
    assert len(close) > 300
    found = signatures([pairs[row][side] for side in (0, 1) for row in close])
    a, b = np.arange(len(close)), np.arange(len(close)) + len(close)
    keys = band_keys(found, np.arange(len(found)), 0.8)
    shared = (keys[a] == keys[b]).any(1) & may_be(found, a, b, 0.8)
    assert shared.mean() > 0.985


def test_band_keys_are_equal_exactly_where_bands_are():
    found = np.random.default_rng(0).integers(0, 2, (60, PERMUTATIONS), np.uint32)
    rows = rows_of_a_band(0.8)
    keys = band_keys(found, np.arange(60), 0.8)
    for band in range(keys.shape[1]):
        part = [tuple(row) for row in found[:, band * rows : (band + 1) * rows].tolist()]
        for a in range(60):
            assert [keys[a, band] == keys[b, band] for b in range(60)] == [part[a] == other for other in part]


@given(st.lists(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 2**64 - 1)))
def test_distinct_and_among_are_those_of_sets(numbers, others):
    some, known = (np.array(each, np.uint64) for each in (numbers + others[:2], others))
    assert distinct(some).tolist() == sorted(set(some.tolist()))
    assert among(some, distinct(known)).tolist() == [number in set(others) for number in some.tolist()]


def test_mixing_is_one_to_one():
    assert len(distinct(mixed(np.arange(100_000)))) == 100_000
