"""What a check is given and what it says: the text with all that is known of it, and a finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Text(NamedTuple):
    """A response, and what a check may need to know of it."""

    text: str
    finish: str | None = None
    """Why the model stopped, as its server said; None for imported texts."""
    language: str | None = None
    """The language asked for (ISO 639-1); None: the prompt's own."""
    prompt: str = ""
    units: tuple[tuple[str, ...], ...] = ()
    """The prompt's information units, each a tuple of synonyms."""


class Finding(NamedTuple):
    """What a check says of one text."""

    score: float
    """In [0, 1], 1 is good; for measures the measurement itself."""
    detail: str = ""


class Check(NamedTuple):
    """A named check. `run` gives None where the check does not apply or cannot be sure."""

    name: str
    meaning: str
    measure: bool
    """A measure describes a text and never becomes a vote."""
    run: Callable[[Text], Finding | None]


GOOD = Finding(1.0)


def bad(detail: str) -> Finding:
    """The worst finding, with its reason."""
    return Finding(0.0, detail)


def shown(text: str, at_most: int = 60) -> str:
    """A piece of text for a detail: on one line, and cut."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= at_most else f'"{line[: at_most - 1]}…"'
