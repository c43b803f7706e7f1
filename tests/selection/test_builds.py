"""Selection by config: what is refused at once, gold labels for lengths, and what a build says of its shares."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from prefdata.config import load
from prefdata.errors import InputError
from prefdata.report.coverage import tables
from prefdata.selection.gold_lengths import longer_wins
from prefdata.selection.settings import Length
from prefdata.shards import read_json

from ..conftest import SAMPLE, drops, triplets, write_jsonl

MODEL = {"base_url": "http://127.0.0.1:9/v1", "model": "m"}
LIVE = {
    "prompts": {"path": "p.jsonl"},
    "policies": [{"name": "policy", **MODEL}],
    "judges": [{"name": "duel", "kind": "pairwise", **MODEL}],
}
LOUD = [{"name": "policy", "logprobs": True, **MODEL}]
RUBRIC = [{"name": "rubric", "kind": "pointwise", **MODEL}]


def config(folder: Path, live: bool = False, **more) -> Path:
    write_jsonl(folder / "p.jsonl", [{"prompt_id": "p", "messages": [{"role": "user", "content": "Hi"}]}])
    path = folder / "build.yaml"
    sections = LIVE if live else {"inputs": [{"path": str(SAMPLE)}]}
    path.write_text(yaml.safe_dump({**sections, **more}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("selection", "field", "said"),
    [
        ({"quotas": {"kind": {"a": 0.7, "b": 0.6}}}, "quotas.kind", "add up to 1.3"),
        ({"quotas": {"length": {"tiny": 0.5}}}, "quotas.length", "use short, medium, long"),
        ({"quotas": {"evidence": {"humans": 0.5}}}, "quotas.evidence", "use imported, models, both"),
        ({"quotas": {"source": {"noise": 0.5}}}, "quotas.source", "use sample, import"),
        ({"difficulty": {"easy": 0.2, "moderate": 0.2, "hard": 0.2}}, "difficulty", "add up to 0.6"),
        ({"margin_quantile": 0.4}, "margin_quantile", "add `pairing: margin_quantile`"),
        ({"hard_negatives": 3}, "hard_negatives", "set `logprobs: true`"),
        ({"pairing": "hard_negative"}, "pairing", "set `logprobs: true`"),
        ({"chosen_floor": 0.6}, "chosen_floor", "add a judge of kind pointwise"),
        ({"length": {"gold": "missing.jsonl"}}, "length.gold", "there is no file"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_field_and_remedy(tmp_path, selection, field, said):
    with pytest.raises(InputError) as refused:
        load(config(tmp_path, live=True, selection=selection))
    assert refused.value.field == f"selection.{field}"
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("selection", "more"),
    [
        ({"hard_negatives": 3}, {"policies": LOUD}),
        ({"chosen_floor": 0.6}, {"judges": RUBRIC}),
        ({"pairing": "margin_quantile", "margin_quantile": 0.4}, {}),
        ({"quotas": {"source": {"noise": 1.0}}}, {"sources": [{"name": "noise", "kind": "degrade", "how": "repeat"}]}),
    ],
)
def test_what_can_be_meant_is_taken(tmp_path, selection, more):
    load(config(tmp_path, live=True, selection=selection, **more))


def test_imports_may_bring_what_the_config_does_not(tmp_path):
    asked = {"hard_negatives": 3, "chosen_floor": 0.5, "quotas": {"source": {"anybody": 0.5}}}
    load(config(tmp_path, selection=asked))


def labels() -> list[tuple[str, int, int]]:
    """(application, sign of the first response's length less the second's, sign of its wins) of each decided row."""
    found = []
    for row in json.loads(SAMPLE.read_text(encoding="utf-8")):
        given = [row[f"annotator{n}"] for n in (1, 2, 3)]
        lengths = len(str(row["response1"])) - len(str(row["response2"]))
        wins = given.count(1) - given.count(2)
        tied = given.count(0) > max(given.count(1), given.count(2))
        found.append((row["motivation_app"], (lengths > 0) - (lengths < 0), 0 if tied else (wins > 0) - (wins < 0)))
    return [row for row in found if row[1] and row[2]]


def test_the_rate_of_gold_labels_counts_decided_pairs_of_different_length():
    found = longer_wins(SAMPLE)
    assert found.rate == pytest.approx(sum(gap == won for _, gap, won in labels()) / len(labels()))
    assert found.by_value == {}


def test_values_of_a_tag_have_rates_of_their_own_from_thirty_pairs_on(monkeypatch):
    monkeypatch.setattr("prefdata.selection.gold_lengths.FEW", 8)
    found = longer_wins(SAMPLE, "application")
    counts: dict[str, list[bool]] = {}
    for application, gap, won in labels():
        counts.setdefault(application, []).append(gap == won)
    expected = {name: sum(wins) / len(wins) for name, wins in counts.items() if len(wins) >= 8}
    assert len(expected) > 2
    assert found.by_value == pytest.approx(expected)


def test_rules_tag_gold_prompts_as_they_tag_those_of_the_config(tmp_path):
    file = tmp_path / "gold.json"
    file.write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    asked = {"length": {"gold": "gold.json", "by": "language"}}
    ruled = load(config(tmp_path, selection=asked, strata=[{"tag": "language", "by": "rules"}])).selection.length
    assert ruled is not None
    assert ruled.by_value["en"] == pytest.approx(ruled.rate, abs=0.1)
    with pytest.raises(InputError, match='no prompt of it has the tag "language"'):
        load(config(tmp_path, selection=asked))


def test_gold_labels_without_responses_are_refused(tmp_path):
    votes = [{"prompt_id": "p", "a": "a", "b": "b", "winner": "a", "judge": "Ann"}]
    with pytest.raises(InputError, match="no label is on two responses"):
        longer_wins(write_jsonl(tmp_path / "votes.jsonl", votes))


def test_a_gold_file_sets_the_rate_of_the_build(build, tmp_path):
    (tmp_path / "gold.json").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    run = build(selection={"length": {"gold": "gold.json"}})
    (row,) = read_json(run.summary)["coverage"]["lengths"]
    assert row["gold"] == pytest.approx(longer_wins(SAMPLE).rate)
    assert row["after"] <= row["gold"] + 0.01


def test_a_build_meets_its_quotas_and_says_so(build, capsys):
    shares = {"short": 0.3, "medium": 0.7}
    run = build(selection={"quotas": {"length": shares}, "max_pairs_per_prompt": None})
    kinds = ["short" if len(row["chosen"][-1]["content"]) < 200 else "medium" for row in triplets(run)]
    assert kinds.count("short") / len(kinds) == pytest.approx(0.3, abs=0.015)
    rows = {row["value"]: row for row in read_json(run.summary)["coverage"]["shares"]}
    assert rows["short"]["actual"] == kinds.count("short")
    assert {drop["reason"] for drop in drops(run)} >= {"over_quota"}
    page = run.report.read_text(encoding="utf-8")
    assert "share wanted" in page
    assert "Pairs by stratum" in page


def test_quotas_on_votes_without_prompts_leave_everything_open(build):
    files = {
        "c.jsonl": [{"prompt_id": "p", "candidate_id": name, "text": name} for name in "ab"],
        "v.jsonl": [{"prompt_id": "p", "a": "a", "b": "b", "winner": "a", "judge": "Ann"}],
    }
    run = build(files, selection={"target_pairs": 10, "quotas": {"source": {"import": 1.0}}})
    assert triplets(run) == []
    (left,) = read_json(run.summary)["coverage"]["left"]
    assert (left["value"], left["missing"], left["prompts"]) == ("import", 10, None)


def test_shares_that_cannot_be_had_are_warned_of(build, capsys):
    build(selection={"quotas": {"length": {"short": 0.5, "long": 0.5}}})
    said = capsys.readouterr().err
    assert "warning: length=long is short of" in said


def test_weights_for_length_are_in_the_triplets(build):
    plain = build()
    ids = [(row["prompt_id"], row["chosen_id"]) for row in triplets(plain)]
    run = build(selection={"length": {"gold": 0.3, "how": "weight"}})
    rows = triplets(run)
    assert [(row["prompt_id"], row["chosen_id"]) for row in rows] == ids
    gaps = [len(row["chosen"][0]["content"]) - len(row["rejected"][0]["content"]) for row in rows]
    longer, shorter = (
        sum(row["weight"] for row, gap in zip(rows, gaps, strict=True) if side * gap > 0) for side in (1, -1)
    )
    assert longer / (longer + shorter) == pytest.approx(0.3)


def test_gold_rates_are_part_of_the_settings(tmp_path):
    assert load(config(tmp_path, selection={"length": {"gold": 0.6}})).selection.length == Length(0.6)


def test_two_way_tables_name_empty_and_thin_cells():
    rows = [("a", "x")] * 40 + [("a", "y")] * 40 + [("b", "x")] * 40 + [("b", "y")] * 1
    strata = pd.DataFrame(rows, columns=["kind", "source"]).astype("category")
    found = tables(strata)
    assert found["strata"]["kind"]["values"] == {"a": 80, "b": 41}
    (two,) = found["two_way"]
    assert (two["columns"], [row["counts"] for row in two["rows"]]) == (["x", "y"], [[40, 40], [40, 1]])
    assert found["thin"] == [{"one": "kind=b", "other": "source=y", "pairs": 1, "expected": 13.9}]
    assert (found["cells"]["occupied"], found["cells"]["possible"], found["cells"]["smallest"]) == (4, 4, 1)
    assert found["cells"]["effective"] == pytest.approx(3.15, abs=0.05)


def test_a_tag_that_tells_prompts_apart_is_not_crossed():
    strata = pd.DataFrame({"id": [f"x{n}" for n in range(60)], "source": ["a", "b"] * 30}).astype("category")
    found = tables(strata)
    assert found["two_way"] == []
    assert found["strata"]["id"]["others"] == 40
