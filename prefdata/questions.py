"""What is asked of a model: a prompt with its images, and the request that puts messages about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prefdata.calls.request import Request
from prefdata.models import Model

if TYPE_CHECKING:
    from prefdata.claims.sight import Seen

Messages = list[dict[str, Any]]


class Given(NamedTuple):
    """A candidate as judges get it. `source` names where it comes from, `style` how it is written.

    context: turns between the prompt and the response that only this candidate has. base: the candidate it was made
    from, if it was; corrupted: it was made to be worse than that.
    """

    text: str
    source: str = "import"
    style: str | None = None
    finish: str | None = None
    context: tuple[dict[str, Any], ...] = ()
    base: str | None = None
    corrupted: bool = False

    @property
    def shown(self) -> str:
        """What judges read, and by what two candidates are told apart."""
        return f"{transcript(list(self.context))}\n[assistant] {self.text}" if self.context else self.text


@dataclass(frozen=True)
class Prompt:
    """A prompt with what is known of it.

    images: "sha256:…" address → file; addresses: the same → where it was fetched from, if it was; shown: the
    addresses in their order, one that is named twice standing twice.
    candidates: those the inputs gave, by id. style: the one it asks for, if the config has styles. objects: what is in
    the image in truth, all of it, if the inputs say so. other_image: a picture that is another prompt's.
    tags: the names of those that the inputs gave it.
    """

    prompt_id: str
    messages: Messages
    images: dict[str, Path] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    candidates: dict[str, Given] = field(default_factory=dict)
    reference: str | None = None
    units: tuple[tuple[str, ...], ...] = ()
    style: str | None = None
    objects: tuple[Seen, ...] | None = None
    other_image: Path | None = None
    tags: frozenset[str] = frozenset()


def question(
    model: Model,
    prompt: Prompt,
    messages: Messages,
    temperature: float,
    max_tokens: int,
    sample: int = 0,
    schema: dict[str, Any] | None = None,
) -> Request:
    """Messages about a prompt as a request to a model; the prompt's images go before the last user's text."""
    parameters: dict[str, Any] = {"temperature": temperature, **model.parameters}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    if model.seed is not None:
        parameters["seed"] = model.seed + sample
    if model.logprobs:
        parameters["logprobs"] = True
    images = _images(model, prompt)
    shown = _with_images(messages, prompt.shown or tuple(images)) if images else messages
    return Request(model.model, model.revision, shown, parameters, max_tokens, sample, images, schema)


def _images(model: Model, prompt: Prompt) -> dict[str, Path | str]:
    """Where each image lies for this model: a file, or the address by which it can fetch it."""
    if model.images == "none":
        return {}
    if model.images == "inline":
        return dict(prompt.images)
    return {name: prompt.addresses.get(name, path.resolve().as_uri()) for name, path in prompt.images.items()}


def _with_images(messages: Messages, addresses: tuple[str, ...]) -> Messages:
    at = max(n for n, message in enumerate(messages) if message["role"] == "user" or n == 0)
    parts = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
    content = [*parts, {"type": "text", "text": messages[at]["content"]}]
    return [*messages[:at], {**messages[at], "content": content}, *messages[at + 1 :]]


def said_last(messages: Messages, text: str) -> Messages:
    """The messages with a text added to the last of them."""
    return [*messages[:-1], {**messages[-1], "content": f"{messages[-1]['content']}\n\n{text}"}]


def unanswerable(messages: Messages) -> str | None:
    """Why nothing can be asked with these messages, if so."""
    if not any(message["content"].strip() for message in messages):
        return "empty_prompt"
    return "prompt_is_answered" if messages[-1]["role"] == "assistant" else None


def transcript(messages: Messages) -> str:
    """A conversation as one text."""
    return "\n".join(f"[{message['role']}] {message['content']}" for message in messages)
