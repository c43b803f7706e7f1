"""A finished data set in the formats of other tools, one JSON file a split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prefdata.errors import PrefdataError

if TYPE_CHECKING:
    from prefdata.shards import RunDir

Row = dict[str, Any]


class Writer(NamedTuple):
    """`rows` turns the triplets of one prompt into rows of the other format."""

    summary: str
    rows: Callable[[list[Row]], list[Row]]
    several_turns: bool = True  # can it hold responses that bring earlier turns of their own?
    images: bool = True  # can it hold images?

    def holds(self, triplet: Row) -> bool:
        turns = len(triplet["chosen"]) + len(triplet["rejected"])
        return (self.several_turns or turns == 2) and (self.images or not triplet.get("images"))


def _trl(triplets: list[Row]) -> list[Row]:
    return [{name: row[name] for name in ("prompt", "chosen", "rejected")} for row in triplets]


def _kto(triplets: list[Row]) -> list[Row]:
    """Unpaired rows for KTO: each response once, desirable if it was chosen more often than rejected.

    A response that was chosen as often as rejected says nothing and is left out.
    """
    balance: Counter[str] = Counter()
    responses: dict[str, list[Row]] = {}
    for row in triplets:
        for side, sign in (("chosen", 1), ("rejected", -1)):
            balance[row[f"{side}_id"]] += sign
            responses[row[f"{side}_id"]] = row[side]
    prompt = triplets[0]["prompt"]
    return [{"prompt": prompt, "completion": responses[c], "label": sign > 0} for c, sign in balance.items() if sign]


SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def _llama_factory(triplets: list[Row]) -> list[Row]:
    """sharegpt style with `ranking: true`; every image has its <image> mark, the missing ones at the start."""
    return [
        {"conversations": _conversation(row), **{side: _answer(row[side]) for side in ("chosen", "rejected")}}
        for row in triplets
    ]


def _conversation(row: Row) -> list[Row]:
    turns = [{"from": SPEAKERS[message["role"]], "value": message["content"]} for message in row["prompt"]]
    marked = sum(turn["value"].count("<image>") for turn in turns)
    asked = next((turn for turn in turns if turn["from"] == "human"), turns[0])
    asked["value"] = "<image>" * (len(row.get("images") or []) - marked) + asked["value"]
    return turns


def _answer(turns: list[Row]) -> Row:
    return {"from": "gpt", "value": turns[0]["content"]}


def _openai(triplets: list[Row]) -> list[Row]:
    """OpenAI's preference fine-tuning rows."""
    return [
        {
            "input": {"messages": row["prompt"]},
            "preferred_output": row["chosen"],
            "non_preferred_output": row["rejected"],
        }
        for row in triplets
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
        images=False,
    ),
}


class Written(NamedTuple):
    """`left_out` counts pairs that the format cannot hold."""

    path: Path
    rows: int
    left_out: int


def export(run: RunDir, name: str, out: Path) -> Iterator[Written]:
    """Write every split into an empty folder. Images are written beside as files and named by path."""
    from prefdata.shards import write_json, writing

    if out.exists() and any(out.iterdir()):
        raise PrefdataError(f"{out} is not empty. To mend it: choose a new folder for --out.")
    names = {}
    for split, parts in _splits(run).items():
        path = out / f"{split}.jsonl"
        with writing(path) as temporary:
            rows, left_out = _write(temporary, (row for part in parts for row in _rows(part)), FORMATS[name], out)
        names[split] = path.name
        yield Written(path, rows, left_out)
    if name == "llama_factory":
        described = {f"prefdata_{split}": _dataset_info(file) for split, file in names.items()}
        write_json(out / "dataset_info.json", described)


def _splits(run: RunDir) -> dict[str, list[Path]]:
    """The data set's files by split, as the manifest lists them."""
    from prefdata.shards import read_json

    parts: dict[str, list[Path]] = {}
    for name in sorted(read_json(run.manifest)["outputs"]):
        if name.endswith(".parquet") and name.startswith("dataset/"):
            parts.setdefault(Path(name).name.split("-")[0], []).append(run.path / name)
    return parts


def _rows(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=1024):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        remedy = "run `prefdata build` again, which makes it anew"
        raise PrefdataError(
            f"{path} is damaged or missing ({str(error).splitlines()[0]}). To mend it: {remedy}."
        ) from None


def _write(path: Path, triplets: Iterator[Row], writer: Writer, out: Path) -> tuple[int, int]:
    count = left_out = 0
    with open(path, "w", encoding="utf-8") as handle:
        for _, group in groupby(triplets, key=lambda triplet: triplet["prompt_id"]):
            all_of_prompt = list(group)
            held = [triplet for triplet in all_of_prompt if writer.holds(triplet)]
            left_out += len(all_of_prompt) - len(held)
            for row in _with_images(writer, held, out):
                handle.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    return count, left_out


def _with_images(writer: Writer, triplets: list[Row], out: Path) -> list[Row]:
    """The rows of one prompt; all share its images."""
    if not triplets:
        return []
    images = [_image(image, out) for image in triplets[0].get("images") or []]
    return [{**row, "images": images} if images else row for row in writer.rows(triplets)]


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
