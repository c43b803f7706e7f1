"""A live build of generated prompts in a folder of its own: its config, its command, and what came of it."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

POISON = "POISON"
TEMPERATURES = [0.1, 0.4, 0.7, 1.0]  # as many as candidates, so that no two requests are equal
DIMENSIONS = ["accuracy", "fluency"]


def question(number: int, poison: int | None = None) -> str:
    return f"Question number {number}?" + (f" {POISON}" if number == poison else "")


def write(folder: Path, url: str, prompts: int, at_once: int, judged: bool = False, poison: int | None = None) -> None:
    """Prompts and a config that samples one answer a prompt, or four that are scored and of which two are compared."""
    folder.mkdir()
    rows = [
        {"prompt_id": f"p{n:06}", "messages": [{"role": "user", "content": question(n, poison)}]}
        for n in range(prompts)
    ]
    (folder / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    served = {"base_url": f"{url}/v1", "model": "stub", "revision": "r1", "concurrency": at_once}
    judges = [
        {"name": "rubric", "kind": "pointwise", "dimensions": DIMENSIONS, **served},
        {"name": "duel", "kind": "pairwise", **served},
    ]
    temperatures = TEMPERATURES if judged else TEMPERATURES[-1:]
    config = {
        "prompts": {"path": "prompts.jsonl"},
        "policies": [{"name": "policy", **served}],
        "candidates": {"per_prompt": len(temperatures), "temperatures": temperatures, "max_tokens": 64},
        **({"judges": judges} if judged else {}),
    }
    (folder / "build.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def calls(prompts: int, judged: bool) -> int:
    """How many calls the config asks for: samples, a rating each, and one pair in both orders."""
    return prompts * (2 * len(TEMPERATURES) + 2) if judged else prompts


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "prefdata", "build", str(folder / "build.yaml"), "--run-dir", str(folder / "run")]


def rows(folder: Path) -> int:
    """Candidates, ratings and votes that came of calls."""
    manifest = json.loads((folder / "run/manifest.json").read_text(encoding="utf-8"))
    return sum(step["rows_out"] for step in manifest["steps"] if step["step"].startswith("generate"))


def drops(folder: Path) -> list[dict[str, Any]]:
    """The calls that gave nothing, with their reasons."""
    return [row for row in pq.read_table(folder / "run/drops.parquet").to_pylist() if row["stage"] == "generate"]


def output(folder: Path) -> str:
    """sha256 over every table of the run, by name."""
    tables = sorted((folder / "run").rglob("*.parquet"))
    named = [(str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()) for path in tables]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()
