"""From calls to batches, and from batches back to the calls that wait for them.

A batch is written down before it is made. If its making is in doubt (the process died, the connection was cut)
it is looked for among the account's batches, and adopted; only if it is not there its calls are sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from prefdata.calls.batches import Batch, Batches, Found, Name
from prefdata.calls.request import Answer, CallError, Request, StopError, TerminalError
from prefdata.providers.batch.lines import FeatureError, Outcome, id_of, line_of, outcome_of
from prefdata.providers.batch.remote import Remote
from prefdata.providers.openai import body_of, refused

BYTES = 100_000_000  # of lines a batch; OpenAI takes 200 MB


class End(NamedTuple):
    """How the calls of a batch ended; those without an outcome of their own have `rest`. `file` is done with."""

    outcomes: Mapping[Name, Outcome]
    rest: Exception
    file: str | None = None


@dataclass
class Gathering:
    """The lines of calls that come together, until they are sent."""

    lines: dict[Name, bytes] = field(default_factory=dict)
    size: int = 0
    touched: float = 0.0
    full: asyncio.Event = field(default_factory=asyncio.Event)


class BatchProvider:
    """Calls of one model become a batch when none has come for `settle` seconds, or when there are `most`.

    poll, grace, patience: see `Remote`.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        memory: Batches,
        *,
        most: int = 50_000,
        settle: float = 1.0,
        poll: tuple[float, float] = (1.0, 60.0),
        grace: float = 30.0,
        patience: float = 1800.0,
    ) -> None:
        self.memory, self.most, self.settle = memory, most, settle
        self.remote = Remote(base_url, api_key, poll, grace, patience)
        self.base_url = self.remote.base_url
        self._gatherings: dict[str, Gathering] = {}  # by model
        self._waiting: dict[Name, list[asyncio.Future[Outcome]]] = {}
        self._followed: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ready(self, request: Request) -> None:
        """Nothing is waited for beforehand."""

    async def call(self, request: Request) -> Answer:
        name = (request.key, request.max_tokens)
        found = self.memory.find(self.base_url, name)
        if found is not None and found.line is not None:
            outcome = outcome_of(found.line, self.base_url)
        else:
            outcome = await self._wait(name, request, found)
        if isinstance(outcome, Exception):
            raise outcome.with_traceback(None)  # one error serves many calls
        return outcome

    async def _wait(self, name: Name, request: Request, found: Found | None) -> Outcome:
        """Wait for the batch that carries a call, or will carry it."""
        if name not in self._waiting:
            if found is None:
                self._gather(name, request)
            else:
                self._follow(found.batch)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(future)
        return await future

    async def close(self) -> None:
        """Stop looking at once; batches that have been made go on and stay remembered."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._deliver(list(self._waiting), End({}, StopError("closed", "the provider was closed")))
        self.memory.tidy()
        await self.remote.close()

    # --- from calls to a batch -------------------------------------------------------------------

    def _gather(self, name: Name, request: Request) -> None:
        """Put a call into the batch that is being gathered for its model."""
        line = line_of(name, self._body(request))
        gathering = self._gatherings.get(request.model)
        if gathering is not None and gathering.size + len(line) > BYTES:
            self._gatherings.pop(request.model).full.set()
            gathering = None
        if gathering is None:
            gathering = self._gatherings[request.model] = Gathering()
            self._start(self._send(request.model, gathering))
        gathering.lines[name] = line
        gathering.size += len(line)
        gathering.touched = asyncio.get_running_loop().time()
        if len(gathering.lines) >= self.most:
            self._gatherings.pop(request.model).full.set()

    def _body(self, request: Request) -> dict[str, Any]:
        return body_of(request, refused(request, self.memory.ledger, self.base_url))

    async def _send(self, model: str, gathering: Gathering) -> None:
        """A batch of our own, from its first call to its last outcome."""
        loop = asyncio.get_running_loop()
        while not gathering.full.is_set() and (left := gathering.touched + self.settle - loop.time()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(gathering.full.wait(), left)
        if self._gatherings.get(model) is gathering:
            del self._gatherings[model]
        lines = {name: line for name, line in gathering.lines.items() if not self._given_up(name)}
        gathering.lines.clear()
        if lines:
            await self._conclude(list(lines), self._new(model, lines))

    def _given_up(self, name: Name) -> bool:
        """Whether a call was cancelled before it was sent; then it is forgotten."""
        if all(future.done() for future in self._waiting.get(name, ())):
            self._waiting.pop(name, None)
            return True
        return False

    async def _new(self, model: str, lines: dict[Name, bytes]) -> End:
        names = list(lines)
        file = await self.remote.upload(b"".join(lines.values()))
        lines.clear()  # a batch can take a day
        batch = Batch(uuid.uuid4().hex, self.base_url, self.remote.account, model, file, time.time())
        self.memory.tidy()
        self.memory.intend(batch, names)
        return await self._end(batch, names, await self.remote.create(batch))

    # --- from a batch to its calls ---------------------------------------------------------------

    def _follow(self, token: str) -> None:
        """Wait for a batch of an earlier life, once."""
        if token not in self._followed:
            self._followed.add(token)
            names = self.memory.names(token)
            self._start(self._conclude(names, self._remembered(self.memory.batch(token), names)))

    async def _remembered(self, batch: Batch, names: list[Name]) -> End:
        try:
            return await self._end(batch, names, batch.id or await self.remote.search(batch))
        finally:
            self._followed.discard(batch.token)

    async def _end(self, batch: Batch, names: list[Name], made: str | CallError) -> End:
        """Wait for a batch, and commit what is read of it."""
        if isinstance(made, CallError):
            self.memory.keep(batch.token, {})
            return End({}, made, batch.file)
        self.memory.made(batch.token, made)
        found, rest = await self.remote.results(batch, made, [id_of(name) for name in names])
        lines = {name: found[id_of(name)] for name in names if id_of(name) in found}
        outcomes = {name: outcome_of(line, self.base_url) for name, line in lines.items()}
        for outcome in outcomes.values():
            if isinstance(outcome, FeatureError):
                self.memory.ledger.note_refusal(self.base_url, batch.model, outcome.feature)
        final = [name for name, outcome in outcomes.items() if isinstance(outcome, Answer | TerminalError)]
        self.memory.keep(batch.token, {name: lines[name] for name in final})
        return End(outcomes, rest, batch.file)

    async def _conclude(self, names: Sequence[Name], life: Awaitable[End]) -> None:
        """Give each call its outcome. After an error the batch, if it was made, stays remembered."""
        try:
            end = await life
        except Exception as error:
            end = End({}, error)
        # No await between the commit and this: a call that came in between would be sent again.
        self._deliver(names, end)
        if end.file is not None:
            await self.remote.remove(end.file)

    def _deliver(self, names: Iterable[Name], end: End) -> None:
        for name in names:
            for future in self._waiting.pop(name, ()):
                if not future.done():
                    future.set_result(end.outcomes.get(name, end.rest))

    def _start(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(life)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
