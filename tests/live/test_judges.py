"""Judges of every kind through a served model: calls, votes, ratings."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq
import pytest

from prefdata.cli import main
from prefdata.shards import RunDir

from ..conftest import drops, triplets
from .test_sources import records

PROMPTS = 5
SERVED = {"candidates": {"per_prompt": 4, "temperatures": [0.1, 0.3, 0.7, 1.0]}}


@pytest.fixture
def live(serve, config, tmp_path):
    """live([judge, …]) builds five prompts with four samples each; returns the run and the calls of judges."""

    def build(judges, plain=False, about=None, **more):
        server = serve(plain=plain)
        path = config(server.url, prompts=PROMPTS, judges=judges, about=about, **{**SERVED, **more})
        assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == 0
        stats = server.stats()
        return RunDir(tmp_path / "run"), stats["calls"] - PROMPTS * 4, stats

    return build


def test_a_ranking_in_both_orders_gives_two_votes_a_pair(live):
    run, calls, _ = live([{"name": "ranker", "kind": "ranking"}])
    assert calls == PROMPTS * 2
    votes = records(run, "vote")
    assert len(votes) == PROMPTS * 6 * 2, "C(4, 2) pairs"
    assert Counter(vote["order"] for vote in votes) == {"ab": PROMPTS * 6, "ba": PROMPTS * 6}
    assert len(triplets(run)) == PROMPTS * 3


def test_a_ranking_shows_at_most_so_many_candidates(live):
    run, calls, _ = live([{"name": "ranker", "kind": "ranking", "max_candidates": 3, "both_orders": False}])
    assert calls == PROMPTS
    assert len(records(run, "vote")) == PROMPTS * 3


def test_one_call_scores_all_dimensions_unless_each_shall_have_its_own(live):
    run, calls, _ = live([{"name": "rubric", "kind": "pointwise", "preset": "hhh"}])
    assert calls == PROMPTS * 4
    assert {r["dimension"] for r in records(run, "rating")} == {"helpful", "harmless", "honest"}


def test_a_call_a_dimension_gives_the_same_shape(live):
    run, calls, _ = live([{"name": "rubric", "kind": "pointwise", "preset": "hhh", "one_call": False}])
    assert calls == PROMPTS * 4 * 3
    assert len(records(run, "rating")) == PROMPTS * 4 * 3


def test_the_product_preset_weighs_its_dimensions(live):
    run, _, _ = live([{"name": "rubric", "kind": "pointwise", "preset": "product"}])
    weights = {r["dimension"]: r["weight"] for r in records(run, "rating")}
    assert weights["accuracy"] == 0.4
    assert weights["brevity"] == 0.1


def test_a_dimension_of_weight_nought_is_measured_and_decides_nothing(live):
    scored = {"accuracy": "is it true", "length": "how long is it"}
    rubric = {"name": "rubric", "kind": "pointwise", "dimensions": scored, "weights": {"accuracy": 0, "length": 0}}
    run, _, _ = live([rubric])
    assert len(records(run, "rating")) == PROMPTS * 4 * 2
    assert triplets(run) == []


def test_an_ensemble_keeps_every_judges_votes_apart(live):
    run, _, _ = live([{"name": "one", "kind": "pairwise", "pairs_per_prompt": 6}, {"name": "two", "kind": "ranking"}])
    (table,) = [pq.read_table(path) for path in run.work.glob("label-*/comparisons.parquet")]
    for judges in table["judges"].to_pylist():
        assert [judge["judge"] for judge in judges] == ["one", "two"]
        assert all(sum(judge[side] for side in ("a", "b", "tie")) == 2 for judge in judges)


def test_what_a_server_does_not_know_is_found_out_once_and_remembered(live, config, tmp_path):
    judges = [{"name": "rubric", "kind": "pointwise", "dimensions": ["accuracy"]}, {"name": "duel", "kind": "pairwise"}]
    policy = [{"name": "policy", "logprobs": True}]
    run, _, stats = live(judges, plain=True, policies=policy)
    assert stats["refused"] == 2, "one request with log-probabilities, one with a schema"
    assert [drop for drop in drops(run) if drop["stage"] == "generate"] == []
    assert len(triplets(run)) > 0


def test_log_probabilities_and_token_ids_are_kept_where_they_are_offered(live):
    run, _, _ = live([{"name": "duel", "kind": "pairwise"}], policies=[{"name": "policy", "logprobs": True}])
    row = triplets(run)[0]
    assert row["chosen_ref_logp"] == row["rejected_ref_logp"] == -1.5
    assert row["chosen_token_ids"] == [7, 8]


def test_a_failed_check_is_never_chosen(live):
    """The server's answers hold "?" within; a judged dimension fails in half of the cases."""
    rubric = {"name": "rubric", "kind": "pointwise", "dimensions": ["accuracy", "grammar"], "weights": {"grammar": 0}}
    run, _, _ = live([rubric], selection={"max_pairs_per_prompt": None})
    failed = {(r["prompt_id"], r["candidate_id"]) for r in records(run, "rating")
              if r["dimension"] == "grammar" and r["score"] < 5.5}  # fmt: skip
    chosen = {(row["prompt_id"], row["chosen_id"]) for row in triplets(run)}
    assert failed
    assert chosen
    assert not failed & chosen
    dropped = [drop for drop in drops(run) if drop["reason"] == "failed_check"]
    assert dropped
    assert {drop["detail"] for drop in dropped} == {"grammar"}


def test_rules_rate_without_asking(live):
    run, calls, _ = live([{"name": "rules", "kind": "rules"}])
    assert calls == 0
    dimensions = {r["dimension"]: r["weight"] for r in records(run, "rating")}
    assert dimensions["not_empty"] == 1
    assert dimensions["length"] == 0


def test_a_model_that_wants_another_name_for_its_limit_gets_it(serve, config, tmp_path):
    server = serve(plain=True)
    path = config(server.url, prompts=PROMPTS, judges=[], policies=[{"name": "policy", "model": "newer"}])
    for run in ("one", "two"):
        assert main(["build", str(path), "--run-dir", str(tmp_path / run)]) == 0
        assert len(records(RunDir(tmp_path / run), "candidate")) == PROMPTS * 3
    assert server.stats()["refused"] <= 8, "those that were out together, once"


def test_a_parameter_that_is_null_is_left_out(serve, config, tmp_path):
    """The server answers by the temperature: without any, all samples are one answer."""
    server = serve()
    policy = [{"name": "policy", "parameters": {"temperature": None}}]
    path = config(server.url, prompts=1, judges=[], policies=policy)
    assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == 0
    assert len({row["text"] for row in records(RunDir(tmp_path / "run"), "candidate")}) == 1


def test_seeds_are_sent_and_count_up(serve, config, tmp_path):
    server = serve()
    sampling = {"per_prompt": 3, "temperatures": [0.7]}
    path = config(server.url, prompts=1, judges=[], policies=[{"name": "policy", "seed": 5}], candidates=sampling)
    assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == 0
    assert len({row["text"] for row in records(RunDir(tmp_path / "run"), "candidate")}) == 3
