"""A call that waits for a batch: its request, how its tokens are drawn, and who waits for the answer."""

from __future__ import annotations

import math
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from prefdata.calls.request import Answer, CallError, Request, TerminalError

KNOWN = ("temperature", "top_p", "top_k", "seed", "logprobs")


class Drawing(NamedTuple):
    """How a token is drawn. A temperature of 0 takes the likeliest; top_p of 1 and top_k of 0 keep all."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0


@dataclass(eq=False)
class Row:
    """A call that waits for its answer. `given_up`: nobody waits any more."""

    request: Request
    drawing: Drawing
    future: Future[Answer] = field(default_factory=Future)
    messages: list[dict[str, Any]] = field(default_factory=list)
    given_up: bool = False


def drawing_of(parameters: dict[str, Any]) -> Drawing:
    """Raises TerminalError for what a local model does not know or cannot do."""
    if unknown := sorted(parameters.keys() - set(KNOWN)):
        raise TerminalError("bad_parameter", f"{', '.join(unknown)}: a local model knows {', '.join(KNOWN)} only")
    drawing = Drawing(**{name: parameters[name] for name in Drawing._fields if parameters.get(name) is not None})
    if not all(isinstance(value, int | float) for value in drawing) or not _sound(drawing):
        asked = ", ".join(f"{name} {value!r}" for name, value in drawing._asdict().items())
        raise TerminalError("bad_parameter", f"{asked}: 0 <= temperature, 0 < top_p <= 1, and a whole top_k are needed")
    return drawing


def _sound(drawing: Drawing) -> bool:
    return 0 <= drawing.temperature < math.inf and 0 < drawing.top_p <= 1 and drawing.top_k == int(drawing.top_k)


def fail(rows: list[Row], error: CallError) -> None:
    for row in rows:
        row.future.set_exception(error)
