"""The tools in which people can answer a queue, a writer each: (tasks, file) → the files written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from prefdata.review import argilla, jsonl, label_studio
from prefdata.review.task import Task

Write = Callable[[Sequence[Task], Path], list[Path]]
FORMATS: dict[str, Write] = {
    "jsonl": jsonl.write,
    "label_studio": label_studio.write,
    "argilla": argilla.write,
}
