"""A provider whose errors never tell the key: some endpoints repeat in their message what they were sent."""

from __future__ import annotations

from prefdata.calls.engine import Provider
from prefdata.calls.request import Answer, CallError, Request


class Discreet:
    """`provider`, with `key` cut out of what it says went wrong."""

    def __init__(self, provider: Provider, key: str) -> None:
        self.provider, self.key = provider, key

    async def ready(self, request: Request) -> None:
        await self.provider.ready(request)

    async def call(self, request: Request) -> Answer:
        try:
            return await self.provider.call(request)
        except CallError as error:
            error.detail = error.detail.replace(self.key, "[key]")
            raise

    async def close(self) -> None:
        await self.provider.close()
