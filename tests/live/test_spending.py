"""What a run spends and how it stops: budgets over several commands, targets, Ctrl-C, status."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from prefdata.cli import main
from prefdata.shards import RunDir, read_json

from ..conftest import bytes_of, drops, triplets
from .test_live_build import CALLS, PROMPTS

RUBRIC = [{"name": "rubric", "kind": "pointwise", "dimensions": ["accuracy", "fluency"]}]
TWO = {"per_prompt": 2, "temperatures": [n / 10 for n in range(1, 9)]}


def build(path, run, code=0):
    assert main(["build", str(path), "--run-dir", str(run)]) == code
    return RunDir(run)


def status(run, capsys) -> dict:
    capsys.readouterr()
    assert main(["status", str(run), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_budget_holds_for_all_commands_of_a_run_together(serve, config, tmp_path):
    server = serve()
    path = config(server.url, budget={"max_tokens": 3000})
    build(path, tmp_path / "run", code=2)
    spent = server.stats()["calls"]
    assert 0 < spent < CALLS
    build(path, tmp_path / "run", code=2)
    assert server.stats()["calls"] <= spent + 1, "the second command finds the budget spent"
    build(path, tmp_path / "another")  # what is left is within another run's own budget
    assert server.stats()["calls"] == CALLS


def test_money_is_counted_by_the_price(serve, config, tmp_path, capsys):
    priced = [{"name": "policy", "price": {"prompt": 1000.0, "completion": 2000.0}}]
    run = build(config(serve().url, policies=priced, judges=[]), tmp_path / "run")
    live = status(run.path, capsys)["live"]
    assert live["calls"] == PROMPTS * 3
    assert live["tokens"] == PROMPTS * 3 * 15
    assert live["cost"] == pytest.approx(PROMPTS * 3 * (10 * 1000 + 5 * 2000) / 1e6)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_build_waits_for_its_calls_and_pays_none_twice(serve, config, tmp_path, name, capsys):
    server = serve(latency=0.3)
    path = config(server.url)
    command = [sys.executable, "-m", "prefdata", "build", str(path), "--run-dir", str(tmp_path / "run")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while server.stats()["calls"] < CALLS / 4:
        time.sleep(0.02)
    assert status(tmp_path / "run", capsys)["state"] == "building"
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert "calls are still out" in said
    assert "the same command goes on" in said
    facts = status(tmp_path / "run", capsys)
    assert (facts["state"], facts["live"]["in_doubt"]) == ("stopped", 0)
    subprocess.run(command, check=True, capture_output=True)
    assert server.stats()["calls"] == CALLS
    assert status(tmp_path / "run", capsys)["state"] == "complete"


def test_status_tells_what_a_killed_build_left_in_doubt(serve, config, tmp_path, capsys):
    server = serve(latency=0.3)
    command = [sys.executable, "-m", "prefdata", "build", str(config(server.url)), "--run-dir", str(tmp_path / "run")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.stats()["calls"] < CALLS / 4:
        time.sleep(0.02)
    process.kill()
    process.wait()
    facts = status(tmp_path / "run", capsys)
    assert facts["state"] == "stopped"
    assert 0 < facts["live"]["in_doubt"] <= 8
    assert facts["live"]["prompts"] == PROMPTS
    main(["status", str(tmp_path / "run")])
    assert "in doubt" in capsys.readouterr().out


def test_status_of_no_run_says_so(tmp_path, capsys):
    assert main(["status", str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_generation_goes_on_until_the_target_and_keeps_exactly_so_many(serve, config, tmp_path):
    server = serve()
    more = {"candidates": {**TWO, "max_per_prompt": 8}, "judges": RUBRIC}
    first = build(config(server.url, **more), tmp_path / "first")
    usual, asked = len(triplets(first)), server.stats()["calls"]
    target = usual + 7
    run = build(config(server.url, selection={"target_pairs": target}, **more), tmp_path / "run")
    assert len(triplets(run)) == target
    grown = server.stats()["calls"] - asked
    assert 0 < grown < asked, "only some prompts get more samples"
    assert grown % 2 == 0, "every new sample is rated once, and nothing old is asked again"
    over = [drop for drop in drops(run) if drop["reason"] == "over_target"]
    manifest = read_json(run.manifest)
    assert manifest["rows_in"] == manifest["rows_out"] + sum(drop["rows"] for drop in manifest["drops"])
    again = bytes_of(run)
    build(config(server.url, selection={"target_pairs": target}, **more), tmp_path / "run")
    assert bytes_of(run) == again
    assert len(over) < 20


def test_a_target_out_of_reach_is_said(serve, config, tmp_path, capsys):
    server = serve()
    more = {"candidates": {**TWO, "max_per_prompt": 4}, "judges": RUBRIC}
    run = build(config(server.url, selection={"target_pairs": 1000}, **more), tmp_path / "run")
    said = capsys.readouterr().err
    assert "not the 1,000 of target_pairs" in said
    assert "max_per_prompt" in said
    assert server.stats()["calls"] == PROMPTS * 4 * 2
    assert len(triplets(run)) > PROMPTS


def test_a_target_within_a_budget_gives_what_there_is_and_goes_on_with_more(serve, config, tmp_path, capsys):
    server = serve()
    more = {"candidates": {**TWO, "max_per_prompt": 8}, "judges": RUBRIC}
    first = PROMPTS * 2 * 2 * 15  # tokens of the first attempt
    path = config(server.url, selection={"target_pairs": 50}, budget={"max_tokens": first + 1700}, **more)
    run = build(path, tmp_path / "run")
    few = len(triplets(run))
    assert 0 < few < 50
    assert "the budget is spent" in capsys.readouterr().err
    path = config(server.url, selection={"target_pairs": 50}, budget={"max_tokens": 100_000}, **more)
    assert len(triplets(build(path, tmp_path / "run"))) == 50
