"""`openai`: any endpoint that speaks OpenAI's chat completions (OpenAI, vLLM, SGLang, `transformers serve`).

The client makes one try a call; what to do about errors is the engine's business. Errors are classed
by status: 429 is a rate limit; 408, 409, 5xx, timeouts, cut connections and bodies that are no
completion may go better next time; 401, 402, 403 and 404, and codes that tell of an empty account or an
unknown model, are the endpoint's fault and stop the run; any other 4xx is the request's own and terminal.

What endpoints need not know (an enforced JSON Schema, log-probabilities) is tried once an endpoint:
if the same request passes without it, it is left out from then on, and that is remembered. So is an
endpoint that wants `max_completion_tokens` in place of `max_tokens`, which its error says.
"""

from __future__ import annotations

import asyncio
import base64
import mimetypes
from pathlib import Path
from typing import Any, Protocol

import httpx2
import openai
import orjson

from prefdata.calls.request import (
    Answer,
    CallError,
    EndpointError,
    RateLimitError,
    Request,
    RetryableError,
    TerminalError,
)

Body = dict[str, Any]
# Codes of errors that no other request would escape.
ENDPOINTS_FAULT = frozenset({
    "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "model_not_found", "mismatched_model",
})  # fmt: skip
LIMIT, NEWER_LIMIT = "max_tokens", "max_completion_tokens"


class Memory(Protocol):
    """Where it is remembered which features an endpoint refuses; the ledger is one."""

    def refuses(self, endpoint: str, model: str, feature: str) -> bool: ...

    def note_refusal(self, endpoint: str, model: str, feature: str) -> None: ...


class OpenAIProvider:
    """`concurrency` is the most calls at once."""

    def __init__(self, base_url: str, api_key: str, concurrency: int, memory: Memory) -> None:
        self.base_url, self.memory = base_url, memory
        self.client = client(base_url, api_key, concurrency)
        self._known: set[tuple[str, str]] = set()  # (model, feature) that has worked
        self._finding_out = asyncio.Lock()

    async def ready(self, request: Request) -> None:
        """Wait while another call finds out what the endpoint knows."""
        if self._finding_out.locked() and self._is_unsure(request):
            async with self._finding_out:
                pass

    async def call(self, request: Request) -> Answer:
        if self._is_unsure(request):
            async with self._finding_out:
                if self._is_unsure(request):  # nobody has found out while we waited
                    return await self._find_out(request)
        return await self._send(request, self._refused(request))

    async def close(self) -> None:
        await self.client.close()

    def _is_unsure(self, request: Request) -> bool:
        return any(self._unsure(request.model, name) for name in features(request))

    def _unsure(self, model: str, feature: str) -> bool:
        return (model, feature) not in self._known and not self.memory.refuses(self.base_url, model, feature)

    def _refused(self, request: Request) -> set[str]:
        return refused(request, self.memory, self.base_url)

    async def _find_out(self, request: Request) -> Answer:
        """Try with everything; if that is refused, without each feature alone, then without all."""
        known = self._refused(request)
        unsure = [name for name in features(request) if self._unsure(request.model, name)]
        ways = [set(), *({name} for name in unsure), *([set(unsure)] if len(unsure) > 1 else [])]
        for way in ways:
            try:
                answer = await self._send(request, known | way)
            except TerminalError:
                if way == ways[-1]:
                    raise
                continue
            self._note(request, known | way)
            return answer
        raise AssertionError("the last try returns or raises")

    def _note(self, request: Request, left_out: set[str]) -> None:
        """The request has passed as it would not before: what was sent works, what was left out does not."""
        for feature in features(request):
            if feature in left_out:
                self.memory.note_refusal(self.base_url, request.model, feature)
            else:
                self._known.add((request.model, feature))

    async def _send(self, request: Request, left_out: set[str]) -> Answer:
        try:
            return await self._post(request, left_out)
        except TerminalError as error:
            if NEWER_LIMIT not in error.detail or LIMIT in left_out:
                raise
        answer = await self._post(request, left_out | {LIMIT})
        self.memory.note_refusal(self.base_url, request.model, LIMIT)
        return answer

    async def _post(self, request: Request, left_out: set[str]) -> Answer:
        body = await asyncio.to_thread(body_of, request, left_out) if request.images else body_of(request, left_out)
        try:
            response = await self.client.post("/chat/completions", body=body, cast_to=httpx2.Response)
            content = response.content
        except openai.APIStatusError as error:
            raise of_status(error.status_code, error.body, error.response.headers, self.base_url) from None
        except openai.APIConnectionError as error:  # a timeout is one too
            raise _unanswered(error) from None
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise RetryableError("malformed_body", str(error)) from None
        return answer_of(_parsed(content))


