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

    def start(latency: float = 0.02, faults: float = 0.0, seed: int = 0) -> Served:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, str(Path(__file__).parent / "server.py"), *map(str, (port, latency, faults, seed))]
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


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("PREFDATA_TEST_KEY", "right-and-secret")


@pytest.fixture
def config(tmp_path) -> Callable[..., Path]:
    """A config for a server: config(url, prompts=20, candidates={...}, …)."""

    def make(url: str, prompts: int = 20, poison: bool = False, **more) -> Path:
        rows = [
            {"prompt_id": f"p{n:03}", "messages": [{"role": "user", "content": f"Question {n}?"}]}
            for n in range(prompts)
        ]
        if poison:
            rows[3]["messages"][0]["content"] = "POISON?"
        write_jsonl(tmp_path / "prompts.jsonl", rows)
        served = {"base_url": f"{url}/v1", "model": "m", "api_key_env": "PREFDATA_TEST_KEY", "concurrency": 8}
        settings = {
            "prompts": {"path": "prompts.jsonl"},
            "policies": [{"name": "policy", "revision": "r1", **served}],
            "candidates": {"per_prompt": 3, "temperatures": [0.3, 0.7, 1.0], "max_tokens": 64},
            "judges": [
                {
                    "name": "rubric",
                    "kind": "pointwise",
                    "revision": "r1",
                    "dimensions": ["accuracy", "fluency"],
                    **served,
                },
                {"name": "duel", "kind": "pairwise", "revision": "r1", **served},
            ],
        }
        path = tmp_path / "build.yaml"
        path.write_text(yaml.safe_dump({**settings, **more}), encoding="utf-8")
        return path

    return make
