"""Precision and recall on the labelled sentences do not fall; README.md says how they were labelled."""

from __future__ import annotations

import pytest

from tests.claims import scoring

SIZES = {"tune": 100, "held_out": 100, "second": 55, "third": 55, "fourth": 45}


@pytest.mark.parametrize("part", SIZES)
def test_precision_and_recall(part):
    score = scoring.scores(part)["all"]
    assert score.precision >= 0.94
    assert score.recall >= 0.95


def test_precision_and_recall_over_all_sets():
    found = [scoring.scores(part)["all"] for part in SIZES]
    right, given, labelled = (sum(counts) for counts in zip(*found, strict=True))
    assert right / given >= 0.95
    assert right / labelled >= 0.95


@pytest.mark.parametrize(("part", "size"), SIZES.items())
def test_labels_lie_in_their_sentences(part, size):
    rows = scoring.sentences(part)
    assert len(rows) == size
    for row in rows:
        for claim in row["claims"]:
            start, end = claim["char_span"]
            assert row["sentence"][start:end] == claim["text"]
