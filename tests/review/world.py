"""Six questions with two answers each, in English and Chinese, with and without images: what queues are made of.

files/ holds what the real tools exported when its queue was answered in them:
  label_studio_export.json  label-studio 1.23.2, a project with two annotators, GET /api/projects/1/export
  argilla_export.json       argilla 2.8.0, records.to_json
  argilla_flat.json         the same records, records.to_list(flatten=True)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"
Row = dict[str, Any]
QUESTIONS = {
    "p0": ("图片里是什么颜色？", "红色。", "蓝色。"),
    "p1": ("What is 2 + 2?", "4", "5"),
    "p2": ("Compare the two pictures.", "Red,\nthen blue.", "Both are red."),
    "p3": ("Name a fruit & a <vegetable>.", "Apple & leek", "Stone"),
    "p4": ("天空是什么颜色？", "蓝色", "绿色"),
    "p5": ("Say hello.", "Hello!", "Go away."),
}
IMAGES = {"p0": ["red.png"], "p2": ["red.png", "pictures/blue.png"]}
TOPICS = {"p0": "colour", "p1": "sum", "p2": "colour", "p4": "colour", "p5": "manners"}


def prompts() -> list[Row]:
    rows: list[Row] = []
    for name, (question, _, _) in QUESTIONS.items():
        row: Row = {"prompt_id": name, "messages": [{"role": "user", "content": question}]}
        row |= {"images": IMAGES[name]} if name in IMAGES else {}
        row |= {"tags": {"topic": TOPICS[name]}} if name in TOPICS else {}
        rows.append(row)
    return rows


def candidates() -> list[Row]:
    return [
        {"prompt_id": name, "candidate_id": f"c{number}", "text": text}
        for name, (_, *texts) in QUESTIONS.items()
        for number, text in enumerate(texts)
    ]


def votes() -> list[Row]:
    """Three judges: all for c0 on even prompts, two of three on odd ones."""
    return [
        {"prompt_id": name, "a": "c0", "b": "c1", "winner": "b" if judge == 2 and at % 2 else "a", "judge": f"j{judge}"}
        for at, name in enumerate(QUESTIONS)
        for judge in range(3)
    ]


def write_world(folder: Path) -> list[str]:
    """Write the inputs of the run; returns their names."""
    from PIL import Image

    for name, colour in (("red.png", "red"), ("pictures/blue.png", "blue")):
        (folder / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 6), colour).save(folder / name)
    files = {"prompts.jsonl": prompts(), "candidates.jsonl": candidates(), "votes.jsonl": votes()}
    for name, rows in files.items():
        write_rows(folder / name, rows)
    return list(files)


def write_rows(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def read_rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
