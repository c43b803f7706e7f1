"""A queue as Argilla's records (JSON, for `records.from_json`), and beside it the data set's settings.

  settings = rg.Settings.from_json("queue.json.settings.json")
  dataset = rg.Dataset(name="queue", settings=settings).create()
  dataset.records.from_json("queue.json")

What is not shown stands in the metadata. Images are fields of their own, as data URLs; the present label is no
suggestion, for it would be agreed with. Definition: Record.to_dict and Settings.serialize of argilla 2.8.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefdata.review.task import Task

QUESTION = "preference"
OPTIONS = {"left": "Left", "right": "Right", "tie": "Tie", "both_bad": "Both bad"}


def write(tasks: Sequence[Task], out: Path) -> list[Path]:
    from prefdata.shards import write_text

    settings = out.with_name(f"{out.name}.settings.json")
    most = max((len(task.images) for task in tasks), default=0)
    write_text(out, json.dumps([_record(task) for task in tasks], ensure_ascii=False, indent=1) + "\n")
    write_text(settings, json.dumps(_settings(most), ensure_ascii=False, indent=1) + "\n")
    return [out, settings]


def _record(task: Task) -> dict[str, Any]:
    shown = {"prompt": task.messages, "left": task.left.shown, "right": task.right.shown}
    images = {_image(number): url for number, url in enumerate(task.image_urls, 1)}
    return {
        "id": task.task_id,
        "fields": {**shown, **images},
        "metadata": {name: value for name, value in {**task.pair, **task.why}.items() if value is not None},
        "suggestions": {},
        "responses": {},
        "vectors": {},
        "status": "pending",
        "_server_id": None,
    }


def _settings(images: int) -> dict[str, Any]:
    options = [{"value": value, "text": text} for value, text in OPTIONS.items()]
    question = {"type": "label_selection", "options": options, "visible_options": len(options)}
    return {
        "guidelines": "Which response is better? Say so, or that they are equally good, or that both are bad.",
        "questions": [{"name": QUESTION, "title": "Which response is better?", "required": True, "settings": question}],
        "fields": [
            _field("prompt", {"type": "chat", "use_markdown": False}),
            *(_field(_image(number), {"type": "image"}, required=False) for number in range(1, images + 1)),
            _field("left", {"type": "text", "use_markdown": False}),
            _field("right", {"type": "text", "use_markdown": False}),
        ],
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
        "mapping": None,
    }


def _image(number: int) -> str:
    return f"image_{number}"


def _field(name: str, settings: dict[str, Any], required: bool = True) -> dict[str, Any]:
    return {"name": name, "title": name, "required": required, "settings": settings}
