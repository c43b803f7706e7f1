"""Which rows are one record, and how ratings become votes."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefdata.audit import audit
from prefdata.errors import InputError

VOTE = {"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "人"}
ENDINGS = pytest.mark.parametrize("ending", ["jsonl", "parquet"])


def figures(*paths, **how):
    return audit(list(paths), **how).figures()


# --- doubles ---------------------------------------------------------------------------------


@ENDINGS
def test_equal_votes_without_an_id_all_count(ending, write):
    found = figures(write(f"votes.{ending}", [VOTE] * 3), write(f"more.{ending}", [VOTE]))
    assert (found["votes"], found["dropped"]) == (4, 0)


@ENDINGS
def test_an_equal_vote_with_the_same_id_counts_once(ending, write):
    rows = [{**VOTE, "vote_id": "一"}, {**VOTE, "vote_id": "二"}, {**VOTE, "vote_id": "一"}]
    found = figures(write(f"votes.{ending}", rows), write(f"more.{ending}", rows[1:2]))
    assert (found["votes"], found["drops"]) == (2, {"link: duplicate": 2})


@ENDINGS
def test_votes_without_an_id_count_beside_votes_that_have_one(ending, write):
    rows = [{**VOTE, "vote_id": "v"}, {**VOTE, "vote_id": None}, {**VOTE, "vote_id": None}, {**VOTE, "vote_id": "v"}]
    found = figures(write(f"votes.{ending}", rows))
    assert (found["votes"], found["drops"]) == (3, {"link: duplicate": 1})


def test_a_copy_of_a_file_counts_its_prompts_once_and_its_votes_twice(write):
    paths = [
        write("prompts.jsonl", [{"prompt_id": "p", "messages": [{"role": "user", "content": "问"}]}]),
        write("candidates.jsonl", [{"prompt_id": "p", "candidate_id": c, "text": c} for c in "xy"]),
        write("votes.jsonl", [VOTE]),
    ]
    copies = [Path(shutil.copy(path, path.with_name(f"copy-{path.name}"))) for path in paths]
    found = figures(*paths, *copies)
    assert (found["prompts"], found["candidates"], found["votes"]) == (1, 2, 2)
    assert found["drops"] == {"link: duplicate": 3}


def test_candidates_of_two_prompts_may_share_an_id(write):
    rows = [{"prompt_id": p, "candidate_id": "x", "text": p} for p in "pq"]
    found = figures(write("candidates.jsonl", rows))
    assert (found["candidates"], found["dropped"]) == (2, 0)


def test_drops_of_more_files_than_a_byte_counts_are_told_apart(write):
    paths = [write(f"votes{n}.jsonl", [{**VOTE, "vote_id": "v"}]) for n in range(300)]
    drops = audit(paths).drops
    assert [drop.file for drop in drops] == [str(path) for path in paths[1:]]


# --- ratings ---------------------------------------------------------------------------------


def rating(candidate, score, judge="人", **more):
    return {"prompt_id": "p", "candidate_id": candidate, "judge": judge, "score": score, **more}


def votes(found):
    return [(v["a"], v["b"], v["winner"], v.get("confidence")) for v in found.vote]


def sure(gap):
    """The probability that a second judge agrees, after labels.ratings."""
    return pytest.approx(0.0125 + 0.975 / (1 + math.exp(-gap / 0.56)))


@ENDINGS
def test_the_higher_score_wins_the_more_surely_the_wider_the_gap(ending, write, read):
    found = read(write(f"ratings.{ending}", [rating("z", 3), rating("x", 7), rating("y", 6)]), linked=True)
    assert votes(found) == [("x", "y", "a", sure(1)), ("x", "z", "a", sure(4)), ("y", "z", "a", sure(3))]
    assert {vote["source"] for vote in found.vote} == {"rating"}


@ENDINGS
def test_equal_scores_are_a_tie_without_confidence(ending, write, read):
    found = read(write(f"ratings.{ending}", [rating("x", 4), rating("y", 4)]), linked=True)
    assert votes(found) == [("x", "y", "tie", None)]


def test_judges_are_not_mixed(write, read):
    rows = [rating("x", 9, "一"), rating("y", 1, "一"), rating("x", 1, "二"), rating("z", 9, "二")]
    found = read(write("ratings.jsonl", rows), linked=True)
    assert [(v["judge"], v["a"], v["b"], v["winner"]) for v in found.vote] == [
        ("一", "x", "y", "a"),
        ("二", "x", "z", "b"),
    ]


def test_the_mean_over_dimensions_decides(write, read):
    rows = [rating("x", 9, dimension="事实"), rating("x", 3, dimension="文体"), rating("y", 7, dimension="事实")]
    assert votes(read(write("ratings.jsonl", rows), linked=True)) == [("x", "y", "b", sure(1))]


@ENDINGS
@pytest.mark.parametrize(
    ("low", "high", "scores", "gap"),
    [(0, 1, (0.5, 1), 4.5), (-5, 0, (-5, 0), 9), (1, 5, (3, 4), 2.25), (None, None, (3, 4), 1)],
)
def test_scores_are_read_on_their_judges_scale(low, high, scores, gap, ending, write, read):
    rows = [rating(c, s, scale_min=low, scale_max=high) for c, s in zip("xy", scores, strict=True)]
    assert votes(read(write(f"ratings.{ending}", rows), linked=True)) == [("x", "y", "b", sure(gap))]


def test_one_rated_candidate_is_no_pair(write):
    found = figures(write("ratings.jsonl", [rating("x", 4)]))
    assert (found["votes"], found["dropped"]) == (0, 0)


def test_whole_numbers_are_scores_in_parquet(write, read):
    table = pa.Table.from_pylist([rating("x", 4), rating("y", 5)])
    assert pa.types.is_integer(table["score"].type)
    assert votes(read(write("ratings.parquet", table), linked=True)) == [("x", "y", "b", sure(1))]


@pytest.mark.parametrize("score", [0, 11])
def test_a_score_outside_its_scale_is_refused(tmp_path, score):
    rating = {"prompt_id": "p", "candidate_id": "c", "judge": "j", "score": score, "scale_min": 1, "scale_max": 10}
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(rating), encoding="utf-8")
    table = tmp_path / "r.parquet"
    pq.write_table(pa.Table.from_pylist([rating]), table)
    for given in (path, table):
        with pytest.raises(InputError, match="outside its scale"):
            audit([given])
