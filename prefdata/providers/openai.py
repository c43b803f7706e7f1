"""`openai`: any endpoint that speaks OpenAI's chat completions (OpenAI, vLLM, SGLang, `transformers serve`).

The client makes one try a call; what to do about errors is the engine's business. Errors are classed
by status: 429 is a rate limit; 408, 409, 5xx, timeouts, cut connections and bodies that are no
completion may go better next time; 401, 403 and 404 are the endpoint's fault and stop the run; any
other 4xx is the request's own and terminal.
"""

from __future__ import annotations

import base64
import math
import mimetypes
import ssl
from pathlib import Path
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from prefdata.calls.request import Answer, EndpointError, RateLimitError, Request, RetryableError, TerminalError

EACH = 8  # calls a client's connection pool serves: it looks at every idle connection for every call


class OpenAIProvider:
    """`concurrency` is the most calls at once; they are spread over small clients, the idlest first."""

    def __init__(self, base_url: str, api_key: str, concurrency: int) -> None:
        self.base_url = base_url
        secure = ssl.create_default_context() if base_url.startswith("https") else False
        self.clients = [_client(base_url, api_key, secure) for _ in range(math.ceil(concurrency / EACH))]
        self.busy = [0] * len(self.clients)

    async def call(self, request: Request) -> Answer:
        which = self.busy.index(min(self.busy))
        self.busy[which] += 1
        try:
            return await self._call(self.clients[which], request)
        finally:
            self.busy[which] -= 1

    async def _call(self, client: openai.AsyncOpenAI, request: Request) -> Answer:
        try:
            completion = await client.chat.completions.create(
                model=request.model,
                messages=_sent(request),  # type: ignore[arg-type]
                max_tokens=request.max_tokens,
                **request.parameters,
            )
        except openai.APIStatusError as error:
            raise self._of_status(error) from None
        except openai.APITimeoutError as error:
            raise RetryableError("timeout", str(error)) from None
        except openai.APIConnectionError as error:
            raise RetryableError("connection", str(error.__cause__ or error)) from None
        except (openai.OpenAIError, ValueError) as error:
            raise RetryableError("malformed_body", str(error)) from None
        return _answer(completion)

    async def close(self) -> None:
        for client in self.clients:
            await client.close()

    def _of_status(self, error: openai.APIStatusError) -> Exception:
        status, detail = error.status_code, _message(error)
        if status == 429:
            return RateLimitError(detail, _retry_after(error))
        if status in (408, 409) or status >= 500:
            return RetryableError(f"http_{status}", detail)
        if status in (401, 403, 404):
            return EndpointError(f"http_{status}", f"{self.base_url}: {detail}")
        return TerminalError(f"http_{status}", detail)


def _client(base_url: str, api_key: str, secure: ssl.SSLContext | bool) -> openai.AsyncOpenAI:
    transport = openai.DefaultAsyncHttpxClient(verify=secure, timeout=None)
    return openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=None, http_client=transport)


def _sent(request: Request) -> list[dict[str, Any]]:
    """The messages with images as data URLs in place of their addresses."""
    return [{**m, "content": _content(m["content"], request.images)} for m in request.messages]


def _content(content: Any, images: dict[str, Path]) -> Any:
    if isinstance(content, str):
        return content
    return [_data_url(part, images) if part["type"] == "image_url" else part for part in content]


def _data_url(part: dict[str, Any], images: dict[str, Path]) -> dict[str, Any]:
    path = images[part["image_url"]["url"]]
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return {
        "type": "image_url",
        "image_url": {"url": f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"},
    }


def _message(error: openai.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)[:500]


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds from the Retry-After header; its date form is rare and left to the default pause."""
    try:
        return float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None


def _answer(completion: Any) -> Answer:
    """The one choice of a completion."""
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        raise RetryableError("empty_choices", "the answer holds no choice")
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter":
        raise TerminalError("content_filter", "the endpoint's filter stopped the answer")
    if choice.message is None or choice.message.content is None:
        raise RetryableError("empty_choices", "the choice holds no text")
    usage = completion.usage
    tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    return Answer(choice.message.content, choice.finish_reason or "stop", *tokens)
