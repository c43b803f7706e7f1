"""Where live work is done: an event loop in a thread of its own, with the endpoints of one run.

Steps that run side by side in one process (shards as tasks of a flow) share it, and with it the limits of
each endpoint. Ctrl-C once lets the calls in flight end, so that nothing is paid for twice; twice leaves them.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from prefdata.calls.request import StopError
from prefdata.endpoints import Endpoints
from prefdata.errors import PrefdataError
from prefdata.plan import Job
from prefdata.shards import write_json
from prefdata.verification import Verification

Made = TypeVar("Made")
INTERRUPTED = StopError("interrupted")
# What to do about what stops a run.
REMEDIES = {
    "budget_spent": "raise the limit under `budget`",
    "http_401": "check the key: api_key_env names the variable that holds it",
    "http_403": "check the key and what it may do",
    "http_404": "check base_url and model",
    "endpoint_down": "check base_url, and that the server is up",
}
LOOKED_AT = 64  # prompts in progress where images are looked at: two batches of a detector
TICK = 1.0  # seconds between two notes of how far it is


class Live(NamedTuple):
    """How far live work is. calls, tokens and cost are those of the run in all its lives, the rest since it began."""

    prompts: int = 0
    prompts_done: int = 0
    calls: int = 0
    remembered: int = 0
    in_flight: int = 0
    failed: int = 0
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None while there is none."""
        left = self.prompts - self.prompts_done
        return self.seconds * left / self.prompts_done if self.prompts_done else None


Watch = Callable[[Live], None]


class Workshop:
    """Use through `joined`. `expected` and `done` count prompts."""

    def __init__(self, job: Job, watch: Watch) -> None:
        self.job, self.watch = job, watch
        self.expected = self.done = self.users = 0
        self.stopped = ""  # why, if it did not come to its end
        self._is_open = False
        self._began = time.monotonic()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="prefdata-live", daemon=True)
        self._thread.start()
        try:
            self.run(self._open())
        except BaseException:
            self._end()
            raise

    async def _open(self) -> None:
        self.endpoints = Endpoints(self.job.config, str(self.job.run.path.resolve()))
        self._paid_before = self.endpoints.ledger.spent().calls
        self.verification = Verification(self.endpoints.call)
        self.window = max(self.endpoints.window, LOOKED_AT if self.job.config.verifiers else 1)
        self.places = asyncio.Semaphore(self.window)
        self._ticking = asyncio.ensure_future(self._tick())
        self._is_open = True

    def run(self, work: Coroutine[Any, Any, Made]) -> Made:
        """Wait for work done in the loop. Raises PrefdataError when no more calls can be made."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return self._patiently(future)
        except StopError as error:
            self.stopped = str(error)
            if error is INTERRUPTED:
                raise KeyboardInterrupt from None
            remedy = REMEDIES.get(error.reason, "see to it")
            again = "run the same command again; nothing is paid for twice"
            raise PrefdataError(f"{error}. To mend it: {remedy}, and {again}.") from error

    def _patiently(self, future: Any) -> Any:
        try:
            return future.result()
        except KeyboardInterrupt:
            if not self._is_open:
                future.cancel()
                raise
            waiting = self.endpoints.engine.in_flight
            print(f"prefdata: stopping; {waiting} calls are still out (Ctrl-C again leaves them)", file=sys.stderr)
            self.loop.call_soon_threadsafe(self.endpoints.engine.stop, INTERRUPTED)
        try:
            future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise
        raise KeyboardInterrupt  # the work ended just then; what comes after it shall not begin

    def expect(self, prompts: int) -> None:
        """Count prompts that are to come; steps that share the workshop do so at the same time."""
        with _door:
            self.expected += prompts

    def live(self) -> Live:
        engine = self.endpoints.engine
        calls = engine.counts
        return Live(
            self.expected,
            self.done,
            self._paid_before + calls.answered,
            calls.remembered,
            engine.in_flight,
            sum(calls.errors.values()),
            engine.budget.tokens,
            engine.budget.cost,
            time.monotonic() - self._began,
        )

    async def _tick(self) -> None:
        """Tell how far it is, and leave a note for `prefdata status`."""
        while True:
            self._note()
            await asyncio.sleep(TICK)

    def _note(self) -> None:
        live = self.live()
        self.watch(live)
        ledger = str(self.job.config.ledger.resolve())
        facts = {"seconds_left": live.seconds_left, "ledger": ledger, "stopped": self.stopped}
        write_json(self.job.run.progress, {**live._asdict(), **facts})

    def close(self) -> None:
        try:
            self.run(self._close())
        finally:
            self._end()

    async def _close(self) -> None:
        self._ticking.cancel()
        await self.verification.close()
        await self.endpoints.close()
        self._note()

    def _end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


_open: dict[str, Workshop] = {}
_door = threading.Lock()


@contextmanager
def joined(job: Job, watch: Watch = lambda live: None) -> Iterator[Workshop]:
    """The workshop of this run in this process; the first opens it, the last closes it."""
    name = str(job.run.path.resolve())
    with _door:
        if name not in _open:
            _open[name] = Workshop(job, watch)
        shop = _open[name]
        shop.users += 1
    try:
        yield shop
    finally:
        with _door:
            shop.users -= 1
            if not shop.users:
                del _open[name]
                shop.close()
