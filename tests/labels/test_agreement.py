"""Agreement measures equal worked examples and simple second implementations."""

from __future__ import annotations

import numpy as np
import pytest

from prefdata.labels import agreement

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: nominal data, four
# observers, twelve units, missing values; the paper states α = .743.
NOMINAL = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def counts_of(rows: list[list[int | None]], labels: int) -> np.ndarray:
    return np.array([[sum(row[u] == label for row in rows) for u in range(len(rows[0]))] for label in range(labels)])


def test_krippendorff_alpha_of_the_papers_example():
    counts = counts_of(NOMINAL, 6)[1:]
    assert agreement.krippendorff_alpha(agreement.coincidences(counts)) == pytest.approx(0.743, abs=5e-4)


def test_alpha_is_one_under_full_agreement_and_none_without_variation():
    agreed = np.array([[3, 0], [0, 3], [0, 0]])
    assert agreement.krippendorff_alpha(agreement.coincidences(agreed)) == pytest.approx(1)
    assert agreement.krippendorff_alpha(agreement.coincidences(np.array([[3, 3], [0, 0], [0, 0]]))) is None
    assert agreement.krippendorff_alpha(agreement.coincidences(np.array([[1, 0], [0, 1], [0, 0]]))) is None


def test_fleiss_kappa_of_the_papers_example():
    # Fleiss (1971), as worked on in textbooks: ten units, fourteen raters, five labels, κ = .210.
    table = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    assert agreement.fleiss_kappa(agreement.fleiss_counts(np.array(table).T)) == pytest.approx(0.210, abs=5e-4)


def test_cohen_kappa_of_a_worked_example():
    # Agreement 35/50, chance .5: κ = .4.
    assert agreement.cohen_kappa(np.array([[20, 5], [10, 15]])) == pytest.approx(0.4)


def test_confusions_count_each_meeting_of_two_judges(coded):
    votes = [
        {"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"},
        {"prompt_id": "p", "a": "y", "b": "x", "winner": "b", "judge": "k"},
        {"prompt_id": "p", "a": "x", "b": "y", "winner": "tie", "judge": "l"},
        {"prompt_id": "q", "a": "x", "b": "y", "winner": "b", "judge": "j"},
        {"prompt_id": "q", "a": "x", "b": "y", "winner": "a", "judge": "l"},
    ]
    from prefdata.labels.tally import tally

    block = coded(votes)
    tables = agreement.confusion_tables(agreement.confusions(block, tally(block)), 3)
    assert tables[0, 1][1, 1] == 1  # j and k both prefer x, however it was shown
    assert tables[0, 2][1, 0] == 1
    assert tables[0, 2][2, 1] == 1
    assert {pair: table.sum() for pair, table in tables.items()} == {(0, 1): 1, (0, 2): 2, (1, 2): 1}
