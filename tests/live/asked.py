"""Texts whose claims a model is asked about, with the engine, the ledger and the provider of a run."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from prefdata.calls.engine import Counts, Endpoint, Engine
from prefdata.calls.ledger import Ledger
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import Answer, Request
from prefdata.claims.claim import Claim
from prefdata.claims.verifiers import vqa
from prefdata.claims.verifying import Asked
from prefdata.keys import file_key
from prefdata.models import Model, VerifierConfig
from prefdata.providers.local import LocalProvider
from prefdata.providers.openai import OpenAIProvider
from prefdata.questions import Prompt

from .conftest import Served


class Asking(NamedTuple):
    request: Request
    answer: Answer

    @property
    def text(self) -> str:
        return self.request.messages[0]["content"][-1]["text"]


class Run(NamedTuple):
    """What was said of each text, in the order of its claims; what the engine did; and every call of a verifier."""

    evidence: list[list[dict]]
    counts: Counts
    calls: list[Asking]


def verified(model: Model, asked: Sequence[Asked], sure: float = 0.8) -> Run:
    """One text after the other, by a verifier of its own each; engine, ledger and provider are those of a run."""
    calls: list[Asking] = []

    async def verifying() -> Run:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            ledger = Ledger(connection)
            engine, provider = Engine(ledger), reached(model, ledger)
            endpoint = Endpoint(provider, Limiter(16), timeout=60)

            async def call(_, request) -> Answer:
                calls.append(Asking(request, await engine.call(endpoint, request)))
                return calls[-1].answer

            try:
                said = [await one(each, VerifierConfig("asked", "vqa", model=model, sure=sure), call) for each in asked]
                return Run(said, engine.counts, calls)
            finally:
                await engine.close()
                await provider.close()

    return asyncio.run(verifying())


def reached(model: Model, ledger: Ledger) -> LocalProvider | OpenAIProvider:
    if model.provider == "local":
        return LocalProvider(model.base_url, 64)
    return OpenAIProvider(model.base_url, "right", 16, ledger)


async def one(asked: Asked, config: VerifierConfig, call) -> list[dict]:
    verifier = vqa.make(config, call)
    try:
        evidence = await verifier.verify(asked)
    finally:
        await verifier.close()
    return [evidence[each["claim_id"]] for each in asked.claims]


def local(folder: Path, **more) -> Model:
    return Model("local", str(folder), "r1", str(folder), provider="local", **more)


def about(path: Path, image: Image.Image, claims: Sequence[Claim], boxes: dict | None = None) -> Asked:
    image.save(path)
    prompt = Prompt("p", [{"role": "user", "content": "Describe it."}], images={f"sha256:{file_key(path)}": path})
    return Asked(prompt, "", claims, boxes or {})


def fake(server: Served, **more) -> Model:
    return Model("fake", "m", "r1", f"{server.url}/v1", **more)
