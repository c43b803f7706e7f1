"""What many tests start from: a real sample, and builds of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import settings

from prefdata.cli import main
from prefdata.shards import RunDir

# A busy machine is no failure of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

SAMPLE = Path(__file__).parent / "sample" / "pandalm-sample.json"
SAMPLE_BUILD = SAMPLE.parent / "build.yaml"


@pytest.fixture
def build(tmp_path) -> Callable[..., RunDir]:
    """Build from files or rows: build({"votes.jsonl": [...]}, selection={...}) → the finished run."""

    def make(files: dict[str, list[dict]] | None = None, code: int = 0, **config) -> RunDir:
        for name, rows in (files or {}).items():
            write_jsonl(tmp_path / name, rows)
        inputs = [{"path": name} for name in files] if files else [{"path": str(SAMPLE)}]
        path = tmp_path / "build.yaml"
        path.write_text(yaml.safe_dump({"inputs": inputs, **config}), encoding="utf-8")
        assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == code
        return RunDir(tmp_path / "run")

    return make


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def triplets(run: RunDir) -> list[dict]:
    """All rows of the data set, every split."""
    return [row for path in sorted(run.dataset.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def drops(run: RunDir) -> list[dict]:
    return pq.read_table(run.drops).to_pylist()


def bytes_of(run: RunDir) -> dict[str, bytes]:
    """Everything a user reads of a run, by name."""
    files = [*run.dataset.iterdir(), run.drops, run.manifest, run.card, run.report]
    return {str(path.relative_to(run.path)): path.read_bytes() for path in files}
