"""What every source gives: drafts, which are candidates still to be written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from prefdata.calls.request import Answer, Request
from prefdata.models import Model

Ask = Callable[[Model, Request], Awaitable[Answer]]


@dataclass(frozen=True)
class Draft:
    """A candidate to be written: `write(ask, text of the candidate `base`)`.

    Its id says where it comes from and is the same in every run. Raises CallError if it cannot be written.
    """

    candidate_id: str
    origin: dict[str, Any]
    write: Callable[[Ask, str], Awaitable[Answer]]
    base: str | None = None


def written_by(model: Model) -> dict[str, Any]:
    """The part of an origin that names the model."""
    return {"policy": model.name, "model": model.model, "revision": model.revision}