def client(base_url: str, api_key: str, concurrency: int) -> openai.AsyncOpenAI:
    """openai's client on aiohttp, which costs a third of the processor time of its default transport."""
    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    transport = openai.DefaultAioHttpClient(timeout=None, limits=limits)
    return openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=None, http_client=transport)


def _unanswered(error: openai.APIConnectionError) -> RetryableError:
    """No answer came: was the endpoint never reached, silent, or cut off? Its innermost cause knows best."""
    causes: list[BaseException] = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    told = next((str(cause) for cause in reversed(causes) if str(cause)), type(causes[-1]).__name__)
    if any(isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout) for cause in causes):
        return RetryableError("unreachable", told)
    return RetryableError("timeout" if isinstance(error, openai.APITimeoutError) else "connection", told)


# --- what is sent ----------------------------------------------------------------------------


def features(request: Request) -> list[str]:
    """What a request asks of an endpoint that the endpoint need not know."""
    wanted = {"json_schema": request.schema is not None, "logprobs": "logprobs" in request.parameters}
    return [name for name, asked in wanted.items() if asked]


def refused(request: Request, memory: Memory, endpoint: str) -> set[str]:
    """What is remembered to be refused of what a request would hold."""
    return {name for name in (*features(request), LIMIT) if memory.refuses(endpoint, request.model, name)}


def body_of(request: Request, left_out: set[str] = frozenset()) -> Body:  # type: ignore[assignment]
    """The JSON body of a chat completion."""
    parameters = {name: value for name, value in request.parameters.items() if name not in left_out}
    limit = {NEWER_LIMIT if LIMIT in left_out else LIMIT: request.max_tokens}
    body = {"model": request.model, "messages": _sent(request), **limit, **parameters}
    if request.schema is not None and "json_schema" not in left_out:
        asked = {"name": "answer", "strict": True, "schema": request.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": asked}
    return body


def _sent(request: Request) -> list[Body]:
    """The messages with images as data URLs, or by the address that the model gets, in place of their hashes."""
    return [{**m, "content": _content(m["content"], request.images)} for m in request.messages]


def _content(content: Any, images: dict[str, Path | str]) -> Any:
    if isinstance(content, str):
        return content
    return [
        {**part, "image_url": {"url": _address(images[part["image_url"]["url"]])}}
        if part["type"] == "image_url"
        else part
        for part in content
    ]


def _address(image: Path | str) -> str:
    if isinstance(image, str):
        return image
    kind = mimetypes.guess_type(image.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(image.read_bytes()).decode()}"


# --- what comes back -------------------------------------------------------------------------


def _parsed(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RetryableError("malformed_body", str(error)) from None


def answer_of(completion: Any) -> Answer:
    """The one choice of a completion. Raises RetryableError if there is none, TerminalError if it was filtered."""
    try:
        return _answer(completion)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise RetryableError("malformed_body", f"{type(error).__name__}: {error}") from None


def _answer(completion: Body) -> Answer:
    """An answer that ended without a text (cut off while it was thinking, or refused) is paid for all the same."""
    choices, usage = completion.get("choices"), completion.get("usage") or {}
    if not choices:
        raise RetryableError("empty_choices", "the answer holds no choice")
    message, finish = choices[0]["message"], choices[0].get("finish_reason")
    if finish == "content_filter":
        raise TerminalError("content_filter", "the endpoint's filter stopped the answer")
    text = message.get("content") or message.get("refusal") or ""
    if not isinstance(text, str) or (message.get("content") is None and not finish):
        raise RetryableError("empty_choices", "the choice holds no text")
    read, written = (int(usage.get(f"{side}_tokens") or 0) for side in ("prompt", "completion"))
    return Answer(text, finish or "stop", read, written, choices[0].get("token_ids"), _logp(choices[0]))


def _logp(choice: Body) -> float | None:
    """The sum of the token log-probabilities, if the endpoint gives them."""
    tokens = (choice.get("logprobs") or {}).get("content")
    return sum(token["logprob"] for token in tokens) if tokens else None


def of_status(status: int, body: object, headers: Any, endpoint: str) -> CallError:
    """The error that an HTTP status and its body tell of."""
    whole: Body = body if isinstance(body, dict) else {}
    told = whole["error"] if isinstance(whole.get("error"), dict) else whole
    detail = str(told.get("message") or body or "")[:500].encode("utf-8", "replace").decode()
    if told.get("code") in ENDPOINTS_FAULT:
        return EndpointError(str(told["code"]), f"{endpoint}: {detail}")
    if status == 429:
        return RateLimitError(detail, _retry_after(headers))
    if status in (408, 409) or status >= 500:
        return RetryableError(f"http_{status}", detail)
    if status in (401, 402, 403, 404):
        return EndpointError(f"http_{status}", f"{endpoint}: {detail}")
    return TerminalError(f"http_{status}", detail)


def _retry_after(headers: Any) -> float | None:
    """Seconds from the Retry-After header; its date form is rare and left to the default pause."""
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None
