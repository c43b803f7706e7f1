"""Files and batches at an endpoint: uploaded, made, found again, waited for, read. Knows nothing of calls."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

import openai
from openai.types import Batch as Seen

from prefdata.calls.batches import Batch
from prefdata.calls.request import CallError, EndpointError, RateLimitError, RetryableError, TerminalError
from prefdata.keys import short_key
from prefdata.providers.batch.lines import URL, by_id, refusal
from prefdata.providers.openai import ENDPOINTS_FAULT, client, of_status

ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
# Why a batch can fail as a whole though its rows are good: for now, or until the user sees to it.
TOO_MUCH = frozenset({"token_limit_exceeded"})
FAULTS = (openai.OpenAIError, ValueError)  # the second: an answer that is not what was asked for

Result = TypeVar("Result")


class Results(NamedTuple):
    """What an ended batch tells: lines of results by custom_id, and an error for the calls without one."""

    lines: dict[str, str]
    rest: CallError


class Remote:
    """The batches of one key at one endpoint.

    poll: the first and the longest pause between two looks at a batch. grace: how long a batch that may have
    been made is looked for. patience: how long the endpoint may be out of reach. All in seconds.
    """

    def __init__(
        self, base_url: str, api_key: str, poll: tuple[float, float], grace: float = 30.0, patience: float = 1800.0
    ) -> None:
        self.base_url, self.account = base_url.rstrip("/"), short_key(api_key)
        self.poll, self.grace, self.patience = poll, grace, patience
        # It makes one try a call: a second "create" of its own would be a second batch.
        self.client = client(base_url, api_key, 8).with_options(timeout=openai.Timeout(300.0, connect=30.0))

    async def close(self) -> None:
        await self.client.close()

    async def upload(self, content: bytes) -> str:
        """The id of a new file of requests. Raises CallError."""
        try:
            return checked(await self.client.files.create(file=("requests.jsonl", content), purpose="batch")).id
        except FAULTS as error:
            raise self._fault(error) from None

    async def remove(self, file: str) -> None:
        """Delete a file of requests if that can be done; if not, OpenAI does it after 30 days."""
        with contextlib.suppress(*FAULTS):
            await self.client.files.delete(file)

    async def create(self, batch: Batch) -> str | CallError:
        """The id of the batch, made now; or why it was not made."""
        token = {"prefdata": batch.token}
        made = self.client.batches.create(
            input_file_id=batch.file, endpoint=URL, completion_window="24h", metadata=token
        )
        try:
            return checked(await made).id
        except FAULTS as error:
            fault = self._fault(error)
            # After a cut connection or an error of the server it may have been made all the same.
            return await self.search(batch) if isinstance(fault, RetryableError) else fault

    async def search(self, batch: Batch) -> str | CallError:
        """The id of a batch that may have been made, by its token or its file; or that it was not made."""
        loop = asyncio.get_running_loop()
        over = loop.time() + self.grace

        async def look() -> str | CallError | None:
            last = loop.time() >= over
            if last:  # without its file it can no longer be made by a request that is still on its way
                await self.remove(batch.file)
            async for seen in self.client.batches.list(limit=100):
                if (seen.metadata or {}).get("prefdata") == batch.token or seen.input_file_id == batch.file:
                    return seen.id
            return self._lost(batch, "batch_not_made") if last else None

        return await self._patiently(look)

    async def results(self, batch: Batch, id: str, ids: Sequence[str]) -> Results:
        """What a batch tells when it has ended. `ids`: the custom_ids of its lines, in order."""

        async def look() -> Results | None:
            try:
                seen = checked(await self.client.batches.retrieve(id))
            except openai.NotFoundError:
                return Results({}, self._lost(batch, "batch_gone"))
            return await self._ended(seen, ids) if seen.status in ENDED else None

        return await self._patiently(look)

    async def _ended(self, seen: Seen, ids: Sequence[str]) -> Results:
        if seen.status == "failed":
            return self._failed(seen, ids)
        lines = {**await self._read(seen.error_file_id), **await self._read(seen.output_file_id)}
        reason = "batch_row_missing" if seen.status == "completed" else f"batch_{seen.status}"
        return Results(lines, RetryableError(reason, f"batch {seen.id} ended without this call"))

    async def _read(self, file: str | None) -> dict[str, str]:
        if file is None:
            return {}
        try:
            return by_id((await self.client.files.content(file)).content)
        except openai.NotFoundError:  # deleted, or older than 30 days: nothing brings it back
            return {}

    def _failed(self, seen: Seen, ids: Sequence[str]) -> Results:
        """A batch that was not begun: the rows it names are refused, the others may try again."""
        errors = (seen.errors and seen.errors.data) or []
        told = "; ".join(dict.fromkeys(str(error.message or error.code) for error in errors))[:500]
        codes = {error.code for error in errors}
        if codes & TOO_MUCH:
            return Results({}, RateLimitError(told, self.poll[1]))
        if faults := sorted(filter(None, codes & ENDPOINTS_FAULT)):
            return Results({}, EndpointError(faults[0], f"{self.base_url}: {told}"))
        lines = {ids[error.line - 1]: refusal(error) for error in errors if error.line and error.line <= len(ids)}
        return Results(lines, RetryableError("batch_failed", told))

    def _lost(self, batch: Batch, reason: str) -> CallError:
        """A batch that is not to be found. Raises EndpointError if that may be because of the key."""
        named = f"batch {batch.id or batch.token} of {time.strftime('%Y-%m-%d %H:%M', time.gmtime(batch.made))} UTC"
        if batch.account != self.account:
            raise EndpointError("other_key", f"{named} was made with another key for {self.base_url}; give that one")
        return RetryableError(reason, f"{self.base_url} has no {named}")

    async def _patiently(self, look: Callable[[], Awaitable[Result | None]]) -> Result:
        """Look again, with growing pauses, until something is seen. Raises EndpointError if nobody answers."""
        loop = asyncio.get_running_loop()
        pause, reached = self.poll[0], loop.time()
        while True:
            try:
                result = await look()
            except FAULTS as error:
                self._bear(error, loop.time() - reached)
            else:
                if result is not None:
                    return result
                reached = loop.time()
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.poll[1])

    def _bear(self, error: Exception, since: float) -> None:
        """Let an error pass that may go by. Raises EndpointError if it does not."""
        fault = self._fault(error)
        if isinstance(fault, EndpointError):
            raise fault from None
        if since > self.patience:
            raise EndpointError("unreachable", f"{self.base_url}: {fault}") from None

    def _fault(self, error: Exception) -> CallError:
        """What an error about files or batches is; a refusal is no row's fault and stops the run."""
        if not isinstance(error, openai.APIStatusError):
            return RetryableError("connection", str(error.__cause__ or error))
        fault = of_status(error.status_code, error.body, error.response.headers, self.base_url)
        if isinstance(fault, TerminalError):
            return EndpointError(fault.reason, f"{self.base_url}: {fault.detail}")
        return fault


def checked(answer: Result) -> Result:
    """An answer about a file or a batch; openai's client passes on what is none. Raises ValueError."""
    if not isinstance(getattr(answer, "id", None), str):
        raise ValueError(f"not what was asked for: {answer!r:.200}")
    return answer
