"""A queue as rows of schemas/review.schema.json, in which people write who won and who they are."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefdata.review.task import Side, Task


def write(tasks: Sequence[Task], out: Path) -> list[Path]:
    from prefdata.shards import write_text

    write_text(out, "".join(json.dumps(_row(task, out.parent), ensure_ascii=False) + "\n" for task in tasks))
    return [out]


def _row(task: Task, folder: Path) -> dict[str, Any]:
    """Images by their path from the folder of the file."""
    images = [os.path.relpath(path.resolve(), folder.resolve()) for path in task.images]
    return {
        "task_id": task.task_id,
        "prompt_id": task.prompt_id,
        "messages": task.messages,
        **({"images": images} if images else {}),
        **_side("left", task.left),
        **_side("right", task.right),
        **task.why,
        "winner": None,
        "judge": None,
    }


def _side(name: str, side: Side) -> dict[str, Any]:
    context = {f"{name}_context": side.context} if side.context else {}
    return {f"{name}_id": side.candidate_id, **context, name: side.text}
