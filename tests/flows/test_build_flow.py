"""The flow runs the same steps as the CLI under a real Prefect server, and gives equal bytes."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from prefdata.cli import main
from prefdata.shards import RunDir

from ..conftest import SAMPLE, bytes_of, write_jsonl

pytest.importorskip("prefect")

SEEN = """
import asyncio, json
from prefect.client.orchestration import get_client
async def seen():
    async with get_client() as client:
        tasks = await client.read_task_runs()
        artifacts = await client.read_artifacts()
        print(json.dumps({"tasks": [[t.name, t.state_name] for t in tasks], "artifacts": [a.key for a in artifacts]}))
asyncio.run(seen())
"""


@pytest.fixture(scope="module")
def prefect(tmp_path_factory):
    """The environment of a Prefect server of the tests' own, started for real."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with open(Path(environment["PREFECT_HOME"]) / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    _until(lambda: urllib.request.urlopen(f"{environment['PREFECT_API_URL']}/health", timeout=2).status == 200)
    yield environment
    server.terminate()
    server.wait()


def _until(ready: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something is so; connection errors mean not yet."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if ready():
                return
        assert time.monotonic() < end, "timed out"
        time.sleep(0.2)


def sample_config(folder: Path) -> Path:
    path = folder / "build.yaml"
    settings = {"inputs": [{"path": str(SAMPLE)}], "run": {"shards": 3}}
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def run_flow(path: Path, run: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "flows", "build", str(path), "--run-dir", str(run)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def test_the_flow_equals_the_command_and_shows_a_task_a_shard(tmp_path, prefect):
    path = sample_config(tmp_path)
    assert main(["build", str(path), "--run-dir", str(tmp_path / "cli")]) == 0
    done = run_flow(path, tmp_path / "flow", prefect)
    assert done.returncode == 0, done.stderr
    assert bytes_of(RunDir(tmp_path / "flow")) == bytes_of(RunDir(tmp_path / "cli"))

    facts = _seen(prefect)
    assert {state for _, state in facts["tasks"]} == {"Completed"}
    assert sorted(name for name, _ in facts["tasks"] if name.startswith("label")) == [f"label-000{n}" for n in range(3)]
    assert {"prefdata-drops", "prefdata-card", "prefdata-report", "prefdata-dataset"} <= set(facts["artifacts"])


def _seen(environment: dict[str, str]) -> dict:
    seen = subprocess.run([sys.executable, "-c", SEEN], env=environment, capture_output=True, text=True, timeout=120)
    return json.loads(seen.stdout.splitlines()[-1])


def test_bad_input_fails_the_flow_once_and_says_where(tmp_path, prefect):
    write_jsonl(tmp_path / "votes.jsonl", [{"prompt_id": "p", "a": "x", "b": "x", "winner": "a", "judge": "j"}])
    path = tmp_path / "build.yaml"
    path.write_text(yaml.safe_dump({"inputs": [{"path": "votes.jsonl"}]}), encoding="utf-8")
    done = run_flow(path, tmp_path / "run", prefect)
    assert done.returncode == 2
    assert "votes.jsonl, line 1" in done.stderr
    assert "retry" not in done.stderr.lower()
    assert not RunDir(tmp_path / "run").manifest.exists()


def test_a_live_flow_shows_a_task_a_shard_and_equals_the_command(tmp_path, prefect, serve, live_config):
    server = serve()
    path = live_config(server.url, prompts=40, run={"shards": 20})
    environment = {**prefect, "PREFDATA_TEST_KEY": "right-and-secret"}
    before = sum(name.startswith("generate") for name, _ in _seen(prefect)["tasks"])
    done = run_flow(path, tmp_path / "flow", environment)
    assert done.returncode == 0, done.stderr
    calls = server.stats()["calls"]
    assert server.stats()["most_active"] <= 8
    names = [name for name, _ in _seen(prefect)["tasks"]]
    assert sum(name.startswith("generate") for name in names) - before == 20
    assert main(["build", str(path), "--run-dir", str(tmp_path / "cli")]) == 0
    assert server.stats()["calls"] == calls  # the ledger is shared
    assert bytes_of(RunDir(tmp_path / "flow")) == bytes_of(RunDir(tmp_path / "cli"))


def test_a_killed_flow_goes_on_and_repays_only_calls_in_flight(tmp_path, prefect, serve, live_config):
    server = serve(latency=0.1)
    path = live_config(server.url, prompts=40, run={"shards": 20})
    environment = {**prefect, "PREFDATA_TEST_KEY": "right-and-secret"}
    command = [sys.executable, "-m", "flows", "build", str(path), "--run-dir", str(tmp_path / "flow")]
    flow = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _until(lambda: server.stats()["calls"] > 100)
    flow.kill()
    flow.wait()
    done = run_flow(path, tmp_path / "flow", environment)
    assert done.returncode == 0, done.stderr
    assert server.stats()["calls"] <= 40 * 8 + 8
    assert main(["build", str(path), "--run-dir", str(tmp_path / "cli")]) == 0
    assert bytes_of(RunDir(tmp_path / "flow")) == bytes_of(RunDir(tmp_path / "cli"))
    for record in Path(prefect["PREFECT_HOME"]).rglob("*"):
        assert not record.is_file() or b"right-and-secret" not in record.read_bytes(), record


def test_shards_side_by_side_share_the_limits_of_an_endpoint(tmp_path, prefect, serve, live_config):
    server = serve(latency=0.1)
    path = live_config(server.url, prompts=40, run={"shards": 20})
    started = time.monotonic()
    done = run_flow(path, tmp_path / "flow", {**prefect, "PREFDATA_TEST_KEY": "right-and-secret"})
    assert done.returncode == 0, done.stderr
    assert server.stats()["most_active"] == 8, "the endpoint is used as far as it may be, over the ends of shards"
    assert time.monotonic() - started < 60
