"""Messages as chat templates want them, with pictures in place of their addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.calls.request import Request, RetryableError, TerminalError

if TYPE_CHECKING:
    from PIL.Image import Image


def message(message: dict[str, Any], request: Request, sees: bool) -> dict[str, Any]:
    """A message as chat templates want it: text for a model of text, a list of parts for one that sees."""
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    shown = [_picture(part, request, sees) if part["type"] == "image_url" else part for part in parts]
    return {**message, "content": shown if sees else "\n".join(part["text"] for part in shown)}


def _picture(part: dict[str, Any], request: Request, sees: bool) -> dict[str, Any]:
    if not sees:
        raise TerminalError("no_vision", f"{request.model} sees no images; with `images: none` it gets the text alone")
    return {"type": "image", "image": _image(request.images.get(part["image_url"]["url"]))}


def _image(place: Path | str | None) -> Image:
    """The picture in a file, as verifiers see it too."""
    from PIL import Image

    from prefdata.claims.pixels import rgb

    if not isinstance(place, Path):
        raise TerminalError("no_image_file", "a local model reads images from files; it fetches no addresses")
    try:
        return Image.fromarray(rgb(place))
    except FileNotFoundError:
        raise RetryableError("missing_image", f"there is no file {place.name}") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise TerminalError("bad_image", f"{place.name}: {error}") from None
