"""A finished data set in the formats of other tools, one JSON file a split."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prefdata.shards import RunDir

Row = dict[str, Any]


class Writer(NamedTuple):
    """`rows` turns one triplet into any number of rows of the other format."""

    summary: str
    rows: Callable[[Row], list[Row]]
    several_turns: bool = True  # can it hold responses that bring earlier turns of their own?


def _trl(row: Row) -> list[Row]:
    return [{name: row[name] for name in ("prompt", "chosen", "rejected")}]


def _kto(row: Row) -> list[Row]:
    """Unpaired rows for KTO: each completion with its desirability."""
    return [
        {"prompt": row["prompt"], "completion": row[side], "label": side == "chosen"} for side in ("chosen", "rejected")
    ]


SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def _llama_factory(row: Row) -> list[Row]:
    """sharegpt style with `ranking: true`."""
    turns = [{"from": SPEAKERS[m["role"]], "value": m["content"]} for m in row["prompt"]]
    return [
        {
            "conversations": turns,
            **{side: {"from": "gpt", "value": row[side][0]["content"]} for side in ("chosen", "rejected")},
        }
    ]


def _openai(row: Row) -> list[Row]:
    """OpenAI's preference fine-tuning rows."""
    return [
        {
            "input": {"messages": row["prompt"]},
            "preferred_output": row["chosen"],
            "non_preferred_output": row["rejected"],
        }
    ]


FORMATS = {
    "trl": Writer("JSONL {prompt, chosen, rejected} as message lists (TRL, Axolotl, ms-swift)", _trl),
    "kto": Writer("JSONL {prompt, completion, label}: unpaired rows for KTO", _kto),
    "llama_factory": Writer(
        "JSONL in sharegpt style and its dataset_info.json, for stage: dpo", _llama_factory, several_turns=False
    ),
    "openai": Writer(
        "JSONL {input, preferred_output, non_preferred_output} for OpenAI's DPO fine-tuning",
        _openai,
        several_turns=False,
    ),
}


class Written(NamedTuple):
    """`left_out` counts pairs whose responses bring turns of their own, which the format cannot hold."""

    path: Path
    rows: int
    left_out: int


def export(run: RunDir, name: str, out: Path) -> Iterator[Written]:
    """Write every split. Images are written beside as files and named by path."""
    from prefdata.shards import write_json, writing

    names = {}
    for split, parts in _splits(run).items():
        path = out / f"{split}.jsonl"
        with writing(path) as temporary:
            rows, left_out = _write(temporary, (row for part in parts for row in _rows(part)), FORMATS[name], out)
        names[split] = path.name
        yield Written(path, rows, left_out)
    if name == "llama_factory":
        write_json(
            out / "dataset_info.json", {f"prefdata_{split}": _dataset_info(file) for split, file in names.items()}
        )


def _splits(run: RunDir) -> dict[str, list[Path]]:
    parts: dict[str, list[Path]] = {}
    for path in sorted(run.dataset.glob("*.parquet")):
        parts.setdefault(path.name.split("-")[0], []).append(path)
    return parts


def _rows(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(batch_size=1024):
        yield from batch.to_pylist()


def _write(path: Path, triplets: Iterator[Row], writer: Writer, out: Path) -> tuple[int, int]:
    count = left_out = 0
    with open(path, "w", encoding="utf-8") as handle:
        for triplet in triplets:
            if not writer.several_turns and len(triplet["chosen"]) + len(triplet["rejected"]) > 2:
                left_out += 1
                continue
            images = {"images": [_image(image, out) for image in triplet["images"]]} if triplet.get("images") else {}
            for row in writer.rows(triplet):
                handle.write(json.dumps({**row, **images}, ensure_ascii=False) + "\n")
                count += 1
    return count, left_out


def _image(image: Row, out: Path) -> str:
    """Write an image once, named by its content; returns the path relative to `out`."""
    import hashlib

    name = f"images/{hashlib.sha256(image['bytes']).hexdigest()[:16]}{Path(image['path']).suffix}"
    (out / "images").mkdir(parents=True, exist_ok=True)
    if not (out / name).exists():
        (out / name).write_bytes(image["bytes"])
    return name


def _dataset_info(file: str) -> Row:
    columns = {"messages": "conversations", "chosen": "chosen", "rejected": "rejected", "images": "images"}
    return {"file_name": file, "formatting": "sharegpt", "ranking": True, "columns": columns}
