"""A build names what its quotas lack; the next one executes the plan and fills most of it."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefdata.shards import RunDir, read_json

from ..conftest import drops, triplets
from .gap_scenes import RUBRIC, SCENES, THERE, TWO, WANTED, build, closed, coverage, sections, write_prompts

PROMPTS = 60


def rows_of(run: RunDir) -> list[dict]:
    return pq.read_table(run.gaps).to_pylist()


def candidates(run: RunDir) -> set[tuple[str, str]]:
    tables = [pq.read_table(path) for path in run.work.glob("generate-*/candidate-*.parquet")]
    return {(row["prompt_id"], row["candidate_id"]) for table in tables for row in table.to_pylist()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scene", SCENES)
def test_executing_the_plan_closes_most_of_the_gaps(serve, config, tmp_path, scene, seed):
    server = serve(latency=0.0)
    path = config(server.url, **sections(scene))
    write_prompts(tmp_path, PROMPTS, seed)
    first = build(path, tmp_path / "first")
    before = server.stats()
    second = build(path, tmp_path / "second", candidates={"plan": "first/gaps.parquet"})
    assert coverage(first)["gaps"]
    assert not coverage(first)["left"]
    assert closed(first, second) >= 0.8
    assert sum(gap["missing"] for gap in coverage(second)["gaps"]) <= 0.2 * sum(
        gap["missing"] for gap in coverage(first)["gaps"]
    )
    assert candidates(first) < candidates(second), "ids go on, and nothing is asked anew"
    assert server.stats()["paid_again"] == before["paid_again"] == 0


def test_the_plan_pays_for_what_it_lists_and_for_nothing_else(serve, config, tmp_path):
    server = serve(latency=0.0)
    path = config(server.url, **sections("rated"))
    write_prompts(tmp_path, PROMPTS, 0)
    first = build(path, tmp_path / "first")
    asked = server.stats()["calls"]
    plan = rows_of(first)
    second = build(path, tmp_path / "second", candidates={"plan": "first/gaps.parquet"})
    more = Counter(prompt for prompt, _ in candidates(second) - candidates(first))
    assert more == {row["prompt_id"]: row["count"] for row in plan}
    assert server.stats()["calls"] - asked == 2 * sum(row["count"] for row in plan), "a sample and its rating each"
    assert {row["because"] for row in plan} == {"question_type=count"}


def test_a_plan_says_what_an_earlier_one_said_too(serve, config, tmp_path):
    """Each plan stands alone: what the first asked for is in the second."""
    server = serve(latency=0.0)
    path = config(server.url, **sections("rated"))
    write_prompts(tmp_path, PROMPTS, 1)
    first = build(path, tmp_path / "first")
    harder = {"quotas": {"question_type": {"count": 0.8}}}
    second = build(path, tmp_path / "second", candidates={"plan": "first/gaps.parquet"}, selection=harder)
    before, after = ({(r["prompt_id"], r["source"]): r["count"] for r in rows_of(run)} for run in (first, second))
    assert set(before) < set(after)
    assert all(after[name] >= count for name, count in before.items())


def test_what_no_plan_can_fill_is_named_with_the_prompts_that_are_missing(serve, config, tmp_path, capsys):
    server = serve(latency=0.0)
    path = config(server.url, **sections("rated"))
    write_prompts(tmp_path, PROMPTS, 3, {"count": 0.03, "colour": 0.4, "read": 0.57})
    run = build(path, tmp_path / "run")
    (left,) = [row for row in coverage(run)["left"] if row["value"] == "count"]
    assert left["prompts"] > 5
    said = capsys.readouterr()
    assert f"{left['missing']:,} pairs of question_type=count are in no plan" in said.err
    assert f"about {left['prompts']:,} more prompts would fill it" in said.err
    assert "gaps.parquet: " in said.out
    page = run.report.read_text(encoding="utf-8")
    assert "No plan fills these" in page
    assert "Gaps of a set of" in page


def test_a_value_that_nothing_generates_is_named(serve, config, tmp_path, capsys):
    server = serve(latency=0.0)
    given = {**sections("rated"), "selection": {"quotas": {"source": {"sample": 0.5, "import": 0.5}}}}
    path = config(server.url, **given)
    write_prompts(tmp_path, 10, 0)
    run = build(path, tmp_path / "run")
    assert rows_of(run) == []
    assert "source=import are in no plan: no source of the config has given such pairs" in capsys.readouterr().err


def test_with_a_target_generation_goes_on_for_prompts_that_are_short(serve, config, tmp_path):
    server = serve(latency=0.0)
    path = config(server.url, **sections("rated"))
    prompts = {row["prompt_id"]: row["tags"]["question_type"] for row in write_prompts(tmp_path, PROMPTS, 2)}
    run = build(path, tmp_path / "run", selection={"target_pairs": 50})
    kinds = Counter(prompts[row["prompt_id"]] for row in triplets(run))
    assert kinds == {"count": 25, "colour": 15, "read": 10}
    assert {prompts[row["prompt_id"]] for row in rows_of(run)} == {"count"}
    assert {step["step"] for step in read_json(run.manifest)["steps"]} >= {"select+1", "generate-0000+1"}
    assert not coverage(run)["gaps"]


def test_a_target_that_quotas_cannot_meet_ends_and_is_said(serve, config, tmp_path, capsys):
    server = serve(latency=0.0)
    path = config(server.url, **{**sections("rated"), "candidates": {**TWO, "max_per_prompt": 3}})
    write_prompts(tmp_path, 20, 2, {"count": 0.1, "colour": 0.45, "read": 0.45})
    run = build(path, tmp_path / "run", selection={"target_pairs": 20})
    assert len(triplets(run)) == 20, "the number is kept, the shares come as near as can be"
    assert "question_type=count is short of" in capsys.readouterr().err
    manifest = read_json(run.manifest)
    assert manifest["rows_in"] == manifest["rows_out"] + sum(drop["rows"] for drop in manifest["drops"])
    assert {drop["reason"] for drop in drops(run)} >= {"over_quota"}


def plan_file(path, **columns) -> None:
    row = {"prompt_id": ["p000"], "source": ["sample"], "count": [1], "because": ["a test"]}
    pq.write_table(pa.table({**row, **columns}), path)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"prompt_id": ["elsewhere"]}, "1 of its 1 prompts are not among the inputs"),
        ({"source": ["misled"]}, '"misled" is no source of the config'),
        ({"count": ["many"]}, "is no plan for generation"),
    ],
)
def test_a_plan_of_something_else_is_refused_before_anything_is_paid_for(
    serve, config, tmp_path, capsys, columns, said
):
    server = serve(latency=0.0)
    path = config(server.url, **sections("rated"))
    write_prompts(tmp_path, 3, 0)
    plan_file(tmp_path / "plan.parquet", **columns)
    build(path, tmp_path / "run", code=2, candidates={"plan": "plan.parquet"})
    assert said in capsys.readouterr().err
    assert server.stats()["calls"] == 0


def test_a_run_does_not_execute_the_plan_that_it_writes(serve, config, tmp_path, capsys):
    server = serve(latency=0.0)
    path = config(server.url, **sections("rated"))
    write_prompts(tmp_path, PROMPTS, 0)
    build(path, tmp_path / "run")
    build(path, tmp_path / "run", code=2, candidates={"plan": "run/gaps.parquet"})
    assert "would write over its own plan" in capsys.readouterr().err


def test_another_plan_repeats_generation(serve, config, tmp_path):
    server = serve(latency=0.0)
    path = config(server.url, **{**sections("rated"), "judges": RUBRIC, "selection": {}})
    write_prompts(tmp_path, 3, 0)
    for count in (1, 2):
        plan_file(tmp_path / "plan.parquet", count=[count])
        run = build(path, tmp_path / "run", candidates={"plan": "plan.parquet"})
        assert len([prompt for prompt, _ in candidates(run) if prompt == "p000"]) == 2 + count
    assert not run.gaps.exists(), "no quotas, no plan"


def test_shards_change_no_plan(serve, config, tmp_path):
    server = serve(latency=0.0)
    path = config(server.url, **sections("of a source"))
    write_prompts(tmp_path, PROMPTS, 1, THERE)
    one = build(path, tmp_path / "one")
    path.write_text(path.read_text(encoding="utf-8") + "run: {shards: 3, name: build}\n", encoding="utf-8")
    several = build(path, tmp_path / "several")
    assert rows_of(one) == rows_of(several)
    assert coverage(one) == coverage(several)
    assert WANTED.keys() == {row["value"] for row in coverage(one)["shares"] if row["margin"] == "question_type"}
