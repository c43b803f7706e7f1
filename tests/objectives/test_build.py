"""Objectives through a whole build: other weights give other labels, and every pair in every view is accounted for."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from prefdata import faults
from prefdata.cli import main
from prefdata.shards import read_json

from ..conftest import bytes_of, drops, triplets
from .records import SCORES, files, rating, vote, write

DIMENSIONS = ("accuracy", "safety", "helpfulness", "brevity")


def labels(run) -> set[tuple[str, str]]:
    return {(row["chosen_id"], row["rejected_id"]) for row in triplets(run)}


def reasons(run) -> Counter:
    return Counter((drop["reason"], drop["detail"]) for drop in drops(run))


def check_sums(run, views: int, pairs: int) -> None:
    """rows in = rows out + drops, over all views, and each comparison of each view is one row or one drop."""
    manifest = read_json(run.manifest)
    assert manifest["rows_in"] == views * pairs
    assert manifest["rows_in"] == manifest["rows_out"] + sum(drop["rows"] for drop in manifest["drops"])
    assert len(triplets(run)) + len(drops(run)) == views * pairs


def test_the_same_ratings_give_another_label_when_safety_comes_first(build):
    assert labels(build(files(), objectives={"preset": "standard"})) == {
        ("bold", "poor"),
        ("bold", "safe"),
        ("safe", "poor"),
    }
    run = build(files(), objectives={"preset": "safety_first"})
    assert ("safe", "bold") in labels(run)
    (row,) = [row for row in triplets(run) if row["rejected_id"] == "bold"]
    assert json.loads(row["dimensions"]) == {"safety": 0.5, "accuracy": 0.3, "helpfulness": 0.15, "brevity": 0.05}
    assert row["pair_type"] == "voted"


def test_without_objectives_nothing_is_different(build, tmp_path):
    before = bytes_of(build(files()))
    (tmp_path / "run").rename(tmp_path / "earlier")
    assert bytes_of(build(files(), objectives={})) == before
    assert json.loads(triplets(build(files()))[0]["dimensions"]) == {"overall": 1.0}


def test_who_is_below_a_floor_is_never_chosen_and_named(build):
    run = build(files(), objectives={"preset": "standard", "floors": {"safety": 0.5}})
    assert labels(run) == {("safe", "poor")}
    assert reasons(run) == {("below_floor", "safety"): 2}


def test_who_has_no_rating_in_a_dimension_with_a_floor_is_never_chosen(build):
    told = files({"p": {}, "q": {}})
    told["r.jsonl"] = [
        row for row in told["r.jsonl"] if (row["prompt_id"], row["candidate_id"], row["dimension"])
        != ("p", "bold", "safety")
    ]  # fmt: skip
    run = build(told, objectives={"preset": "standard", "floors": {"safety": 0.3}})
    assert {row["chosen_id"] for row in triplets(run) if row["prompt_id"] == "p"} == {"safe"}
    assert {row["chosen_id"] for row in triplets(run) if row["prompt_id"] == "q"} == {"safe", "bold"}
    assert reasons(run) == {("not_rated", "safety"): 2}
    assert "<td>not_rated" in run.report.read_text("utf-8")
    assert reasons(build(told, objectives={"preset": "standard", "floors": {"safety": 0.0}})) == {}


def test_a_floor_holds_without_any_weights_and_whatever_the_rating_weighs(build):
    measured = tuple(
        rating(c, "toxic_free", s, "detector", weight=0.0) for c, s in (("bold", 1), ("safe", 9), ("poor", 9))
    )
    run = build(files(extra=measured), objectives={"floors": {"toxic_free": 0.3}})
    assert {chosen for chosen, _ in labels(run)} == {"safe"}
    assert reasons(run) == {("below_floor", "toxic_free"): 2}


def test_a_scene_has_weights_of_its_own(build):
    by_tag = {"scene": {"medical": {"accuracy": 0.7, "safety": 0.3}, "children": {"safety": 0.6, "accuracy": 0.4}}}
    prompts = {"m": {"scene": "medical"}, "k": {"scene": "children"}, "z": {}}
    run = build(files(prompts), objectives={"weights": {"brevity": 1.0}, "by_tag": by_tag})
    found = {(row["prompt_id"], row["chosen_id"], row["rejected_id"]): row["dimensions"] for row in triplets(run)}
    assert ("m", "bold", "safe") in found
    assert ("k", "safe", "bold") in found
    assert json.loads(found["k", "safe", "bold"]) == {"safety": 0.6, "accuracy": 0.4}
    assert {json.loads(found[key])["brevity"] for key in found if key[0] == "z"} == {1.0}


def test_each_dimension_gives_labels_of_its_own_that_weigh_what_it_weighs(build):
    run = build(files({"p": {}, "q": {}}), objectives={"preset": "standard", "pairs": "per_dimension"})
    rows = triplets(run)
    check_sums(run, views=4, pairs=6)
    weights = {"accuracy": 0.4, "safety": 0.3, "helpfulness": 0.2, "brevity": 0.1}
    for row in rows:
        (dimension,) = json.loads(row["dimensions"])
        assert (row["pair_type"], row["weight"]) == ("dimension", weights[dimension])
        assert SCORES[row["chosen_id"]][dimension] > SCORES[row["rejected_id"]][dimension]
        assert faults.row_fault("triplet", row) is None
    assert Counter(json.loads(row["dimensions"]).popitem()[0] for row in rows) == dict.fromkeys(DIMENSIONS, 6)
    assert sorted(row["curriculum_rank"] for row in rows) == list(range(len(rows)))


def test_the_limit_a_prompt_holds_in_each_view_and_drops_name_the_view(build):
    run = build(
        files(), objectives={"preset": "standard", "pairs": "per_dimension"}, selection={"max_pairs_per_prompt": 1}
    )
    check_sums(run, views=4, pairs=3)
    assert len(triplets(run)) == 4
    assert reasons(run) == {("over_max_pairs", dimension): 2 for dimension in DIMENSIONS}


def test_in_a_dimension_only_what_is_said_of_it_counts(build):
    voted = tuple(vote("poor", "bold", f"v{n}") for n in range(5))
    told = files()
    told["v.jsonl"] = [*voted, vote("safe", "bold", "x", dimension="safety")]
    run = build(told, objectives={"weights": {"safety": 0.5, "brevity": 0.5}, "pairs": "per_dimension"})
    safety = {(r["chosen_id"], r["rejected_id"]): r for r in triplets(run) if "safety" in r["dimensions"]}
    assert set(safety) == {("safe", "bold"), ("safe", "poor"), ("poor", "bold")}
    assert json.loads(safety["safe", "bold"]["provenance"])["judges"] == {"j": {"chosen": 1}, "x": {"chosen": 1}}


def test_conditioned_prompts_name_the_weights_that_their_label_follows(build):
    conditions = {"true": {"accuracy": 0.7, "brevity": 0.3}, "careful": {"safety": 1.0}}
    run = build(files(), objectives={"pairs": "conditioned", "conditions": conditions})
    check_sums(run, views=2, pairs=3)
    said = {"Weigh accuracy .7, brevity .3.": "true", "Weigh safety 1.": "careful"}
    found: dict[str, set] = {name: set() for name in conditions}
    for row in triplets(run):
        system, user = row["prompt"]
        assert (system["role"], user["role"], row["pair_type"], row["weight"]) == ("system", "user", "conditioned", 1.0)
        name = said[system["content"]]
        assert json.loads(row["dimensions"]) == conditions[name]
        found[name].add((row["chosen_id"], row["rejected_id"]))
    assert ("bold", "safe") in found["true"]
    assert ("safe", "bold") in found["careful"]


def test_provenance_says_whether_the_chosen_is_better_all_round(build):
    run = build(files(), objectives={"preset": "standard"})
    said = {(r["chosen_id"], r["rejected_id"]): json.loads(r["provenance"]).get("dominance") for r in triplets(run)}
    assert said == {("bold", "safe"): "trades_off", ("bold", "poor"): "trades_off", ("safe", "poor"): "dominates"}
    plain = build(files())
    assert all("dominance" not in json.loads(row["provenance"]) for row in triplets(plain))


@pytest.mark.parametrize(
    "objectives",
    [
        {"preset": "standard", "pairs": "per_dimension"},
        {"pairs": "conditioned", "conditions": {"a": {"accuracy": 1.0}, "b": {"safety": 1.0}}},
    ],
)
def test_equal_inputs_give_equal_bytes_and_shards_change_no_row(build, tmp_path, objectives):
    told = files({f"p{n}": {} for n in range(8)})
    first = bytes_of(build(told, objectives=objectives, run={"name": "n"}))
    (tmp_path / "run").rename(tmp_path / "earlier")
    again = build({name: rows[::-1] for name, rows in told.items()}, objectives=objectives, run={"name": "n"})
    assert {n: b for n, b in bytes_of(again).items() if n.startswith("dataset")} == {
        n: b for n, b in first.items() if n.startswith("dataset")
    }
    order = ("prompt_id", "dimensions", "chosen_id", "rejected_id")
    whole = sorted(triplets(again), key=lambda row: [row[name] for name in order])
    cut = build(told, objectives=objectives, run={"name": "n", "shards": 3})
    assert sorted(triplets(cut), key=lambda row: [row[name] for name in order]) == whole


def test_other_conditions_make_the_labels_again(build):
    conditions = {"a": {"accuracy": 1.0}, "b": {"brevity": 1.0}}
    build(files(), objectives={"pairs": "conditioned", "conditions": conditions})
    run = build(files(), objectives={"pairs": "conditioned", "conditions": {**conditions, "b": {"safety": 1.0}}})
    assert {row["prompt"][0]["content"] for row in triplets(run)} == {"Weigh accuracy 1.", "Weigh safety 1."}


def test_the_report_says_what_moved_weights_and_floors(build, tmp_path):
    event = {"kind": "complaint", "prompt_id": "p", "at": "2026-01-01", "dimension": "safety"}
    write(tmp_path / "said.jsonl", [{**event, "event_id": f"e{n}", "user": f"u{n}"} for n in range(15)])
    objectives = {"preset": "standard", "floors": {"safety": 0.2}}
    page = build(files(), objectives={**objectives, "complaints": "said.jsonl"}).report.read_text("utf-8")
    assert "Weights and floors were moved by the files of complaints" in page
    assert '(0.300)</td><td class="n">0.30 (0.20)</td>' in page
    assert "were moved" not in build(files(), objectives=objectives).report.read_text("utf-8")


def test_a_floor_stands_in_place_of_the_half_that_must_pass_asks_for(build):
    selection = {"must_pass": ["safety"]}
    assert reasons(build(files(), selection=selection)) == {("failed_check", "safety"): 2}
    assert reasons(build(files(), selection=selection, objectives={"floors": {"safety": 0.3}})) == {}
    assert (
        reasons(build(files(), selection=selection, objectives={"floors": {"safety": 0.7}}))[("below_floor", "safety")]
        == 2
    )


def test_the_report_shows_weights_floors_and_where_good_responses_come_from(build):
    objectives = {"preset": "standard", "floors": {"safety": 0.2}, "by_tag": {"scene": {"medical": {"accuracy": 1.0}}}}
    run = build(files({f"p{n}": {"scene": "tale"} for n in range(6)}), objectives=objectives)
    page = run.report.read_text("utf-8")
    assert "<h2>Objectives</h2>" in page
    assert '<td>accuracy</td><td class="n">0.400</td>' in page
    assert "<td>bold</td>" in page
    assert '<td>medical</td><td class="n">0</td>' in page
    assert page.split("<h2>Objectives</h2>")[1].split("<h2>")[0].count('<svg class="curve"') == 6
    shown = read_json(run.summary)["objectives"]
    assert {source["name"]: source["on_front"] for source in shown["sources"]} == {
        "bold": True,
        "safe": True,
        "poor": False,
    }
    assert shown["dominance"] == {"dominates": 6, "trades_off": 12}
    assert main(["report", str(run.path)]) == 0


def test_names_of_the_data_become_no_markup(build):
    told = files({f"p{n}": {} for n in range(3)})
    told["c.jsonl"] = [{**row, "origin": {"policy": f"<b>{row['candidate_id']}"}} for row in told["c.jsonl"]]
    told["r.jsonl"] = [{**row, "dimension": f"<i>{row['dimension']}"} for row in told["r.jsonl"]]
    page = build(told, objectives={"weights": {"<i>accuracy": 0.5, "<i>brevity": 0.5}}).report.read_text("utf-8")
    assert "&lt;b&gt;bold" in page
    assert "&lt;i&gt;accuracy" in page
    assert "<b>bold" not in page
    assert "<i>accuracy" not in page


def test_without_objectives_the_report_says_nothing_of_them(build):
    run = build(files())
    assert "<h2>Objectives</h2>" not in run.report.read_text("utf-8")
    assert read_json(run.summary)["objectives"] is None


def test_rows_of_all_views_can_be_read_as_one_table(build):
    run = build(files(), objectives={"preset": "standard", "pairs": "per_dimension"})
    (path,) = run.dataset.glob("*.parquet")
    assert pq.read_table(path).schema.field("dimensions").type == "string"
