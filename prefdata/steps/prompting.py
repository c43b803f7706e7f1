"""The imported prompts of a shard with all that is known of them, in order of their ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from prefdata.claims.sight import Box, Seen
from prefdata.evidence import checked, gather
from prefdata.plan import Job, imported_of
from prefdata.questions import Given, Prompt
from prefdata.shards import read_table
from prefdata.sources.styles import STYLE
from prefdata.steps.labelling import imported_chunks

AT_ONCE = 256  # rows that are Python objects at a time


def prompt_ids(job: Job, shard: int | None = None) -> set[str]:
    """The ids of a shard's prompts, or of all."""
    shards = range(job.shards) if shard is None else [shard]
    names = [name for part in shards for name in imported_of(job, part) if "/prompt-" in name]
    return {
        found for name in names for found in read_table(job.run.path / name, ["prompt_id"])["prompt_id"].to_pylist()
    }


def check_imported(job: Job, shards: list[int]) -> None:
    """Find doubles and references to nothing before anything is paid for. Raises InputError."""
    for shard in shards:
        checked(gather(imported_chunks(job, shard)), job.config.on_bad_row)


def prompts(job: Job, shard: int) -> Iterator[Prompt]:
    """Of prompts with one id the first, with its first candidates of each id, and a picture of one before it."""
    seen: dict[str, Path] = {}  # the two pictures that were met last
    for prompt in _prompts(job, shard):
        others = [seen[name] for name in seen if name not in prompt.images]
        yield replace(prompt, other_image=others[-1]) if others else prompt
        seen = dict([*{**seen, **prompt.images}.items()][-2:])


def _prompts(job: Job, shard: int) -> Iterator[Prompt]:
    records = gather(imported_chunks(job, shard))
    found = groupby(_sorted(records.prompt), lambda row: row["prompt_id"])
    candidates = groupby(_sorted(records.candidate), lambda row: row["prompt_id"])
    at, rows = next(candidates, (None, iter(())))
    for name, same in found:
        while at is not None and at < name:  # candidates of a prompt that is not there
            at, rows = next(candidates, (None, iter(())))
        own = list(rows) if at == name else []
        yield _prompt(job, next(same), own)


def _sorted(table: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows by prompt_id, those of one prompt as they came; few are Python objects at a time."""
    ids = table["prompt_id"].cast(pa.binary())  # in the order of bytes, whatever the locale
    order = pc.sort_indices(
        pa.table({"id": ids, "at": pa.array(range(len(table)))}), [("id", "ascending"), ("at", "ascending")]
    )
    for start in range(0, len(table), AT_ONCE):
        yield from table.take(order[start : start + AT_ONCE]).to_pylist()


def _prompt(job: Job, row: dict[str, Any], candidates: list[dict[str, Any]]) -> Prompt:
    given: dict[str, Given] = {}
    for candidate in candidates:
        given.setdefault(candidate["candidate_id"], _given(candidate))
    units = tuple(tuple(unit) for unit in row.get("units") or ())
    tags = json.loads(row["tags"] or "{}")
    style = tags.get(STYLE) if job.config.styles else None
    reference, objects = row.get("reference"), _objects(row.get("objects"))
    known = Prompt(row["prompt_id"], row["messages"], *_images(job, row), given, reference, units, style, objects)
    return replace(known, tags=frozenset(tags))


def _objects(rows: list[dict[str, Any]] | None) -> tuple[Seen, ...] | None:
    """What is in the image in truth; None where nobody said."""
    if rows is None:
        return None
    return tuple(Seen(row["name"].strip().lower(), 1.0, _box(row), _attributes(row)) for row in rows)


def _box(row: dict[str, Any]) -> Box | None:
    x0, y0, x1, y1 = row["box"] or [None] * 4
    return None if x0 is None else (x0, y0, x1, y1)


def _attributes(row: dict[str, Any]) -> frozenset[str] | None:
    return None if row["attributes"] is None else frozenset(row["attributes"])


def _given(row: dict[str, Any]) -> Given:
    origin = json.loads(row["origin"] or "{}")
    source, style = origin.get("source") or "import", origin.get("style")
    return Given(row["text"], source, style, row["finish"], tuple(row["context"] or ()))


def _images(job: Job, row: dict[str, Any]) -> tuple[dict[str, Path], dict[str, str], tuple[str, ...]]:
    """A prompt's readable images by hash, where they come from, and their order; others are named at selection."""
    images: dict[str, Path] = {}
    shown: list[str] = []
    addresses: dict[str, str] = {}
    for place in ((row["file"], name) for name in row["images"] or []):
        if job.images.trouble(*place) is None:
            path = job.images.path(*place)
            known = f"sha256:{job.run.digest(path)}"
            images[known] = path
            shown.append(known)
            if address := job.images.address(*place):
                addresses[known] = address
    return images, addresses, tuple(shown)
