"""A queue as Label Studio's tasks to import (JSON), and beside it the project's labelling interface (XML).

The four answers are <Choices>, for <Pairwise> knows no tie. What people should not see (who wrote what, how it was
labelled) stands in the task's `meta`, which is exported and not shown. Images are in the tasks themselves, as data
URLs: a project shows no files of the machine unless it is told to. Definition: the tags' pages of the Label Studio
documentation; tried with label-studio 1.23.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefdata.review.task import Task, spoken

IMAGES = """
  <Repeater on="$images" indexFlag="{{idx}}">
    <Image name="image_{{idx}}" value="$images[{{idx}}].url" maxWidth="480px"/>
  </Repeater>"""
INTERFACE = """<View>
  <Text name="prompt" value="$prompt"/>{images}
  <View style="display: flex; gap: 24px">
    <View style="flex: 50%"><Header value="left"/><Text name="left" value="$left"/></View>
    <View style="flex: 50%"><Header value="right"/><Text name="right" value="$right"/></View>
  </View>
  <Header value="Which response is better?"/>
  <Choices name="preference" toName="left" choice="single-radio" showInline="true" required="true">
    <Choice value="left" hotkey="1"/>
    <Choice value="right" hotkey="2"/>
    <Choice value="tie" hotkey="3"/>
    <Choice value="both_bad" hotkey="4"/>
  </Choices>
</View>
"""


def write(tasks: Sequence[Task], out: Path) -> list[Path]:
    from prefdata.shards import write_text

    interface = out.with_name(f"{out.name}.xml")
    write_text(out, json.dumps([_task(task) for task in tasks], ensure_ascii=False, indent=1) + "\n")
    write_text(interface, INTERFACE.replace("{images}", IMAGES if any(task.images for task in tasks) else ""))
    return [out, interface]


def _task(task: Task) -> dict[str, Any]:
    shown = {"prompt": spoken(task.messages), "left": task.left.shown, "right": task.right.shown}
    images = [{"url": url} for url in task.image_urls]
    return {"data": {**shown, "images": images}, "meta": {"task_id": task.task_id, **task.pair, **task.why}}
