"""Builds with quotas on prompts of three types, of which one is too rare; and what the next has of what they lack."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml

from prefdata.cli import main
from prefdata.shards import RunDir, read_json

from ..conftest import write_jsonl

WANTED = {"count": 0.5, "colour": 0.3, "read": 0.2}
THERE = {"count": 0.3, "colour": 0.3, "read": 0.4}
TWO = {"per_prompt": 2, "temperatures": [0.3, 0.7, 1.0], "max_tokens": 64, "max_per_prompt": 8}
RUBRIC = [{"name": "rubric", "kind": "pointwise", "dimensions": ["accuracy"]}]
MISLED = {"name": "misled", "kind": "adversarial", "how": "distraction"}
NOISE = {"name": "noise", "kind": "degrade", "how": "drop_words", "share": 0.5}
# What is judged how, and what the pairs are to be: sections of a config.
SCENES: dict[str, dict[str, Any]] = {
    "rated": {"judges": RUBRIC, "quotas": {"question_type": WANTED}},
    "compared": {"judges": [{"name": "duel", "kind": "pairwise"}], "quotas": {"question_type": WANTED}},
    "of a source": {
        "judges": RUBRIC,
        "quotas": {"question_type": WANTED, "rejected_source": {"misled": 0.6}},
        "sources": [MISLED],
        "max_pairs_per_prompt": None,
    },
    "made from others": {"judges": RUBRIC, "quotas": {"rejected_source": {"noise": 0.7}}, "sources": [NOISE]},
}


def sections(scene: str) -> dict[str, Any]:
    """The config of a scene, but for prompts and addresses; its samples differ from each other."""
    given = dict(SCENES[scene])
    rules = {name: given.pop(name) for name in ("quotas", "max_pairs_per_prompt") if name in given}
    return {"policies": [{"name": "policy", "seed": 1}], "candidates": TWO, "selection": rules, **given}


def write_prompts(folder: Path, many: int, seed: int, there: dict[str, float] = THERE) -> list[dict[str, Any]]:
    pick = random.Random(seed)
    rows: list[dict[str, Any]] = [
        {
            "prompt_id": f"p{n:03}",
            "messages": [{"role": "user", "content": f"Question {n} of {seed}?"}],
            "tags": {"question_type": pick.choices([*there], [*there.values()])[0]},
        }
        for n in range(many)
    ]
    write_jsonl(folder / "prompts.jsonl", rows)
    return rows


def build(path: Path, run: Path, code: int = 0, **changes: dict[str, Any]) -> RunDir:
    """Build a config with some of its sections changed."""
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    for section, change in changes.items():
        settings[section] = {**settings.get(section, {}), **change}
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert main(["build", str(path), "--run-dir", str(run)]) == code
    return RunDir(run)


def coverage(run: RunDir) -> dict[str, Any]:
    return read_json(run.summary)["coverage"]


def closed(first: RunDir, second: RunDir) -> float:
    """The part of the pairs that the first run misses which the second has more than the first."""
    there = {(row["margin"], row["value"]): row["available"] for row in coverage(second)["shares"]}
    found = coverage(first)["gaps"]
    more = (there[gap["margin"], gap["value"]] - gap["there"] for gap in found)
    filled = sum(min(gap["missing"], max(0, each)) for gap, each in zip(found, more, strict=True))
    return filled / sum(gap["missing"] for gap in found)
