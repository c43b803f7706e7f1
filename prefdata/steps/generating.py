"""generate: the prompts of a shard → candidates, ratings and votes of live models, as records.

The shards of a wave are worked on together under one engine, so that the end of one is no barrier
for the next; each is written as soon as its own prompts are done.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from prefdata.calls.budget import Budget
from prefdata.calls.engine import Endpoint, Engine
from prefdata.calls.ledger import Ledger, connect
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import Answer, Request, StopError
from prefdata.calls.scheduler import run_all
from prefdata.config import Config, secret
from prefdata.errors import PrefdataError
from prefdata.evidence import gather
from prefdata.generation import Generation, Outcome, Prompt
from prefdata.images import trouble
from prefdata.models import Model
from prefdata.plan import Job, Step
from prefdata.records import Kind
from prefdata.shards import Manifest, drop_table, write_table
from prefdata.sources.imports.intake import record_table
from prefdata.steps.labelling import imported_chunks

FIELDS: dict[Kind, str] = {"candidate": "candidates", "rating": "ratings", "vote": "votes"}
# Steps that run side by side in one process would each have their own limiter: one at a time.
ALONE = threading.Lock()
AHEAD = 2  # prompts in progress for every call that may be in flight


def run(job: Job, step: Step) -> Manifest:
    with ALONE:
        (manifest,) = run_wave(job, [step])
    return manifest


def run_wave(job: Job, steps: list[Step], done: Callable[[Step], None] = lambda step: None) -> list[Manifest]:
    """Generate for several shards at once. Raises PrefdataError when no more calls can be made."""
    try:
        return asyncio.run(_run_wave(job, steps, done))
    except StopError as error:
        raise PrefdataError(
            f"{error}. To mend it: see to it, and run the same command again; nothing is paid for twice."
        ) from None


async def _run_wave(job: Job, steps: list[Step], done: Callable[[Step], None]) -> list[Manifest]:
    models = Models(job.config)
    work = Generation(job.config, models.call).work
    open_steps = {step.part: _Shard(step) for step in steps}
    manifests = []
    try:
        async for (shard, _), outcome in run_all(_prompts(job, open_steps), lambda item: work(item[1]), models.window):
            open_steps[shard].outcomes.append(outcome)
            manifests += [_close(job, shard, done) for shard in _complete(open_steps)]
        manifests += [_close(job, shard, done) for shard in _complete(open_steps)]  # shards without any prompt
    finally:
        await models.close()
    return manifests


class _Shard:
    """A shard in progress: how many prompts it has, once that is known, and what became of them."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.prompts: int | None = None
        self.outcomes: list[Outcome] = []


def _prompts(job: Job, shards: dict[int, _Shard]) -> Iterator[tuple[int, Prompt]]:
    """The prompts of all shards, one shard after the other, each read when its turn comes."""
    for part, shard in list(shards.items()):
        records = gather(imported_chunks(job, part))
        given: dict[str, dict[str, str]] = {}
        for row in records.candidate.select(["prompt_id", "candidate_id", "text"]).to_pylist():
            given.setdefault(row["prompt_id"], {})[row["candidate_id"]] = row["text"]
        found = {row["prompt_id"]: row for row in records.prompt.to_pylist()[::-1]}  # of doubles the first
        shard.prompts = len(found)
        for name in sorted(found):
            yield part, Prompt(name, found[name]["messages"], _images(job, found[name]), given.get(name, {}))


def _images(job: Job, row: dict[str, Any]) -> dict[str, Path]:
    """A prompt's readable images by address; the others are named when the pairs are selected."""
    folder = job.image_folders[row["file"]]
    paths = [folder / name for name in row["images"] or [] if trouble(folder, name) is None]
    return {f"sha256:{job.run.digest(path)}": path for path in paths}


def _complete(shards: dict[int, _Shard]) -> list[_Shard]:
    """Shards whose prompts are all done, taken out."""
    ready = [part for part, shard in shards.items() if shard.prompts == len(shard.outcomes)]
    return [shards.pop(part) for part in ready]


def _close(job: Job, shard: _Shard, done: Callable[[Step], None]) -> Manifest:
    """Write the records of a finished shard, sorted, then its manifest."""
    step, outcomes = shard.step, sorted(shard.outcomes, key=lambda outcome: outcome.prompt_id)
    outputs = []
    for kind, field in FIELDS.items():
        rows = [record for outcome in outcomes for record in sorted(getattr(outcome, field), key=str)]
        if rows:
            outputs.append(job.run.step(step.name) / f"{kind}-{step.part:04d}.parquet")
            write_table(outputs[-1], _table(kind, rows))
    drops = sorted((drop for outcome in outcomes for drop in outcome.drops), key=str)
    rows_in_out = (sum(outcome.begun for outcome in outcomes), sum(outcome.done for outcome in outcomes))
    manifest = job.run.finish(step.name, step.key, rows_in_out, drop_table(drops), outputs, {})
    done(step)
    return manifest


def _table(kind: Kind, rows: list[dict[str, Any]]) -> pa.Table:
    return record_table(kind, [{**row, "line": n} for n, row in enumerate(rows, start=1)], "generated")


class Models:
    """The endpoints of a config under one engine. Endpoints of one base_url share a limiter."""

    def __init__(self, config: Config) -> None:
        from prefdata.providers.openai import OpenAIProvider

        models: list[Model] = [*config.policies, *config.judges]
        most = {url: max(m.concurrency for m in models if m.base_url == url) for url in {m.base_url for m in models}}
        limiters = {url: Limiter(limit) for url, limit in most.items()}
        self.connection = connect(Path(config.ledger))
        budget = Budget(config.budget.max_cost_usd, config.budget.max_tokens)
        self.engine = Engine(Ledger(self.connection), budget, config.seed)
        self.endpoints = {
            m: Endpoint(OpenAIProvider(m.base_url, secret(m), m.concurrency), limiters[m.base_url], m.price, m.timeout)
            for m in models
        }
        self.window = AHEAD * sum(most.values())

    async def call(self, model: Model, request: Request) -> Answer:
        return await self.engine.call(self.endpoints[model], request)

    async def close(self) -> None:
        await self.engine.close()
        for endpoint in self.endpoints.values():
            await endpoint.provider.close()
        self.connection.close()
