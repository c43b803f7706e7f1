"""Lives of a process that asks in batches: each an engine of its own on a ledger file that all of them share."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from prefdata.calls.batches import Batches
from prefdata.calls.engine import Endpoint, Engine
from prefdata.calls.ledger import Ledger, connect
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import Answer, CallError, Request
from prefdata.providers.batch import BatchProvider

from .batch_server import BatchServer

QUICK = {"settle": 0.05, "poll": (0.01, 0.1), "grace": 0.2, "patience": 0.5}
TEXTS = [f"Question {n}?" for n in range(100)]
ANSWERS = [f"An answer to: {text}" for text in TEXTS]


def request(text: str, **more: Any) -> Request:
    return Request("m", "r1", [{"role": "user", "content": text}], {"temperature": 0.5}, max_tokens=64, **more)


class Life:
    """One life of a process: an engine on a ledger file with a provider of batches."""

    def __init__(self, url: str, ledger: Path, key: str = "right", tries: int = 5, **settings: Any) -> None:
        self.connection = connect(ledger)
        self.engine = Engine(Ledger(self.connection))
        self.memory = Batches(self.connection)
        self.provider = BatchProvider(f"{url}/v1", key, self.memory, **{**QUICK, **settings})
        self.endpoint = Endpoint(self.provider, Limiter(10_000), timeout=60, tries=tries, longest_pause=0.02)

    async def __aenter__(self) -> Life:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.close()
        await self.provider.close()
        self.connection.close()

    def call(self, asked: Request) -> asyncio.Task[Answer]:
        return asyncio.get_running_loop().create_task(self.engine.call(self.endpoint, asked))

    async def ask(self, *asked: Request) -> list[Answer | BaseException]:
        return await asyncio.gather(*(self.engine.call(self.endpoint, one) for one in asked), return_exceptions=True)


def ask(url: str, ledger: Path, texts: list[str], **settings: Any) -> list[str]:
    """What each text gets in a life of its own: the answer's text, or the reason why there is none."""

    async def live() -> list[str]:
        async with Life(url, ledger, **settings) as life:
            return [said(one) for one in await life.ask(*map(request, texts))]

    return asyncio.run(live())


def said(outcome: Answer | BaseException) -> str:
    if isinstance(outcome, Answer):
        return outcome.text
    assert isinstance(outcome, CallError), repr(outcome)
    return str(outcome)


def remembered(ledger: Path) -> tuple[int, int]:
    """Batches and calls in memory."""
    with contextlib.closing(connect(ledger)) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("batches", "batch_requests")
        ]
    return counts[0], counts[1]


def leave(server: BatchServer, ledger: Path) -> None:
    """Ask, and close when the batch is under way."""
    server.latency = 30

    async def live() -> None:
        async with Life(server.url, ledger) as life:
            life.call(request("one"))
            while not server.asked["GET /batches"]:
                await asyncio.sleep(0.01)

    asyncio.run(live())
