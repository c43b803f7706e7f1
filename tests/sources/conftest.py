"""Writing small input files and reading them as prefdata does."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefdata.evidence import gather, link
from prefdata.models import ImageRules
from prefdata.records import KINDS
from prefdata.sources.imports.image_store import ImageStore
from prefdata.sources.imports.intake import Intake

Row = dict[str, Any]


def as_lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(name, rows) → path. The name's ending decides: .parquet, .json (one array), else JSON lines; .gz packs."""

    def write(name: str, rows: list[Row] | pa.Table) -> Path:
        path = tmp_path / name
        if ".parquet" in path.suffixes:
            pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), path)
            return path
        content = json.dumps(rows, ensure_ascii=False).encode() if ".json" in path.suffixes else as_lines(rows)
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    return write


@dataclass(frozen=True)
class Imported:
    """What a file gave: records as plain rows, without what is absent; `places` are the lines of each kind."""

    format: str
    prompt: list[Row]
    candidate: list[Row]
    rating: list[Row]
    vote: list[Row]
    places: dict[str, list[int]]

    def pairs(self) -> list[tuple[Row, Row, Row, str]]:
        """(prompt, a, b, winner) of every vote."""
        prompts = {row["prompt_id"]: row for row in self.prompt}
        candidates = {(row["prompt_id"], row["candidate_id"]): row for row in self.candidate}
        return [
            (prompts[p], candidates[p, vote["a"]], candidates[p, vote["b"]], vote["winner"])
            for vote in self.vote
            for p in [vote["prompt_id"]]
        ]


@pytest.fixture
def read() -> Callable[..., Imported]:
    """read(path) → Imported, through detection, checks and joining; fails at a bad row."""

    def read(path: Path, linked: bool = False) -> Imported:
        intake = Intake(path, path.name)
        evidence = gather(intake.chunks())
        tables = {kind: getattr(link(evidence) if linked else evidence, kind).to_pylist() for kind in KINDS}
        places = {kind: [row["line"] for row in rows] for kind, rows in tables.items()}
        return Imported(intake.format, places=places, **{kind: [plain(r) for r in tables[kind]] for kind in KINDS})

    return read


@pytest.fixture
def read_prompts(tmp_path: Path) -> Callable[..., list[Row]]:
    """read_prompts(path, question) → the prompts in it; its `intake` tells how it went."""

    def read(path: Path, question: str | None = None, on_bad_row: str = "fail") -> list[Row]:
        images = ImageStore(path if path.is_dir() else path.parent, ImageRules(), tmp_path / "kept")
        intake = Intake(path, path.name, "prompt", on_bad_row, question, images)
        read.intake = intake  # type: ignore[attr-defined]
        return [plain(row) for _, table in intake.chunks() for row in table.to_pylist()]

    return read


def plain(row: Row) -> Row:
    """A record as its author would have written it."""
    kept = {name: value for name, value in row.items() if value is not None and name not in ("file", "line")}
    return {name: json.loads(value) if name in ("tags", "origin") else value for name, value in kept.items()}
