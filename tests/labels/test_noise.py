"""The curve of label noise counts what its words say, and shows that exported labels bear noise better."""

from __future__ import annotations

from functools import reduce
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefdata.labels.coding import HIGH, LOW
from prefdata.labels.comparisons import compare, strengths
from prefdata.labels.handling import KEEP, Handling, handle
from prefdata.labels.noise import curve
from prefdata.report.numbers import add

from .conftest import vote_sets

SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
HANDLINGS = st.builds(Handling, st.sampled_from(["majority", "drop"]), st.sampled_from(["repair", "strength", "drop"]))


def ranked(prompts: int, seed: int = 0, votes: int = 5, candidates: int = 5) -> list[dict]:
    """Votes that all follow a ranking of the prompt's own."""
    rng, rows = np.random.default_rng(seed), []
    for prompt in range(prompts):
        place = rng.permutation(candidates)
        for x, y in combinations(range(candidates), 2):
            winner = "a" if place[x] < place[y] else "b"
            vote = {"prompt_id": f"p{seed}-{prompt}", "a": f"c{x}", "b": f"c{y}", "winner": winner}
            rows += [{**vote, "judge": f"j{judge}"} for judge in range(votes)]
    return rows


def share(counts: dict) -> float:
    return counts["right"] / (counts["right"] + counts["wrong"])


@SOME
@given(votes=vote_sets(), how=HANDLINGS, seed=st.integers(0, 99))
def test_without_noise_all_labels_are_right_and_all_pairs_are_counted(coded, votes, how, seed):
    found = curve(coded(votes), how, seed, rates=(0.0,))["0"]
    assert found["pairs"] == int((compare(coded(votes)).label != 0).sum())
    assert found["majority"] == {"right": found["pairs"], "wrong": 0}
    labelled = compare(coded(votes))
    kept = handle(labelled, strengths(labelled), how)
    truth = labelled.label * (kept.reason == KEEP)
    assert found["exported"]["right"] == int((truth * kept.label > 0).sum())
    assert found["exported"]["wrong"] == int((truth * kept.label < 0).sum())
    if how.cycles != "strength":
        assert found["exported"]["wrong"] == found["left_out"]["wrong"] == 0
        assert found["exported"]["right"] + found["left_out"]["right"] == found["pairs"]


def test_with_all_votes_flipped_all_labels_are_wrong(coded):
    found = curve(coded(ranked(10)), Handling(), 0, rates=(1.0,))["1"]
    assert found["exported"] == {"right": 0, "wrong": 100} == found["majority"]


def test_the_share_of_flipped_votes_is_exact_and_grows(coded, monkeypatch):
    ties = [{**vote, "winner": "tie"} for vote in ranked(5)]
    block, seen = coded(ranked(10) + ties), []
    real = compare

    def watching(votes):
        seen.append(votes.outcome != block.outcome)
        assert (np.isin(votes.outcome, (LOW, HIGH)) == np.isin(block.outcome, (LOW, HIGH))).all()
        return real(votes)

    monkeypatch.setattr("prefdata.labels.noise.compare", watching)
    curve(block, Handling(), 7)
    assert [flipped.sum() for flipped in seen] == [0, 50, 100, 150]
    assert all(((many | few) == many).all() for few, many in pairwise(seen))


def test_ties_are_not_flipped(coded):
    votes = [{"prompt_id": "p", "a": "x", "b": "y", "winner": "tie", "judge": "j"}] * 3
    assert curve(coded(votes), Handling(), 0)["0.3"]["pairs"] == 0


def test_a_given_truth_is_what_labels_are_held_against(coded):
    block = coded(ranked(4))
    truth = -compare(block).label
    truth[:7] = 0
    found = curve(block, Handling(), 0, rates=(0.0,), truth=truth)["0"]
    assert (found["pairs"], found["exported"], found["majority"]) == (33, *[{"right": 0, "wrong": 33}] * 2)


def test_majority_at_coverage_takes_the_clearest_pairs_and_shares_the_boundary(coded):
    votes = [*ranked(1, votes=1, candidates=2), *ranked(1, seed=1, votes=3, candidates=2)]
    votes += [{**vote, "prompt_id": "q"} for vote in ranked(1, votes=1, candidates=2)]
    block = coded(votes)
    label = compare(block).label
    clear, dim = int(np.argmax(compare(block).pairs.votes)), int(np.argmin(compare(block).pairs.votes))
    truth = label.copy()
    truth[dim] *= -1
    # Probabilities of one vote and of three: a floor between them leaves one label.
    found = curve(block, Handling(), 0, rates=(0.0,), least=0.8, truth=truth)["0"]
    assert found["exported"] == {"right": 1, "wrong": 0} == found["majority_at_coverage"]
    truth[clear] = 0
    found = curve(block, Handling(), 0, rates=(0.0,), truth=truth)["0"]
    assert found["majority_at_coverage"] == {"right": 1.0, "wrong": 1.0}


def test_exported_labels_bear_noise_better_than_the_majority(coded):
    found = curve(coded(ranked(300)), Handling(), 3, least=0.55)
    for counts in found.values():
        assert share(counts["exported"]) > share(counts["majority_at_coverage"]) > share(counts["majority"])
        assert share(counts["left_out"]) < share(counts["exported"])
    assert share(found["0.1"]["exported"]) > share(found["0.3"]["exported"])


def test_counts_of_blocks_add_up_and_a_seed_repeats_itself(coded):
    blocks = [coded(ranked(20, seed)) for seed in (1, 2)]
    both = reduce(add, [curve(block, Handling(), 5) for block in blocks])
    assert both["0.2"]["pairs"] == 400
    assert curve(blocks[0], Handling(), 5) == curve(blocks[0], Handling(), 5) != curve(blocks[0], Handling(), 6)
    assert both["0.2"]["exported"]["right"] == sum(
        curve(block, Handling(), 5)["0.2"]["exported"]["right"] for block in blocks
    )


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_what_is_exported_and_left_out_is_all_that_has_a_truth_and_a_majority(coded, rate):
    counts = curve(coded(ranked(50)), Handling(), 0, rates=(rate,), least=0.55)[f"{rate:g}"]
    assert sum(counts["exported"].values()) + sum(counts["left_out"].values()) == counts["pairs"]  # odd votes: no ties
    assert sum(counts["majority_at_coverage"].values()) == pytest.approx(sum(counts["exported"].values()))
