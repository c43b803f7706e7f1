"""Estimates of how right labels are: unbiased, with the coverage that the interval says, and what answers change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prefdata.cli import main
from prefdata.report.page import render
from prefdata.report.review import shown
from prefdata.review.draws import chances, draw
from prefdata.review.estimate import Accuracy, accuracy, review, verdicts
from prefdata.review.pool import pool as known_pairs
from prefdata.review.queue import queue
from prefdata.review.scores import scores
from prefdata.shards import read_json

from .world import read_rows, write_rows


def answers(*rows: tuple[str, str, str, str, str], propensity: float | None = 1.0) -> pd.DataFrame:
    """(prompt, a, b, winner, judge)"""
    frame = pd.DataFrame(rows, columns=["prompt_id", "a", "b", "winner", "judge"])
    return frame.assign(vote_id=[f"v{n}" for n in range(len(frame))], propensity=propensity)


def pool(**chosen: str | None) -> pd.DataFrame:
    """Pairs x, y of prompts, with the exported winner."""
    rows = [
        {"prompt_id": name, "a": "x", "b": "y", "chosen_id": side, "stratum": None} for name, side in chosen.items()
    ]
    return pd.DataFrame(rows).astype(object)


def population(rng, size: int) -> tuple[pd.DataFrame, np.ndarray]:
    """A run of `size` pairs as queues see it, and whether each label is right: more often where it is surer."""
    p = np.clip(rng.beta(6, 1.5, size) / 2 + 0.5, 0.5, 0.995)
    disputed = (rng.random(size) < 0.4) & (p < 0.9)
    frame = pd.DataFrame({"probability": p, "conflict": disputed, "in_cycle": False, "stratum": None})
    return frame, rng.random(size) < p


@pytest.mark.parametrize(("size", "rows"), [(3000, 100), (600, 150), (200, 200)])
def test_over_many_draws_the_estimate_is_unbiased_and_its_interval_holds_the_truth(size, rows):
    rng = np.random.default_rng(size + rows)
    frame, right = population(rng, size)
    given = chances(scores(frame), np.zeros(size, bool), rows)
    found, plain = [], []
    for _ in range(500):
        drawn = np.concatenate(draw(given, rng.random(size), rng.random(), rng.random(size)))
        found.append(accuracy("all", right[drawn].astype(float), given.propensity[drawn]))
        plain.append(right[drawn].mean())
    estimates = np.array([one.accuracy for one in found])
    error = estimates.std() / np.sqrt(len(found))
    assert abs(estimates.mean() - right.mean()) < 3 * error + 0.003  # Hájek's ratio is unbiased up to 1/n
    assert np.mean([one.low <= right.mean() <= one.high for one in found]) >= 0.93
    if rows < size:
        assert np.mean(plain) < right.mean() - 0.02  # difficult pairs are asked about more often


def test_over_many_queues_of_a_run_the_estimate_of_its_exported_labels_is_unbiased(sample_run):
    run_pool = known_pairs(sample_run)
    exported = run_pool[run_pool["chosen_id"].notna()]
    sure = exported["probability"].where(exported["chosen_id"] == exported["a"], 1 - exported["probability"])
    right = np.random.default_rng(0).random(len(exported)) < sure
    better = exported["chosen_id"].where(
        right, exported["a"].where(exported["chosen_id"] == exported["b"], exported["b"])
    )
    truth = dict(zip(exported[["prompt_id", "a", "b"]].itertuples(index=False, name=None), better, strict=True))
    found = []
    for count in range(50, 90):
        said = [answer for task in queue(sample_run, count) if (answer := as_vote(task, truth))]
        found.append(review(pd.DataFrame(said), run_pool)["accuracy"][0]["accuracy"])
    assert np.mean(found) == pytest.approx(right.mean(), abs=3 * np.std(found) / np.sqrt(len(found)))


def as_vote(task, truth: dict) -> dict | None:
    """What one who knows the truth answers; None where it is not known."""
    left, right = task.left.candidate_id, task.right.candidate_id
    better = truth.get((task.prompt_id, *sorted((left, right))))
    asked = {"prompt_id": task.prompt_id, "a": left, "b": right, "judge": "anna", "propensity": task.propensity}
    return {**asked, "winner": "a" if better == left else "b"} if better else None


def test_an_interval_shrinks_with_more_answers_and_is_open_without_any():
    few, many = (accuracy("all", np.repeat([1.0, 0.0], [8 * n, 2 * n]), np.full(10 * n, 0.1)) for n in (1, 50))
    assert few.accuracy == many.accuracy == pytest.approx(0.8)
    assert few.low < many.low < 0.8 < many.high < few.high
    assert accuracy("none", np.empty(0), np.empty(0)) == Accuracy("none", 0, None, 0.0, 1.0)


def test_answers_that_all_agree_still_leave_doubt_and_a_heavy_one_more():
    alike = accuracy("all", np.ones(20), np.full(20, 0.5))
    heavy = accuracy("all", np.ones(20), np.repeat([0.5, 0.01], [19, 1]))
    assert alike.accuracy == heavy.accuracy == 1.0
    assert heavy.low < alike.low < 1.0


def test_an_answer_counts_by_the_inverse_of_its_propensity():
    assert accuracy("all", np.array([1.0, 0.0]), np.array([0.1, 0.9])).accuracy == pytest.approx(0.9)


def test_people_are_heard_whichever_side_they_saw_first():
    found = verdicts(answers(("p", "x", "y", "a", "anna"), ("p", "y", "x", "b", "ben"), ("p", "y", "x", "a", "eve")))
    assert found[["prompt_id", "a", "b", "verdict"]].to_numpy().tolist() == [["p", "x", "y", "a"]]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [("ab", "divided"), ("aab", "a"), ("att", "tie"), ("o", "both_bad"), ("aboo", "both_bad"), ("abt", "divided")],
)
def test_the_verdict_is_what_most_people_say(said, verdict):
    words = {"a": "a", "b": "b", "t": "tie", "o": "both_bad"}
    rows = [("p", "x", "y", words[letter], f"j{n}") for n, letter in enumerate(said)]
    assert verdicts(answers(*rows))["verdict"].tolist() == [verdict]


def test_what_answers_change_is_counted_by_pairs():
    frame = pool(right="x", wrong="x", tied="x", gained=None, lost=None)
    given = answers(
        ("right", "x", "y", "a", "anna"),
        ("wrong", "y", "x", "a", "anna"),
        ("tied", "x", "y", "tie", "anna"),
        ("gained", "x", "y", "b", "anna"),
        ("lost", "x", "y", "both_bad", "ben"),
        ("elsewhere", "x", "y", "a", "ben"),
        propensity=0.5,
    )
    found = review(given, frame)
    del found["accuracy"]
    assert found == {
        **{"answers": 6, "people": 2, "pairs": 5, "unknown": 1},
        **{"confirmed": 1, "reversed": 1, "undecided": 1, "gained": 1, "left_out": 1},
    }


def test_strata_are_estimated_each_for_itself():
    frame = pool(p="x", q="x", r="x")
    frame["stratum"] = ["one", "one", "two"]
    given = answers(*[(name, "x", "y", winner, "anna") for name, winner in (("p", "a"), ("q", "b"), ("r", "a"))])
    found = [(row["stratum"], row["pairs"], row["accuracy"]) for row in review(given, frame)["accuracy"]]
    assert found == [("all", 3, pytest.approx(2 / 3)), ("one", 2, 0.5), ("two", 1, 1.0)]


def test_pairs_that_do_not_say_how_they_were_drawn_are_counted_and_not_estimated_from():
    found = review(answers(("p", "x", "y", "a", "anna"), propensity=None), pool(p="x"))
    assert found["confirmed"] == 1
    assert found["accuracy"][0]["accuracy"] is None


@pytest.fixture
def answered(built, tmp_path):
    """The run of the world and answers of which p1 and p3 disagree with it."""
    run = built()
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl"), "--by", "topic"]) == 0
    rows = read_rows(tmp_path / "q.jsonl")
    for row in rows:
        wanted = "c1" if row["prompt_id"] in ("p1", "p3") else "c0"
        row.update(winner="left" if row["left_id"] == wanted else "right", judge="安娜")
    write_rows(tmp_path / "answers.jsonl", rows)
    return run, tmp_path / "answers.jsonl"


def test_the_command_prints_the_estimate_and_writes_the_report_with_it(answered, tmp_path, capsys):
    run, path = answered
    capsys.readouterr()
    page = tmp_path / "page.html"
    assert main(["queue", str(run.path), "--answers", str(path), "--by", "topic", "--html", str(page)]) == 0
    said = capsys.readouterr().out
    assert "6 answers by 1 person on 6 pairs" in said
    assert "4  exported labels confirmed" in said
    assert "2  exported labels reversed" in said
    assert "66.7 % (27.5 – 91.3)" in said
    assert "topic: colour" in said
    text = page.read_text(encoding="utf-8")
    assert "What people say of the labels" in text
    assert "66.7 % (27.5 – 91.3)" in text
    assert "<script" not in text


def test_answers_that_made_the_labels_are_not_weighed_against_them(answered, built, capsys):
    _, path = answered
    again = built(["answers.jsonl"], "again")
    assert main(["queue", str(again.path), "--answers", str(path)]) == 2
    assert "was built with these answers" in capsys.readouterr().err


def test_a_file_without_answers_is_refused(built, tmp_path, capsys):
    run = built()
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl")]) == 0
    assert main(["queue", str(run.path), "--answers", str(tmp_path / "q.jsonl")]) == 2
    assert "it holds no answers" in capsys.readouterr().err
    assert main(["queue", str(run.path), "--answers", str(tmp_path / "votes.jsonl")]) == 2


def test_a_report_without_answers_has_no_section_of_them(built):
    assert "What people say" not in render(read_json(built().summary))


def test_the_page_says_nothing_of_a_stratum_in_which_nothing_was_decided():
    facts = shown(review(answers(("p", "x", "y", "tie", "anna")), pool(p="x")))
    assert facts["accuracy"][0]["text"] == "—"
    assert facts["changes"] == [{"what": "exported pairs in which people found no better response", "pairs": 1}]
