"""Tags that a served model chooses: asked once, paid once, dropped by name, and in the triplets with who chose them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
import yaml

from prefdata import faults
from prefdata.cli import main
from prefdata.shards import RunDir, read_json
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import scene

from ..conftest import bytes_of, drops, triplets, write_jsonl
from .test_sources import records

PROMPTS = 12
VALUES = {"count": "asks how many", "read": "asks what is written", "reason": "asks why"}
ONE = {"per_prompt": 2, "temperatures": [0.3, 0.7]}
DUEL = [{"name": "duel", "kind": "pairwise", "both_orders": False}]
CALLS = PROMPTS * (2 + 1 + 1)  # two samples, a duel and a tag


def stratum(url: str, tag: str = "question_type", **more) -> dict:
    reached = {"base_url": f"{url}/v1", "model": "sorter", "revision": "r1", "api_key_env": "PREFDATA_TEST_KEY"}
    return {"tag": tag, "by": "model", "values": VALUES, **reached, **more}


@pytest.fixture
def live(serve, config, tmp_path):
    """live(…) builds prompts with two samples, a duel and a tag by a model; returns the run and the server."""

    def build(server=None, run="run", code=0, strata=None, **more):
        server = server or serve()
        settings = {"prompts": PROMPTS, "candidates": ONE, "judges": DUEL, **more}
        path = config(server.url, strata=strata or [stratum(server.url)], **settings)
        assert main(["build", str(path), "--run-dir", str(tmp_path / run)]) == code
        return RunDir(tmp_path / run), server

    return build


def tags(run: RunDir) -> dict[str, dict]:
    return {row["prompt_id"]: json.loads(row["tags"]) for row in triplets(run)}


def test_every_prompt_is_asked_about_once_and_the_triplets_say_by_whom(live):
    run, server = live()
    assert server.stats()["calls"] == CALLS
    chosen = {row["prompt_id"]: row["value"] for row in records(run, "stratum")}
    assert len(chosen) == PROMPTS
    assert set(chosen.values()) == set(VALUES)
    assert {name: found["question_type"] for name, found in tags(run).items()} == chosen
    for row in triplets(run):
        assert json.loads(row["provenance"])["tags"] == {"question_type": "sorter"}


def test_records_follow_their_schema_and_units_add_up(live):
    run, _ = live()
    names = {"prompt_id", "tag", "value", "by"}
    rows = [{name: row[name] for name in names} for row in records(run, "stratum")]
    assert all(faults.row_fault("stratum", row) is None for row in rows)
    (step,) = [step for step in read_json(run.manifest)["steps"] if step["step"].startswith("generate")]
    assert (step["rows_in"], step["rows_out"]) == (CALLS, CALLS)


def test_a_tag_that_is_given_is_not_asked_for(live):
    run, server = live(about={"tags": {"question_type": "mine"}})
    assert server.stats()["calls"] == CALLS - PROMPTS
    assert {found["question_type"] for found in tags(run).values()} == {"mine"}
    assert json.loads(triplets(run)[0]["provenance"])["tags"] == {"question_type": "given"}


def test_an_answer_that_names_no_value_is_a_drop_and_the_prompt_stays(live):
    run, _ = live(about={"messages": [{"role": "user", "content": "A riddle?"}]})
    found = [drop for drop in drops(run) if drop["kind"] == "stratum"]
    assert [drop["reason"] for drop in found] == ["unreadable_answer"] * PROMPTS
    assert {drop["detail"] for drop in found} == {"question_type: Perhaps."}
    assert records(run, "stratum") == []
    assert len(triplets(run)) == PROMPTS
    assert all(found == {} for found in tags(run).values())


def test_a_refused_prompt_loses_its_tag_and_no_other_prompts(live):
    run, _ = live(poison=True)
    (drop,) = [drop for drop in drops(run) if drop["kind"] == "stratum"]
    assert (drop["reason"], drop["prompt_id"]) == ("http_400", "p003")
    assert len(records(run, "stratum")) == PROMPTS - 1


def test_a_server_that_knows_no_schemas_is_read_all_the_same(live, serve):
    run, _ = live(serve(plain=True))
    assert len(records(run, "stratum")) == PROMPTS


def test_the_same_question_is_not_paid_for_in_another_run_or_by_rules_beside_it(live):
    first, server = live()
    rules = {"tag": "task", "by": "rules"}
    second, _ = live(server, "second", strata=[rules, stratum(server.url)])
    assert server.stats()["calls"] == CALLS
    assert {name: found["question_type"] for name, found in tags(second).items()} == {
        name: found["question_type"] for name, found in tags(first).items()
    }
    of = {"count": "dialogue", "read": "dialogue", "reason": "reasoning"}
    assert all(found["task"] == of[found["question_type"]] for found in tags(second).values())


def test_rules_beside_the_model_generate_nothing_again(live):
    run, server = live()
    generated = (run.step("generate-0000") / "manifest.json").stat().st_mtime_ns
    again, _ = live(server, strata=[stratum(server.url), {"tag": "language", "by": "rules"}])
    assert (again.step("generate-0000") / "manifest.json").stat().st_mtime_ns == generated
    assert all("language" in found for found in tags(again).values())
    live(server, strata=[stratum(server.url, values={**VALUES, "count": "asks for a number"})])
    assert server.stats()["calls"] == CALLS + PROMPTS


def test_tags_that_could_not_be_had_come_with_the_next_command(live, serve):
    """The server of the strata is away at first; nothing else changes, and labels are made again all the same."""
    server = serve()
    away = stratum("http://127.0.0.1:9", timeout=1)
    run, _ = live(server, strata=[away], prompts=2)
    assert {drop["reason"] for drop in drops(run) if drop["kind"] == "stratum"} == {"retries_used_up"}
    assert all(found == {} for found in tags(run).values())
    again, _ = live(server, prompts=2)
    assert all(found["question_type"] in VALUES for found in tags(again).values())


def test_imported_candidates_and_votes_get_tags_without_any_policy(serve, tmp_path):
    server = serve()
    prompts = [{"prompt_id": f"p{n}", "messages": [{"role": "user", "content": f"Question {n}?"}]} for n in range(4)]
    texts = [{"prompt_id": f"p{n}", "candidate_id": c, "text": f"{c}{n}"} for n in range(4) for c in "ab"]
    votes = [{"prompt_id": f"p{n}", "a": "a", "b": "b", "winner": "a", "judge": "j"} for n in range(4)]
    for name, rows in (("p", prompts), ("c", texts), ("v", votes)):
        write_jsonl(tmp_path / f"{name}.jsonl", rows)
    path = tmp_path / "build.yaml"
    inputs = ["p.jsonl", "c.jsonl", "v.jsonl"]
    path.write_text(yaml.safe_dump({"inputs": inputs, "strata": [stratum(server.url)]}), encoding="utf-8")
    assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == 0
    assert server.stats()["calls"] == 4
    assert all(found["question_type"] in VALUES for found in tags(RunDir(tmp_path / "run")).values())


def test_the_model_is_shown_the_picture_and_no_image_tag_is_asked_for_without_one(serve, config, tmp_path):
    from PIL import Image

    server = serve()
    Image.fromarray(draw(scene("choice", 1)).image).save(tmp_path / "scene.png")
    kinds = {"drawing": "drawn", "photo": "taken"}
    path = config(
        server.url, prompts=3, candidates=ONE, judges=[], strata=[stratum(server.url, "image_type", values=kinds)]
    )
    rows = [json.loads(line) for line in (tmp_path / "prompts.jsonl").read_text().splitlines()]
    write_jsonl(tmp_path / "prompts.jsonl", [{**rows[0], "image": "scene.png"}, *rows[1:]])
    assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == 0
    assert [row["prompt_id"] for row in records(RunDir(tmp_path / "run"), "stratum")] == ["p000"]
    assert server.stats()["calls"] == 3 * 2 + 1


def test_status_counts_the_calls_and_a_price_of_a_stratum_alone_makes_a_budget(live, capsys):
    free = {"policies": [{"name": "policy"}], "judges": DUEL}
    run, server = live(budget={"max_cost_usd": 100}, code=2, **free)
    assert "no model has a price" in capsys.readouterr().err
    priced = [stratum(server.url, price={"prompt": 1000.0, "completion": 2000.0})]
    run, _ = live(server, budget={"max_cost_usd": 100}, strata=priced, **free)
    capsys.readouterr()
    assert main(["status", str(run.path), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["live"]
    assert facts["calls"] == CALLS
    assert facts["cost"] == pytest.approx(PROMPTS * (10 * 1000 + 5 * 2000) / 1e6)


def test_a_budget_stops_it_and_the_run_goes_on_with_a_larger_one(live, capsys):
    _, server = live(budget={"max_tokens": 1200}, code=2)
    assert "max_tokens 1200 does not cover" in capsys.readouterr().err
    assert 0 < server.stats()["calls"] < CALLS
    run, _ = live(server)
    assert server.stats()["calls"] == CALLS
    assert len(records(run, "stratum")) == PROMPTS


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_killed_build_pays_for_no_tag_twice_and_ends_with_equal_bytes(serve, config, tmp_path, share):
    server = serve(latency=0.1)
    path = config(server.url, prompts=PROMPTS, candidates=ONE, judges=DUEL, strata=[stratum(server.url, concurrency=8)])
    command = [sys.executable, "-m", "prefdata", "build", str(path), "--run-dir"]
    build = subprocess.Popen([*command, str(tmp_path / "killed")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.stats()["calls"] < share * CALLS:
        time.sleep(0.01)
    build.send_signal(signal.SIGKILL)
    build.wait()
    subprocess.run([*command, str(tmp_path / "killed")], check=True, capture_output=True)
    assert server.stats()["calls"] - CALLS <= 8, "at most those that were in flight"
    (tmp_path / ".prefdata").rename(tmp_path / "another-ledger")
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    assert bytes_of(RunDir(tmp_path / "killed")) == bytes_of(RunDir(tmp_path / "whole"))
    for one, other in zip(
        sorted((tmp_path / "killed").rglob("stratum-*.parquet")),
        sorted((tmp_path / "whole").rglob("stratum-*.parquet")),
        strict=True,
    ):
        assert pq.read_table(one).equals(pq.read_table(other))
