"""Live builds over HTTP: paid once, nothing lost, faults survived, secrets kept."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
import yaml

from prefdata.cli import main
from prefdata.shards import RunDir, read_json

from ..conftest import bytes_of, drops, triplets, write_jsonl
from .batch_server import BatchServer

PROMPTS, SAMPLES = 20, 3
CALLS = PROMPTS * (SAMPLES + SAMPLES + 2)  # samples, their ratings, one duel in both orders


def build(path: Path, run: Path) -> RunDir:
    assert main(["build", str(path), "--run-dir", str(run)]) == 0
    return RunDir(run)


def test_a_live_build_asks_once_and_exports_what_was_judged(serve, config, tmp_path):
    server = serve()
    run = build(config(server.url), tmp_path / "run")
    assert server.stats()["calls"] == CALLS
    assert server.stats()["most_active"] <= 8
    assert len(triplets(run)) + sum(drop["kind"] == "pair" for drop in drops(run)) == PROMPTS * 3
    row = triplets(run)[0]
    evidence = json.loads(row["provenance"])
    assert evidence["chosen"]["source"] == "sample"
    assert {"rubric", "duel"} & set(evidence["judges"])
    assert row["chosen"][0]["content"].startswith("An answer to: Question")


def test_the_same_questions_are_not_paid_for_again_in_another_run(serve, config, tmp_path):
    server = serve()
    path = config(server.url)
    first = build(path, tmp_path / "one")
    second = build(path, tmp_path / "two")
    assert server.stats()["calls"] == CALLS
    assert bytes_of(first)["drops.parquet"] == bytes_of(second)["drops.parquet"]
    build(
        config(server.url, candidates={"per_prompt": 2, "temperatures": [0.3, 0.7, 1.0], "max_tokens": 640}),
        tmp_path / "less",
    )
    # Fewer candidates, longer answers allowed: only duels between other pairs may be new.
    assert server.stats()["calls"] <= CALLS + 2 * PROMPTS


def test_a_changed_judge_pays_for_that_judge_alone(serve, config, tmp_path):
    server = serve()
    path = config(server.url)
    build(path, tmp_path / "run")
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["judges"][0]["dimensions"] = ["fluency", "accuracy"]
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    build(path, tmp_path / "run")
    assert server.stats()["calls"] == CALLS + PROMPTS * SAMPLES


def test_a_poisoned_prompt_costs_one_call_a_sample_and_its_own_rows(serve, config, tmp_path):
    server = serve()
    run = build(config(server.url, poison=True, candidates={"per_prompt": 1}), tmp_path / "run")
    assert [(drop["reason"], drop["prompt_id"]) for drop in drops(run) if drop["stage"] == "generate"] == [
        ("http_400", "p003")
    ]
    assert server.stats()["calls"] == PROMPTS + (PROMPTS - 1)
    build(config(server.url, poison=True, candidates={"per_prompt": 1}), tmp_path / "again")
    assert server.stats()["calls"] == PROMPTS + (PROMPTS - 1)  # the refusal is remembered


def test_faults_of_all_kinds_lose_nothing(serve, config, tmp_path):
    server = serve(faults=0.3, seed=5)
    path = config(server.url)
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    for model in settings["policies"] + settings["judges"]:
        model["timeout"] = 1
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    run = build(path, tmp_path / "run")
    (step,) = [step for step in read_json(run.manifest)["steps"] if step["step"].startswith("generate")]
    assert step["rows_in"] == step["rows_out"] + sum(drop["rows"] for drop in step["drops"])
    assert step["rows_in"] > CALLS / 2
    reasons = {drop["reason"] for drop in step["drops"]}
    assert reasons <= {"content_filter", "retries_used_up"}
    assert server.stats()["paid_again"] == 0


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_killed_live_build_repays_only_what_was_in_flight(serve, config, tmp_path, share):
    server = serve(latency=0.1)
    path = config(server.url)
    command = [sys.executable, "-m", "prefdata", "build", str(path), "--run-dir"]
    build = subprocess.Popen([*command, str(tmp_path / "killed")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.stats()["calls"] < share * CALLS:
        time.sleep(0.01)
    time.sleep(random.Random(share).uniform(0, 0.1))
    build.send_signal(signal.SIGKILL)
    build.wait()
    subprocess.run([*command, str(tmp_path / "killed")], check=True, capture_output=True)
    assert server.stats()["calls"] - CALLS <= 8
    os.rename(tmp_path / ".prefdata", tmp_path / "another-ledger")
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    expected, found = bytes_of(RunDir(tmp_path / "whole")), bytes_of(RunDir(tmp_path / "killed"))
    assert found == expected


def test_a_budget_stops_cleanly_and_the_run_goes_on_with_a_larger_one(serve, config, tmp_path, capsys):
    server = serve()
    small = config(server.url, budget={"max_tokens": 3000})
    assert main(["build", str(small), "--run-dir", str(tmp_path / "run")]) == 2
    assert "max_tokens 3000 does not cover" in capsys.readouterr().err
    spent = server.stats()["calls"]
    assert 0 < spent < CALLS
    build(config(server.url), tmp_path / "run")
    assert server.stats()["calls"] == CALLS


def test_a_wrong_key_stops_the_build_and_is_not_blamed_on_the_rows(serve, config, tmp_path, monkeypatch, capsys):
    server = serve()
    monkeypatch.setenv("PREFDATA_TEST_KEY", "wrong-and-secret")
    assert main(["build", str(config(server.url)), "--run-dir", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert "http_401" in said
    assert "wrong-and-secret" not in said, "the server repeats the key, we do not"
    monkeypatch.setenv("PREFDATA_TEST_KEY", "right-and-secret")
    build(config(server.url), tmp_path / "run")
    assert server.stats()["calls"] == CALLS


def test_a_missing_key_is_named(config, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("PREFDATA_TEST_KEY")
    assert main(["build", str(config("http://127.0.0.1:9")), "--run-dir", str(tmp_path / "run")]) == 2
    assert "PREFDATA_TEST_KEY is not set" in capsys.readouterr().err


def test_the_key_is_written_nowhere(serve, config, tmp_path, capsys):
    build(config(serve(faults=0.2).url), tmp_path / "run")
    said = capsys.readouterr()
    assert "right-and-secret" not in said.out + said.err
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"right-and-secret" not in path.read_bytes(), path


def test_a_build_without_a_judge_gives_candidates_and_an_empty_data_set(serve, config, tmp_path, capsys):
    run = build(config(serve().url, judges=[]), tmp_path / "run")
    assert triplets(run) == []
    assert "the data set is empty" in capsys.readouterr().err
    (step,) = [step for step in read_json(run.manifest)["steps"] if step["step"].startswith("generate")]
    assert (step["rows_in"], step["rows_out"]) == (PROMPTS * SAMPLES, PROMPTS * SAMPLES)


def test_shards_overlap_under_one_limiter(serve, config, tmp_path):
    server = serve(latency=0.05)
    run = build(config(server.url, run={"shards": 5}), tmp_path / "run")
    assert server.stats()["calls"] == CALLS
    assert server.stats()["most_active"] <= 8
    steps = Counter(step["step"].split("-")[0] for step in read_json(run.manifest)["steps"])
    assert steps["generate"] == 5


def test_a_build_by_batches_needs_few_of_them_and_gives_the_same(serve, config, tmp_path):
    server = serve()
    live = build(config(server.url), tmp_path / "live")
    with BatchServer(key="right-and-secret") as batches:
        batches.answer = lambda body: ask(server.url, body)
        policy = [{"name": "policy", "provider": "batch", "base_url": f"{batches.url}/v1", "concurrency": 1000}]
        by_batch = build(config(server.url, policies=policy, ledger="another.sqlite"), tmp_path / "batches")
        assert batches.stats()["batches"] <= 3
    assert [row["chosen"] for row in triplets(by_batch)] == [row["chosen"] for row in triplets(live)]


def ask(url: str, body: dict) -> str:
    """The text that the ordinary server answers."""
    request = urllib.request.Request(
        f"{url}/v1/chat/completions", json.dumps(body).encode(), {"Authorization": "Bearer right-and-secret"}
    )
    return json.load(urllib.request.urlopen(request, timeout=5))["choices"][0]["message"]["content"]


def test_nothing_is_paid_for_prompts_that_cannot_be_answered(serve, config, tmp_path):
    server = serve()
    path = config(server.url, prompts=3)
    said = [
        [{"role": "user", "content": " "}],
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}],
    ]
    rows = [{"prompt_id": f"p{n}", "messages": messages} for n, messages in enumerate(said)]
    write_jsonl(tmp_path / "prompts.jsonl", rows)
    run = build(path, tmp_path / "run")
    assert server.stats()["calls"] == 0
    assert [(d["prompt_id"], d["reason"], d["kind"]) for d in drops(run)] == [
        ("p0", "empty_prompt", "prompt"), ("p1", "prompt_is_answered", "prompt"),
    ]  # fmt: skip


def test_equal_answers_are_not_compared(serve, config, tmp_path):
    server = serve()
    twice = {"per_prompt": 2, "temperatures": [0.7]}  # the server answers by the temperature
    build(
        config(server.url, prompts=4, candidates=twice, judges=[{"name": "duel", "kind": "pairwise"}]), tmp_path / "run"
    )
    assert server.stats()["calls"] == 4 * 2
