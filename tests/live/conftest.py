"""A served model and configs that use it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from ..conftest import write_jsonl
from .batch_server import BatchServer

ASKED = ("pointwise", "pairwise", "ranking")  # judges that are models


@dataclass
class Served:
    url: str
    process: subprocess.Popen

    def stats(self) -> dict:
        return json.load(urllib.request.urlopen(f"{self.url}/stats", timeout=5))


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start a server: serve(latency=.05, faults=0)."""
    started: list[Served] = []

    def start(latency: float = 0.02, faults: float = 0.0, seed: int = 0, plain: bool = False) -> Served:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, str(Path(__file__).parent / "server.py"), *map(str, (port, latency, faults, seed))]
        command += ["plain"] if plain else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        started.append(Served(f"http://127.0.0.1:{port}", process))
        return started[-1]

    yield start
    for server in started:
        server.process.terminate()
        server.process.wait()
        server.process.stdout.close()  # type: ignore[union-attr]


@pytest.fixture
def server() -> Iterator[BatchServer]:
    """A server that takes batches."""
    with BatchServer() as started:
        yield started


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where a ledger will lie."""
    return tmp_path / "ledger.sqlite"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("PREFDATA_TEST_KEY", "right-and-secret")


@pytest.fixture
def config(tmp_path) -> Callable[..., Path]:
    """A config for a server: config(url, prompts=20, candidates={...}, …)."""

    def make(url: str, prompts: int = 20, poison: bool = False, about: dict | None = None, **more) -> Path:
        rows: list[dict] = [
            {"prompt_id": f"p{n:03}", "messages": [{"role": "user", "content": f"Question {n}?"}], **(about or {})}
            for n in range(prompts)
        ]
        if poison:
            rows[3]["messages"][0]["content"] = "POISON?"
        write_jsonl(tmp_path / "prompts.jsonl", rows)
        served = {
            "revision": "r1",
            "base_url": f"{url}/v1",
            "model": "m",
            "api_key_env": "PREFDATA_TEST_KEY",
            "concurrency": 8,
        }
        policy, rubric = {"name": "policy"}, {"name": "rubric", "kind": "pointwise"}
        judges = [{**rubric, "dimensions": ["accuracy", "fluency"]}, {"name": "duel", "kind": "pairwise"}]
        settings = {
            "prompts": {"path": "prompts.jsonl"},
            "candidates": {"per_prompt": 3, "temperatures": [0.3, 0.7, 1.0], "max_tokens": 64},
            **more,
            "policies": [{**served, **entry} for entry in more.get("policies", [policy])],
            "judges": [{**(served if entry["kind"] in ASKED else {}), **entry} for entry in more.get("judges", judges)],
        }
        path = tmp_path / "build.yaml"
        path.write_text(yaml.safe_dump(settings), encoding="utf-8")
        return path

    return make
