"""kill -9 at any moment, the same command again: the data set is that of an undisturbed build."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from prefdata.shards import RunDir

from .conftest import SAMPLE, bytes_of, write_jsonl

MOMENTS = 10


def command(config: Path, run: Path) -> list[str]:
    return [sys.executable, "-m", "prefdata", "build", str(config), "--run-dir", str(run)]


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    """The sample three times over under other instructions, so that a build takes a few seconds in eight shards."""
    folder = tmp_path_factory.mktemp("crash")
    rows = json.loads(SAMPLE.read_text(encoding="utf-8"))
    many = [{**row, "instruction": f"{n}. {row['instruction']}"} for n in range(12) for row in rows]
    write_jsonl(folder / "votes.jsonl", many)
    path = folder / "build.yaml"
    settings = {"inputs": [{"path": "votes.jsonl"}, {"path": str(SAMPLE)}], "run": {"shards": 8}}
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def undisturbed(config) -> tuple[dict[str, bytes], float]:
    """The bytes of a build that nobody killed, and how long it took."""
    start = time.monotonic()
    subprocess.run(command(config, config.parent / "whole"), check=True, capture_output=True)
    return bytes_of(RunDir(config.parent / "whole")), time.monotonic() - start


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_killed_build_ends_with_equal_bytes(config, undisturbed, moment):
    expected, seconds = undisturbed
    run = config.parent / f"killed-{moment}"
    wait = random.Random(moment).uniform(0.25, 0.97) * seconds
    build = subprocess.Popen(command(config, run), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(wait)
    build.send_signal(signal.SIGKILL)
    build.wait()
    subprocess.run(command(config, run), check=True, capture_output=True)
    assert bytes_of(RunDir(run)) == expected


def test_every_step_can_be_the_last_before_the_crash(config, undisturbed):
    """Killed right after each step, by the step itself: none is lost or done twice."""
    expected, _ = undisturbed
    run = config.parent / "step-by-step"
    script = (
        "import os, signal, sys; from prefdata import run, cli\n"
        "step = run.run_step\n"
        "def once(job, s):\n"
        "    step(job, s); print(s.name, flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
        "run.run_step = once\n"
        f"cli.main(['build', {str(config)!r}, '--run-dir', {str(run)!r}])\n"
    )
    done: list[str] = []
    while not done or done[-1] != "publish":
        killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert killed.returncode == -signal.SIGKILL
        done += killed.stdout.split()
    assert len(done) == len(set(done)) == 2 + 8 + 1 + 8 + 1
    assert bytes_of(RunDir(run)) == expected


def test_two_builds_of_one_run_do_not_meet(config, tmp_path):
    run = RunDir(tmp_path / "run")
    with run.locked():
        second = subprocess.run(command(config, run.path), capture_output=True, text=True)
    assert second.returncode == 2
    assert "in use by another build" in second.stderr
    assert "To mend it" in second.stderr


def test_the_lock_of_a_killed_build_holds_nobody_up(config, tmp_path):
    script = (
        "import time; from pathlib import Path; from prefdata.shards import RunDir\n"
        f"with RunDir(Path({str(tmp_path / 'run')!r})).locked(): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    subprocess.run(command(config, tmp_path / "run"), check=True, capture_output=True)
    assert pq.read_table(tmp_path / "run" / "drops.parquet").num_rows
