"""People's answers settle the pairs that they are about, and no others."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.cli import main
from prefdata.evidence import Evidence, gather
from prefdata.review.settling import settled
from prefdata.shards import read_json
from prefdata.sources.imports.intake import Chunk, record_table

from ..conftest import drops, triplets
from .world import QUESTIONS, read_rows, write_rows

SIDES = ("c0", "c1", "c2")
votes = st.tuples(st.sampled_from("pqr"), st.permutations(SIDES), st.sampled_from(["a", "b", "tie"]), st.booleans())


def evidence(given_votes) -> Evidence:
    rows = [
        {"prompt_id": prompt, "a": sides[0], "b": sides[1], "winner": winner, "judge": f"j{line}", "line": line}
        | ({"source": "review"} if answer else {})
        for line, (prompt, sides, winner, answer) in enumerate(given_votes)
    ]
    return gather([Chunk("vote", record_table("vote", rows, "v.jsonl"))])


@given(st.lists(votes, min_size=1, max_size=30))
@settings(deadline=None)  # the first example pays for imports
def test_only_votes_on_answered_pairs_are_left_out_and_never_an_answer(given_votes):
    pair_of = [(prompt, *sorted(sides[:2])) for prompt, sides, _, _ in given_votes]
    asked = {pair for pair, (*_, answer) in zip(pair_of, given_votes, strict=True) if answer}
    kept = settled(evidence(given_votes)).vote["line"].to_pylist()
    assert kept == [n for n, pair in enumerate(pair_of) if given_votes[n][3] or pair not in asked]


def test_evidence_without_answers_is_the_same_object():
    known = evidence([("p", SIDES, "a", False)])
    assert settled(known) is known


def labels(run) -> dict[str, str]:
    return {row["prompt_id"]: row["chosen_id"] for row in triplets(run)}


def comparisons(run) -> dict[str, dict]:
    return {row["prompt_id"]: row for row in pq.read_table(run.work / "label-0000" / "comparisons.parquet").to_pylist()}


def answer(run, folder, winners: dict[str, str], people=("anna",)) -> None:
    """Write answers.jsonl: winners are candidates, "tie" or "both_bad", by prompt."""
    assert main(["queue", str(run.path), "--out", str(folder / "q.jsonl")]) == 0
    rows = []
    for row in read_rows(folder / "q.jsonl"):
        wanted = winners.get(row["prompt_id"])
        sides = {row["left_id"]: "left", row["right_id"]: "right"}
        rows += [{**row, "winner": sides.get(wanted, wanted), "judge": person} for person in people]
    write_rows(folder / "answers.jsonl", rows)


def test_a_build_with_answers_changes_exactly_these_labels(built, tmp_path):
    before = built()
    assert labels(before) == dict.fromkeys(QUESTIONS, "c0")
    answer(before, tmp_path, {"p0": "c1", "p1": "c1", "p2": "tie", "p3": "both_bad", "p4": "c0"})
    after = built(["answers.jsonl"], "again")
    assert labels(after) == {"p0": "c1", "p1": "c1", "p4": "c0", "p5": "c0"}
    assert Counter(drop["reason"] for drop in drops(after) if drop["stage"] == "select") == {"tie": 1, "both_bad": 1}
    untouched = [comparisons(run)["p5"] for run in (before, after)]
    assert untouched[0] == untouched[1]
    assert (comparisons(after)["p0"]["votes"], comparisons(after)["p0"]["conflict"]) == (1, False)


def test_judges_are_still_held_against_the_people_who_settled_their_pairs(built, tmp_path):
    before = built()
    answer(before, tmp_path, {"p0": "c1", "p1": "c1", "p4": "c0"})
    facts = read_json(built(["answers.jsonl"], "again").work / "label-0000" / "manifest.json")["facts"]
    known = facts["reliability"]
    assert set(known["judges"]) == {"j0", "j1", "j2", "anna"}
    met = {pair: sum(map(sum, table)) for pair, table in known["meetings"].items()}
    assert met["anna\tj0"] == met["anna\tj2"] == 3
    assert met["j0\tj1"] == len(QUESTIONS)
    agreed = {pair: sum(table[at][at] for at in range(3)) for pair, table in known["meetings"].items()}
    assert (agreed["anna\tj0"], agreed["anna\tj2"]) == (1, 2)


def test_several_people_decide_by_majority(built, tmp_path):
    before = built()
    answer(before, tmp_path, {"p0": "c1"}, ("anna", "ben", "eve"))
    rows = read_rows(tmp_path / "answers.jsonl")
    for row in rows:
        if row["prompt_id"] == "p0" and row["judge"] == "eve":
            row["winner"] = {"left": "right", "right": "left"}[row["winner"]]
    write_rows(tmp_path / "answers.jsonl", rows)
    assert labels(built(["answers.jsonl"], "again"))["p0"] == "c1"


def test_answers_settle_what_was_judged_by_scores_too(built, tmp_path):
    scores = [
        {"prompt_id": "p0", "candidate_id": side, "judge": judge, "score": score}
        for side, score in (("c0", 9), ("c1", 2))
        for judge in "xyz"
    ]
    write_rows(tmp_path / "ratings.jsonl", scores)
    answer(built(["ratings.jsonl"]), tmp_path, {"p0": "c1"})
    assert labels(built(["ratings.jsonl", "answers.jsonl"], "again"))["p0"] == "c1"


@pytest.mark.parametrize("winner", ["c0", "c1"])
def test_a_pair_that_waited_for_people_is_exported_once_they_answered(built, tmp_path, winner):
    relabel = {"labels": {"conflicts": "relabel"}}
    before = built(**relabel)
    assert set(labels(before)) == {"p0", "p2", "p4"}
    answer(before, tmp_path, {"p1": winner})
    after = built(["answers.jsonl"], "again", **relabel)
    assert labels(after) == {**labels(before), "p1": winner}
