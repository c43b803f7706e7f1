"""Our labels are right at least as often as the majority's at equal coverage; and the study that says so counts right.

The whole study: `python -m tests.benchmarks.label_accuracy`.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.labels.coding import HIGH, LOW, TIE, Block
from tests.benchmarks import label_studies
from tests.benchmarks.equal_coverage import Ranked, contest, every_pair, expected, labels
from tests.benchmarks.label_studies import noise_row, panel_rows, populations, turned
from tests.benchmarks.panels import majority, pooled, read, with_replacement, without_replacement
from tests.benchmarks.simulated_votes import WORLDS, World, bradley_terry, flipped, simulate
from tests.conftest import drops, triplets, write_jsonl
from tests.labels.conftest import vote_sets

SEED = 42
PAIRWISE = [world for world in WORLDS if world.own < 1]  # in the other, truth itself has cycles


@pytest.mark.parametrize("world", PAIRWISE, ids=lambda world: world.name)
@pytest.mark.parametrize("pairs", ["all", "decided"])
def test_our_ranking_is_right_as_often_as_the_majority_with_and_without_its_cycles(world, pairs):
    made = simulate(world, 800, 5, 3, SEED)
    found = labels(made.votes)
    at = populations(found, made.truth)[pairs]
    for rival in (found.majority, found.acyclic):
        outcome = contest(rival[at], found.ours[at], made.truth[at], found.prompt[at], SEED)
        assert outcome.difference > -0.002
        assert outcome.upper > 0 or outcome.difference == 0


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3])
def test_with_flipped_votes_exports_are_right_more_often_than_the_majority_and_what_is_left_out_less(rate):
    made = simulate(World("", flipped(rate)), 600, 5, 5, SEED)
    row = noise_row("", rate, labels(made.votes), made.truth)
    assert row.left_out < row.majority < row.exported
    assert row.margin < row.exported <= row.ours.ours + 0.002
    assert row.plain < row.ours.ours
    assert row.strength < row.ours.ours


def test_where_transitivity_misleads_plain_bradley_terry_is_worse_than_majority_and_ours_is_not():
    made = simulate(World("", flipped(0.1)), 800, 8, 2, SEED)
    found = labels(made.votes)
    at = found.majority != 0
    scores = (found.bradley_terry, found.ours)
    plain, ours = (expected(found.majority[at], score[at], made.truth[at]) for score in scores)
    right = (found.majority == made.truth)[at].mean()
    assert plain < right - 0.01
    assert ours > right


@given(st.lists(st.tuples(st.integers(-2, 2), st.sampled_from([-1, 1])), min_size=1, max_size=6), st.data())
@settings(max_examples=60)
def test_accuracy_at_a_coverage_is_the_mean_over_all_orders_of_equal_scores_and_all_coins(pairs, data):
    given_labels = data.draw(st.integers(1, len(pairs)))
    score, truth = np.array(pairs).T
    orders = [
        [0.5 if score[n] == 0 else float(np.sign(score[n]) == truth[n]) for n in order[:given_labels]]
        for order in permutations(range(len(pairs)))
        if all(abs(score[a]) >= abs(score[b]) for a, b in pairwise(order))
    ]
    label = (np.arange(len(pairs)) < given_labels).astype(int)
    assert expected(label, score, truth) == pytest.approx(np.mean(orders))


def test_a_prompt_drawn_twice_by_the_bootstrap_counts_twice():
    score, truth, group = np.array([3, 2, 1]), np.array([1, -1, 1]), np.array([0, 1, 2])
    twice = Ranked(np.array([3, 3, 1]), np.array([1, 1, 1]), np.zeros(3, int))
    assert Ranked(score, truth, group).accuracy(3, np.array([2, 0, 1])) == twice.accuracy(3, np.ones(1)) == 1
    assert Ranked(score, truth, group).accuracy(2, np.array([1, 1, 1])) == 0.5


def test_the_interval_of_a_difference_holds_it_and_is_nothing_for_the_same_labels():
    rng = np.random.default_rng(SEED)
    truth = np.ones(3000, int)
    theirs, ours = (np.where(rng.random(3000) < right, 1, -1) for right in (0.7, 0.8))
    group = np.repeat(np.arange(1000), 3)
    found = contest(theirs, ours, truth, group, SEED)
    assert found.lower < found.difference < found.upper
    error = np.sqrt((0.7 * 0.3 + 0.8 * 0.2) / 3000)
    assert found.upper - found.lower == pytest.approx(2 * 1.96 * error, rel=0.2)
    assert contest(theirs, theirs, truth, group, SEED)[3:] == (0, 0, 0)


@given(vote_sets())
def test_every_pair_of_candidates_has_the_majority_that_counting_gives(coded, votes):
    block = coded(votes)
    tally = Counter()
    for vote in votes:
        low, high = sorted([vote["a"], vote["b"]])
        tally[vote["prompt_id"], low, high, vote["winner"] if vote["winner"] == "tie" else vote[vote["winner"]]] += 1
    label = majority(block)
    names, prompts = block.candidate_ids.to_pylist(), block.prompt_ids.to_pylist()
    for at, (prompt, low, high) in enumerate(zip(*every_pair(block.sizes), strict=True)):
        a, b = (names[block.candidate[block.first[prompt] + side]] for side in (low, high))
        won, lost, ties = (tally[prompts[prompt], a, b, who] for who in (a, b, "tie"))
        assert label[at] == (0 if ties > max(won, lost) else np.sign(won - lost))


@given(vote_sets(), st.integers(1, 3), st.integers(0, 9))
def test_votes_drawn_and_not_drawn_are_together_the_panel_each_time(coded, votes, each, seed):
    block = coded(votes)
    draw = without_replacement(block, np.full(len(block.sizes), each), 2, np.random.default_rng(seed))
    whole = Counter(zip(block.prompt, block.low, block.high, block.outcome, strict=True))
    for copy in range(2):
        parts = [_counted(part, len(block.sizes), copy) for part in draw]
        assert parts[0] + parts[1] == whole
        drawn = Counter(key[0] for key in parts[0].elements())
        assert all(drawn[p] == min(each, n) for p, n in Counter(block.prompt).items())


@given(vote_sets(), st.integers(1, 3), st.integers(0, 9))
def test_votes_drawn_with_replacement_are_votes_of_their_prompts(coded, votes, each, seed):
    block = coded(votes)
    drawn = with_replacement(block, each, 2, np.random.default_rng(seed))
    assert (np.bincount(drawn.prompt) == each).all()
    assert len(np.bincount(drawn.prompt)) == 2 * len(block.sizes)
    known = set(zip(block.prompt, block.low, block.high, block.outcome, strict=True))
    assert all(set(_counted(drawn, len(block.sizes), copy)) <= known for copy in range(2))


def _counted(block, prompts: int, copy: int) -> Counter:
    here = block.prompt // prompts == copy
    columns = (block.prompt[here] % prompts, block.low[here], block.high[here], block.outcome[here])
    return Counter(zip(*columns, strict=True))


def test_a_pool_has_the_models_for_candidates_and_keeps_who_won(coded):
    # "z 2#1" comes before "z#1", but the model "z" before "z 2".
    votes = [("z 2#1", "z#1", "a"), ("z 2#2", "z#1", "a"), ("a#1", "a#2", "b"), ("z#0", "a#0", "tie")]
    columns = ("prompt_id", "a", "b", "winner")
    block = coded([{**dict(zip(columns, (f"p{n}", *vote), strict=True)), "judge": "j"} for n, vote in enumerate(votes)])
    pool = pooled(block)
    names = pool.candidate_ids.to_pylist()
    told = [(names[low], names[high], out) for low, high, out in zip(pool.low, pool.high, pool.outcome, strict=True)]
    assert sorted(told) == sorted([("z", "z 2", HIGH), ("z", "z 2", HIGH), ("a", "z", TIE)])


def test_a_panel_file_is_studied_by_models_and_by_its_own_prompts_and_alike_for_one_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(label_studies, "POOL_COPIES", 20)
    monkeypatch.setattr(label_studies, "COPIES", 2)
    made = simulate(World("", bradley_terry, ties=0.1), 40, 4, 3, SEED)
    panel = read("panel", [write_jsonl(tmp_path / "votes.jsonl", _records(made.votes)["votes.jsonl"])], "auto")
    rows = list(panel_rows(panel, 1))
    assert {row.truth for row in rows} == {
        "models, whole panel", "models, votes not drawn", "own, votes not drawn", "own, drawn votes too"
    }  # fmt: skip
    assert {row.pairs for row in rows} == {"all", "voted", "decided"}
    assert all(0 < row.majority.coverage <= 1 and row.acyclic.coverage <= row.majority.coverage for row in rows)
    assert all(row.majority.coverage == 1 for row in rows if row.pairs == "decided")
    assert rows == list(panel_rows(panel, 1))
    assert rows != list(panel_rows(panel, 2))


def test_turned_votes_are_those_asked_for_and_ties_stay():
    made = simulate(World("", bradley_terry, ties=0.3), 500, 4, 3, SEED)
    noisy = turned(made.votes, 0.2, np.random.default_rng(SEED))
    decisive = made.votes.outcome != TIE
    changed = noisy.outcome != made.votes.outcome
    assert not changed[~decisive].any()
    assert changed[decisive].mean() == pytest.approx(0.2, abs=0.02)


def test_simulated_judges_are_right_as_often_as_their_world_says():
    made = simulate(World("", flipped(0.2), ties=0.1, asked=0.5), 2000, 4, 3, SEED)
    votes = made.votes
    asked, decisive = np.zeros((2000, 4, 4), bool), votes.outcome != TIE
    asked[votes.prompt, votes.low, votes.high] = True
    truth = np.zeros((2000, 4, 4))
    truth[every_pair(votes.sizes)] = made.truth
    right = np.where(votes.outcome == LOW, 1, -1) == truth[votes.prompt, votes.low, votes.high]
    assert asked.sum() / (2000 * 6) == pytest.approx(0.5, abs=0.02)
    assert right[decisive].mean() == pytest.approx(0.8, abs=0.01)


def test_what_counts_as_exported_by_default_is_what_a_build_exports(build):
    made = simulate(World("", bradley_terry, ties=0.2, asked=0.8), 40, 5, 3, SEED)
    run = build(_records(made.votes), selection={"max_pairs_per_prompt": None})
    side = labels(made.votes).repaired
    at = zip(*every_pair(made.votes.sizes), side, strict=True)
    ordered = ((p, low, high) if won > 0 else (p, high, low) for p, low, high, won in at if won)
    pairs = {(f"p{p}", f"c{chosen}", f"c{rejected}") for p, chosen, rejected in ordered}
    assert {(row["prompt_id"], row["chosen_id"], row["rejected_id"]) for row in triplets(run)} == pairs
    assert {drop["reason"] for drop in drops(run)} >= {"tie", "cycle_undecided", "weak_probability"}


def _records(votes: Block) -> dict[str, list[dict]]:
    """The input files of a build with these votes."""
    prompts, candidates = range(len(votes.sizes)), range(int(votes.sizes[0]))
    winner = {LOW: "a", HIGH: "b", TIE: "tie"}
    rows = zip(votes.prompt, votes.low, votes.high, votes.outcome, strict=True)
    return {
        "prompts.jsonl": [{"prompt_id": f"p{p}", "messages": [{"role": "user", "content": f"{p}?"}]} for p in prompts],
        "candidates.jsonl": [
            {"prompt_id": f"p{p}", "candidate_id": f"c{c}", "text": f"It is {c}."} for p in prompts for c in candidates
        ],
        "votes.jsonl": [
            {"prompt_id": f"p{p}", "a": f"c{low}", "b": f"c{high}", "winner": winner[won], "judge": "j"}
            for p, low, high, won in rows
        ],
    }
