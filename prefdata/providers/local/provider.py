"""The provider: a thread that holds the model, and the calls that wait for it."""

from __future__ import annotations

import asyncio
import threading

from prefdata.calls.request import Answer, EndpointError, Request
from prefdata.providers.local.model import Loaded
from prefdata.providers.local.rows import Row, drawing_of, fail
from prefdata.providers.local.weights import REMEDY, folder_of


class LocalProvider:
    """`model` is a folder or a name on the model hub; `concurrency` is the largest batch."""

    def __init__(self, model: str, concurrency: int, revision: str | None = None) -> None:
        self.model, self.concurrency, self.revision = model, concurrency, revision
        self._rows: list[Row] = []
        self._change = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    async def ready(self, request: Request) -> None:
        """Nothing is waited for beforehand."""

    async def call(self, request: Request) -> Answer:
        row = Row(request, drawing_of(request.parameters))
        with self._change:
            if self._closed:
                raise EndpointError("closed", f"{self.model} takes no more calls")
            self._thread = self._thread or self._started()
            self._rows.append(row)
            self._change.notify()
        try:
            return await asyncio.wrap_future(row.future)
        finally:
            row.given_up = not row.future.done()

    async def close(self) -> None:
        """End the thread; what it is writing ends at the next token, and nobody gets half an answer."""
        with self._change:
            self._closed = True
            self._change.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _started(self) -> threading.Thread:
        thread = threading.Thread(target=self._work, name=f"model {self.model}", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        loaded: Loaded | EndpointError | None = None
        while batch := self._next():
            loaded = loaded or _load(self.model, self.revision)
            if isinstance(loaded, Loaded):
                loaded.answer(batch, lambda: self._closed)
            else:
                fail(batch, loaded)

    def _next(self) -> list[Row]:
        """The rows of the next batch, in the order they came; none when the provider is closed.

        Rows with and without images are not mixed: models' processors make different inputs of them.
        """
        while True:
            with self._change:
                self._change.wait_for(lambda: self._rows or self._closed)
                if self._closed:
                    waiting = [row for row in self._rows if row.future.set_running_or_notify_cancel()]
                    fail(waiting, EndpointError("closed", f"{self.model} takes no more calls"))
                    return []
                alike = [row for row in self._rows if bool(row.request.images) == bool(self._rows[0].request.images)]
                batch = alike[: self.concurrency]
                self._rows = [row for row in self._rows if row not in batch]
            if running := [row for row in batch if row.future.set_running_or_notify_cancel()]:
                return running


def _load(model: str, revision: str | None) -> Loaded | EndpointError:
    try:
        return Loaded(folder_of(model, revision))
    except ImportError as error:
        return EndpointError("cannot_load", f"a local model needs torch and transformers: {error}")
    except Exception as error:  # transformers raises nearly anything
        return EndpointError("cannot_load", f"{model}: {str(error).rstrip('.')}. {REMEDY}")
