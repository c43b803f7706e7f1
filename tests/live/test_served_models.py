"""Live builds through `transformers serve`: real models behind a real server, over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from prefdata.calls.ledger import Ledger
from prefdata.calls.request import Answer, Request, TerminalError
from prefdata.cli import main
from prefdata.providers.openai import OpenAIProvider
from prefdata.shards import RunDir

from ..conftest import drops, triplets, write_jsonl
from . import tiny_models

PATIENCE = 60  # seconds a server may take to start


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> tiny_models.Tiny:
    return tiny_models.made(tmp_path_factory)


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """A server that loads whatever folder a request names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path_factory.mktemp("hub"))}
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--host", "127.0.0.1", "--port", port]
    with open(tmp_path_factory.mktemp("server") / "log", "w+", encoding="utf-8") as log:
        server = subprocess.Popen(command, env={**os.environ, **offline}, stdout=log, stderr=subprocess.STDOUT)
        try:
            await_health(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            server.wait()


def await_health(address: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server does not start")


def build(folder: Path, url: str, prompts: list[dict], policy: Path, judge: Path, **more) -> RunDir:
    """Four candidates a prompt by one model, scored and compared by another."""
    write_jsonl(folder / "prompts.jsonl", prompts)
    served = {"base_url": url, "revision": "r1", "concurrency": 4}
    judges = {**served, "model": str(judge), "images": "none", "max_tokens": 40}
    scored = {"dimensions": ["accuracy", "fluency"], "kind": "pointwise"}
    settings = {
        "prompts": {"path": "prompts.jsonl"},
        "policies": [{"name": "policy", "model": str(policy), **served, **more}],
        "candidates": {"per_prompt": 4, "temperatures": [0.7, 1.0], "max_tokens": 20},
        "judges": [{"name": "rubric", **judges, **scored}, {"name": "duel", "kind": "pairwise", **judges}],
        "ledger": "ledger.sqlite",
    }
    (folder / "build.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert main(["build", str(folder / "build.yaml"), "--run-dir", str(folder / "run")]) == 0
    return RunDir(folder / "run")


def made(run: RunDir, kind: str) -> list[dict]:
    """The candidates, ratings or votes that were generated."""
    return [
        row for path in run.path.glob(f".work/generate-*/{kind}-*.parquet") for row in pq.read_table(path).to_pylist()
    ]


def answered(folder: Path) -> list[tuple[str, int, int]]:
    """(text, prompt tokens, completion tokens) of every answer in the ledger."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT body, prompt_tokens, completion_tokens FROM results WHERE state = 'answered'")
        return [(json.loads(body)["text"], *tokens) for body, *tokens in rows]


def asked(url: str, request: Request) -> Answer:
    """One call, without a build around it."""

    async def call() -> Answer:
        with closing(sqlite3.connect(":memory:")) as connection:
            provider = OpenAIProvider(url, "none", 1, Ledger(connection))
            try:
                return await provider.call(request)
            finally:
                await provider.close()

    return asyncio.run(call())


def test_text_models_write_score_and_compare(url, models, tmp_path):
    prompts = [{"prompt_id": f"p{n}", "messages": [{"role": "user", "content": f"What is it {n}?"}]} for n in range(6)]
    run = build(tmp_path, url, prompts, models.text, models.judge)
    texts = {(row["prompt_id"], row["candidate_id"]): row["text"] for row in made(run, "candidate")}
    doubles = [drop for drop in drops(run) if drop["reason"] == "duplicate_text"]
    assert len(texts) + len(doubles) == 24
    assert len(set(texts.values())) > 5

    ratings, votes = made(run, "rating"), made(run, "vote")
    assert len(ratings) == 2 * len(texts)
    digits = [texts[r["prompt_id"], r["candidate_id"]][-3 if r["dimension"] == "accuracy" else -2] for r in ratings]
    agreed = sum(str(int(rating["score"])) == digit for rating, digit in zip(ratings, digits, strict=True))
    assert agreed > 0.8 * len(ratings)
    assert Counter(vote["order"] for vote in votes) == {"ab": 6, "ba": 6}
    assert {vote["winner"] for vote in votes} != {"tie"}

    tokens = answered(tmp_path)
    assert sum(text in texts.values() for text, *_ in tokens) == 24
    assert all(prompt > 3 and 0 < completion <= 40 for _, prompt, completion in tokens)
    assert [drop for drop in drops(run) if drop["stage"] == "generate"] == doubles
    assert triplets(run)


def test_a_vision_model_gets_the_image(url, models, tmp_path):
    colours = ("red", "blue", "green")
    for name in colours:
        tiny_models.colour(name).save(tmp_path / f"{name}.png")
    question = [{"role": "user", "content": "What is it 3?"}]
    prompts = [{"prompt_id": name, "messages": question, "image": f"{name}.png"} for name in colours]
    run = build(tmp_path, url, prompts, models.vision, models.judge)
    candidates = made(run, "candidate")
    doubles = [drop for drop in drops(run) if drop["reason"] == "duplicate_text"]
    assert Counter([row["prompt_id"] for row in [*candidates, *doubles]]) == dict.fromkeys(colours, 4)
    right = sum(row["text"].startswith(f"It is {row['prompt_id']}") for row in candidates)
    assert right > 0.8 * len(candidates)  # they are samples
    assert len(made(run, "rating")) == 2 * len(candidates)
    assert {len(row["images"]) for row in triplets(run)} == {1}


def test_what_the_server_does_not_enforce_it_takes_and_what_it_does_not_know_it_refuses(url, models):
    messages = [{"role": "user", "content": "What is it 3?"}]
    taken = {"temperature": 1.0, "top_p": 0.9, "seed": 1, "logprobs": True}
    answer = asked(url, Request(str(models.text), "r1", messages, taken, 20, schema={"type": "object"}))
    assert answer.text.startswith("The answer is")
    assert answer.logp is None
    with pytest.raises(TerminalError, match="422"):
        asked(url, Request(str(models.text), "r1", messages, {"temperature": 1.0, "top_k": 5}, 20))
