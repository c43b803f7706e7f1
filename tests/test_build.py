"""A build: what goes in comes out or is named as dropped, labels are right, bytes are equal."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from prefdata import contracts, faults
from prefdata.shards import read_json

from .conftest import SAMPLE, bytes_of, drops, triplets

EVERYTHING = {"selection": {"max_pairs_per_prompt": None}}
PROMPT = {"prompt_id": "p", "messages": [{"role": "user", "content": "天空是什么颜色？"}], "tags": {"topic": "sky"}}


def candidates(*texts: str) -> list[dict]:
    return [{"prompt_id": "p", "candidate_id": f"c{n}", "text": text} for n, text in enumerate(texts)]


def votes(*edges: str, **more) -> list[dict]:
    """votes("c0>c1", "c1=c2"): one vote each, by judges of their own."""
    rows = []
    for judge, edge in enumerate(edges):
        sign = next(sign for sign in ">=!" if sign in edge)
        a, b = edge.split(sign)
        winner = {">": "a", "=": "tie", "!": "both_bad"}[sign]
        rows.append({"prompt_id": "p", "a": a, "b": b, "winner": winner, "judge": f"j{judge}", **more})
    return rows


def labels(run) -> list[tuple[str, str]]:
    return [(row["chosen_id"], row["rejected_id"]) for row in triplets(run)]


def reasons(run) -> Counter:
    return Counter(drop["reason"] for drop in drops(run))


def test_every_pair_of_the_sample_is_exported_or_dropped_with_a_reason(build):
    run = build(**EVERYTHING)
    rows = json.loads(SAMPLE.read_text(encoding="utf-8"))
    out, left = triplets(run), drops(run)
    assert len(out) + len(left) == len(rows)
    pairs = [frozenset([row["chosen_id"], row["rejected_id"]]) for row in out]
    pairs += [frozenset([drop["a"], drop["b"]]) for drop in left]
    assert len(set(pairs)) == len(rows)
    assert all(drop["stage"] and drop["reason"] for drop in left)


def test_every_label_of_the_sample_agrees_with_the_majority_of_its_annotators(build):
    run = build(**EVERYTHING)
    verdicts = {}
    for row in json.loads(SAMPLE.read_text(encoding="utf-8")):
        label = Counter(row[f"annotator{n}"] for n in (1, 2, 3)).most_common(1)[0][0]
        texts = (str(row["response1"]), str(row["response2"]))
        verdicts[row["instruction"], row["input"], frozenset(texts)] = texts[label - 1] if label else None
    checked = 0
    for row in triplets(run):
        chosen, rejected = row["chosen"][-1]["content"], row["rejected"][-1]["content"]
        instruction, _, given = row["prompt"][0]["content"].partition("\n\n")
        found = [
            v
            for (i, g, texts), v in verdicts.items()
            if f"{i}{g}" == instruction + given and texts == {chosen, rejected}
        ]
        checked += chosen in found
    assert checked == len(triplets(run))


def test_rows_with_an_empty_response_are_dropped_at_export(build):
    rows = json.loads(SAMPLE.read_text(encoding="utf-8"))
    empty = sum(not str(row["response1"]).strip() or not str(row["response2"]).strip() for row in rows)
    run = build(**EVERYTHING)
    assert reasons(run)["empty_text"] == empty > 0
    assert {drop["stage"] for drop in drops(run) if drop["reason"] == "empty_text"} == {"export"}


def test_triplets_follow_the_schema_and_hold_the_chinese_text(build):
    run = build({"p.jsonl": [PROMPT], "c.jsonl": candidates("蓝色", "绿色"), "v.jsonl": votes("c0>c1", "c0>c1")})
    (row,) = triplets(run)
    assert faults.row_fault("triplet", row) is None
    assert row["prompt"] == PROMPT["messages"]
    assert (row["chosen"], row["rejected"]) == (
        [{"role": "assistant", "content": "蓝色"}],
        [{"role": "assistant", "content": "绿色"}],
    )
    assert json.loads(row["tags"]) == {"topic": "sky"}
    assert json.loads(row["provenance"])["votes"] == {"chosen": 2, "rejected": 0, "tie": 0}
    assert json.loads(row["provenance"])["judges"] == {"j0": {"chosen": 1}, "j1": {"chosen": 1}}
    assert row["margin"] == 1
    assert "images" not in row


def test_a_tie_never_becomes_a_pair(build):
    run = build(
        {
            "p.jsonl": [PROMPT],
            "c.jsonl": candidates("A", "B", "C", "D"),
            "v.jsonl": votes("c0=c1", "c0>c2", "c2>c0", "c1>c2", "c1=c2", "c1=c2", "c0!c3"),
        }
    )
    assert labels(run) == []
    assert reasons(run) == {"tie": 2, "unresolved": 1, "both_bad": 1}


def test_a_cycle_is_broken_at_its_weakest_edge_and_the_edge_is_dropped(build):
    strong = ["c0>c1"] * 3 + ["c1>c2"] * 3 + ["c2>c0"]
    run = build({"p.jsonl": [PROMPT], "c.jsonl": candidates("A", "B", "C"), "v.jsonl": votes(*strong)})
    assert labels(run) == [("c0", "c1"), ("c1", "c2")]
    assert reasons(run) == {"cycle_removed": 1}


def test_a_cycle_of_equal_edges_gives_no_pair(build):
    run = build(
        {"p.jsonl": [PROMPT], "c.jsonl": candidates("A", "B", "C"), "v.jsonl": votes("c0>c1", "c1>c2", "c2>c0")}
    )
    assert labels(run) == []
    assert reasons(run) == {"cycle_undecided": 3}


def test_floors_and_the_limit_a_prompt_are_kept(build):
    files = {
        "p.jsonl": [PROMPT],
        "c.jsonl": candidates("A", "B", "C", "D"),
        "v.jsonl": votes(*["c0>c1"] * 5, *["c0>c2"] * 4, *["c0>c3"] * 2, "c3>c2"),
    }
    run = build(files, selection={"min_votes": 2, "max_pairs_per_prompt": 2, "min_probability": 0.6})
    assert labels(run) == [("c0", "c1"), ("c0", "c2")]
    assert reasons(run) == {"few_votes": 1, "over_max_pairs": 1}
    strict = build(files, selection={"min_probability": 0.99})
    assert reasons(strict)["weak_probability"] == 4


def test_probability_and_strength_are_those_of_the_chosen_side(build):
    files = {"p.jsonl": [PROMPT], "c.jsonl": candidates("A", "B"), "v.jsonl": votes("c1>c0", "c1>c0")}
    (row,) = triplets(build(files))
    assert row["chosen_id"] == "c1"
    assert row["probability"] > 0.5
    assert row["strength"] == pytest.approx(2 * row["probability"] - 1)


def test_a_bare_label_has_no_probability_and_passes_unless_more_votes_are_asked_for(build):
    pair = [{"prompt": "Sky?", "chosen": "Blue.", "rejected": "Green."}]
    (row,) = triplets(build({"pairs.jsonl": pair}, selection={"min_probability": 0.9, "min_strength": 0.9}))
    assert row["probability"] is None
    assert row["strength"] is None
    assert reasons(build({"pairs.jsonl": pair}, selection={"min_votes": 2})) == {"few_votes": 1}


def test_missing_texts_are_dropped_and_named(build):
    run = build({"p.jsonl": [PROMPT], "v.jsonl": votes("c0>c1")})
    assert reasons(run) == {"missing_text": 1}
    assert triplets(run) == []


def test_ratings_become_votes_with_evidence(build):
    scores = {"c0": 9, "c1": 4, "c2": 4}
    ratings = [
        {"prompt_id": "p", "candidate_id": c, "judge": judge, "score": s} for c, s in scores.items() for judge in "xyz"
    ]
    run = build({"p.jsonl": [PROMPT], "c.jsonl": candidates("A", "B", "C"), "r.jsonl": ratings})
    assert labels(run) == [("c0", "c1"), ("c0", "c2")]
    assert reasons(run) == {"tie": 1}
    assert all(row["probability"] > 0.7 for row in triplets(run))


def test_splits_are_grouped_by_prompt_and_those_not_named_are_empty(build):
    run = build(export={"splits": {"train": 0.5, "test": 0.5}})
    assert sorted(path.name.split("-")[0] for path in run.dataset.iterdir()) == ["test", "train"]
    where = {(row["prompt_id"], row["split"]) for row in triplets(run)}
    assert len(where) == len({prompt for prompt, _ in where})
    assert {split for _, split in where} == {"train", "test"}


def test_rows_are_sorted_by_prompt(build):
    rows = triplets(build())
    assert [row["prompt_id"] for row in rows] == sorted(row["prompt_id"] for row in rows)
    ranks = {row["curriculum_rank"]: row["strength"] for row in rows}
    assert sorted(ranks) == list(range(len(rows)))
    assert [ranks[n] for n in sorted(ranks)] == sorted(ranks.values(), reverse=True)


def test_equal_inputs_give_equal_bytes_in_any_place_and_any_order_of_rows(build, tmp_path):
    files = {"p.jsonl": [PROMPT], "c.jsonl": candidates("A", "B", "C"), "v.jsonl": votes("c0>c1", "c1>c2", "c0>c2")}
    first = bytes_of(build(files, run={"name": "one"}))
    (tmp_path / "run").rename(tmp_path / "earlier")
    files["v.jsonl"] = files["v.jsonl"][::-1]
    second = bytes_of(build(files, run={"name": "one"}))
    assert {n: b for n, b in first.items() if n.startswith("dataset")} == {
        n: b for n, b in second.items() if n.startswith("dataset")
    }


def test_shards_change_files_and_not_rows(build):
    whole = sorted(
        triplets(build(**EVERYTHING)), key=lambda row: (row["prompt_id"], row["chosen_id"], row["rejected_id"])
    )
    cut = build(run={"shards": 4}, **EVERYTHING)
    assert len(list(cut.dataset.glob("train-*-of-00004.parquet"))) == 4
    assert sorted(triplets(cut), key=lambda row: (row["prompt_id"], row["chosen_id"], row["rejected_id"])) == whole
    assert cut.manifest.exists()


def test_a_changed_setting_repeats_only_what_depends_on_it(build):
    run = build()
    imported = (run.step("import-0000") / "manifest.json").stat().st_mtime_ns
    labelled = (run.step("label-0000") / "manifest.json").stat().st_mtime_ns
    before = len(triplets(run))
    after = len(triplets(build(selection={"max_pairs_per_prompt": 1})))
    assert after < before
    assert (run.step("import-0000") / "manifest.json").stat().st_mtime_ns == imported
    assert (run.step("label-0000") / "manifest.json").stat().st_mtime_ns == labelled


def test_the_manifest_adds_up_and_follows_its_schema(build):
    run = build()
    manifest = read_json(run.manifest)
    assert faults.row_fault("manifest", manifest) is None
    for step in [manifest, *manifest["steps"]]:
        assert step["rows_in"] == step["rows_out"] + sum(drop["rows"] for drop in step["drops"])
    named = Counter((drop["stage"], drop["reason"]) for drop in drops(run))
    assert named == {(d["stage"], d["reason"]): d["rows"] for s in manifest["steps"] for d in s["drops"]}


def test_nothing_of_the_machine_or_the_moment_is_in_the_rows(build, tmp_path):
    run = build(run={"name": "a-run-with-a-name"})
    for path in run.dataset.iterdir():
        content = str(pq.read_table(path).to_pylist())
        assert str(tmp_path) not in content
        assert "a-run-with-a-name" not in content


def test_comparisons_follow_their_schema(build):
    run = build()
    rows = pq.read_table(run.step("label-0000") / "comparisons.parquet").select(
        contracts.arrow_schema("comparison").names
    )
    assert all(faults.row_fault("comparison", row) is None for row in rows.to_pylist())


def test_a_prompt_that_asks_nothing_or_is_answered_is_dropped(build):
    prompts = [
        {"prompt_id": "p", "messages": [{"role": "user", "content": "  "}]},
        {"prompt_id": "q", "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
    ]
    texts = [{"prompt_id": p, "candidate_id": c, "text": c} for p in "pq" for c in ("c0", "c1")]
    ballots = [{**vote, "prompt_id": p} for p in "pq" for vote in votes("c0>c1")]
    run = build({"p.jsonl": prompts, "c.jsonl": texts, "v.jsonl": ballots})
    assert reasons(run) == {"empty_prompt": 1, "prompt_is_answered": 1}


def test_provenance_says_who_voted_for_what(build):
    ballots = votes("c0>c1", "c0>c1", "c1>c0", "c0=c1", "c0!c1")
    run = build({"p.jsonl": [PROMPT], "c.jsonl": candidates("A", "B"), "v.jsonl": ballots})
    (row,) = triplets(run)
    evidence = json.loads(row["provenance"])
    assert evidence["votes"] == {"chosen": 2, "rejected": 1, "tie": 1}
    assert evidence["judges"] == {
        "j0": {"chosen": 1}, "j1": {"chosen": 1}, "j2": {"rejected": 1}, "j3": {"tie": 1}, "j4": {}
    }  # fmt: skip
