"""The models of a config made callable: providers with their limits under one engine, ledger and budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from prefdata.calls.budget import Budget
from prefdata.calls.engine import Endpoint, Engine, Provider
from prefdata.calls.ledger import Ledger, connect
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import Answer, Request
from prefdata.config import Config, secret
from prefdata.models import Model
from prefdata.providers.discreet import Discreet

AHEAD = 2  # prompts in progress for every call that may be in flight


@dataclass
class _Shared:
    """What models of one place share."""

    limiter: Limiter
    providers: dict[tuple[str | None, ...], Provider] = field(default_factory=dict)


class Endpoints:
    """Make it where the event loop runs. `account`: the run on which spending is booked."""

    def __init__(self, config: Config, account: str) -> None:
        self.connection = connect(Path(config.ledger))
        self.ledger = Ledger(self.connection, account)
        spent = self.ledger.spent()
        limits = config.budget
        budget = Budget(limits.max_cost_usd, limits.max_tokens, spent.cost, spent.tokens)
        self.engine = Engine(self.ledger, budget, config.seed)
        most = {place: _most(config, place) for place in {model.place for model in config.asked}}
        self._places = {place: _Shared(Limiter(limit)) for place, limit in most.items()}
        self._endpoints = {model: self._endpoint(model, most[model.place]) for model in config.asked}
        self.window = max(1, AHEAD * sum(most.values()))

    async def call(self, model: Model, request: Request) -> Answer:
        return await self.engine.call(self._endpoints[model], request)

    async def close(self) -> None:
        await self.engine.close()
        for shared in self._places.values():
            for provider in shared.providers.values():
                await provider.close()
        self.connection.close()

    def _endpoint(self, model: Model, most: int) -> Endpoint:
        weights = model.revision if model.provider == "local" else None
        shared, name = self._places[model.place], (model.provider, model.api_key_env, weights)
        if name not in shared.providers:
            provider = self._provider(model, most)
            shared.providers[name] = (
                Discreet(provider, secret(model)) if model.api_key_env and secret(model) else provider
            )
        lasting = model.provider == "batch"
        return Endpoint(shared.providers[name], shared.limiter, model.price, model.timeout, lasting=lasting)

    def _provider(self, model: Model, most: int) -> Provider:
        """The way to a model. What a way needs is imported when it is gone."""
        if model.provider == "local":
            from prefdata.providers.local import LocalProvider

            return LocalProvider(model.base_url, most, model.revision)
        if model.provider == "batch":
            from prefdata.calls.batches import Batches
            from prefdata.providers.batch import BatchProvider

            return BatchProvider(model.base_url, secret(model), Batches(self.connection))
        from prefdata.providers.openai import OpenAIProvider

        return OpenAIProvider(model.base_url, secret(model), most, self.ledger)


def _most(config: Config, place: str) -> int:
    return max(model.concurrency for model in config.asked if model.place == place)
