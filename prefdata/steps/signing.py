"""What tells prompts of all shards that are nearly the same: signatures when labelling, clusters when selecting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from prefdata.dedup.benchmarks import items
from prefdata.dedup.clusters import clusters
from prefdata.dedup.folding import Compared, compared, folded
from prefdata.dedup.gathered import gather
from prefdata.dedup.likeness import likeness
from prefdata.dedup.overlap import Benchmarks
from prefdata.dedup.pictures import Fingerprint, fingerprint
from prefdata.dedup.settings import Dedup
from prefdata.dedup.signatures import SIGNATURE, Found, table
from prefdata.keys import short_key
from prefdata.plan import Job
from prefdata.shards import read_table
from prefdata.sources.styles import STYLE

if TYPE_CHECKING:
    import pandas as pd

SIGNATURES = "signatures.parquet"
AT_ONCE = 8192


def signatures_of(job: Job, prompts: pa.Table, candidates: pa.Table) -> pa.Table | None:
    """By what a shard's prompts are compared; None where the config asks for no comparison."""
    settings = job.config.dedup
    if settings is None:
        return None
    spoilt = _spoilt(settings, prompts, candidates)
    parts = [prompts.slice(start, AT_ONCE) for start in range(0, len(prompts), AT_ONCE)]
    return pa.concat_tables([SIGNATURE.empty_table(), *(_signed(job, settings, part, spoilt) for part in parts)])


def clusters_of(job: Job, shards: int) -> pd.DataFrame | None:
    """Of every prompt: `cluster` (the least id of those that belong together), `twin_of` (the prompt of which it is
    another copy, or None), `contaminated` (the benchmark that has it and how much of it, or None) and `benchmark` (its
    name alone); index: prompt_id."""
    if job.config.dedup is None:
        return None
    folders = [job.folder("label", shard) for shard in range(shards)]
    voted = [pc.unique(read_table(folder / "comparisons.parquet", ["prompt_id"])["prompt_id"]) for folder in folders]
    found = gather([folder / SIGNATURES for folder in folders], pa.concat_arrays(voted))
    return clusters(found, likeness(found, job.config.dedup))


def _signed(job: Job, settings: Dedup, prompts: pa.Table, spoilt: dict[str, tuple[str, str]]) -> pa.Table:
    rows = prompts.select(["prompt_id", "messages", "images", "tags", "file"]).to_pylist()
    said = [_compared(job, row) for row in rows]
    pictures = [_fingerprints(job, settings, row) for row in rows]
    overlaps = _overlaps(settings, said, pictures)
    told = [overlap or spoilt.get(row["prompt_id"]) for overlap, row in zip(overlaps, rows, strict=True)]
    found = Found(pictures, _embeddings(settings, rows, said), told)
    return table(prompts["prompt_id"].combine_chunks(), said, found, settings.text is not None)


def _compared(job: Job, row: dict[str, Any]) -> Compared:
    """The prompt's words without the style that was asked for; its name tells the prompts of two styles apart."""
    styles = job.config.styles
    style = json.loads(row["tags"] or "{}").get(STYLE) if styles else None
    return compared(row["messages"], (style, styles.instructions[style]) if styles and style else None)


def _fingerprints(job: Job, settings: Dedup, row: dict[str, Any]) -> list[Fingerprint]:
    return [_fingerprint(job, settings, row["file"], name) for name in row["images"] or []]


def _fingerprint(job: Job, settings: Dedup, file: str, name: str) -> Fingerprint:
    """One that cannot be looked at is known by its bytes, or by its name."""
    path = job.images.found(file, name)
    if path is None:
        return Fingerprint(int(short_key(file, name), 16))
    digest = job.run.digest(path)
    if settings.image is None or job.images.trouble(file, name):
        return Fingerprint(int(digest[:16], 16))
    return fingerprint(path, digest)


def _embeddings(settings: Dedup, rows: list[dict[str, Any]], said: Sequence[Compared]) -> Sequence[bytes | None]:
    if settings.embedding is None:
        return [None] * len(rows)
    from prefdata.providers.local.embedding import encoder

    return encoder(settings.embedding, settings.revision).embed([each.text for each in said])


def _overlaps(
    settings: Dedup, said: Sequence[Compared], pictures: Sequence[Sequence[Fingerprint]]
) -> list[tuple[str, str] | None]:
    """The benchmark that has each prompt, and what of it."""
    if not settings.against:
        return [None] * len(said)
    known = _benchmarks(settings)
    found = known.of_texts([each.text for each in said], [bool(shown) for shown in pictures], asks=True)
    seen = [known.of_pictures(shown) if shown else None for shown in pictures]
    texts = [overlap and (overlap.benchmark, overlap.what) for overlap in found]
    return [text or (name and (name, "a picture of it")) or None for text, name in zip(texts, seen, strict=True)]


def _spoilt(settings: Dedup, prompts: pa.Table, candidates: pa.Table) -> dict[str, tuple[str, str]]:
    """Prompts of which a candidate has too much of a benchmark: which one, and how much."""
    if not settings.against or not len(candidates):
        return {}
    images = prompts["images"].cast(pa.list_(pa.string()))
    shown = prompts.filter(pc.greater(pc.list_value_length(images), 0))["prompt_id"]
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(candidates), AT_ONCE):
        part = candidates.slice(start, AT_ONCE)
        pictured = pc.is_in(part["prompt_id"], shown.combine_chunks()).to_pylist()
        names = zip(part["prompt_id"].to_pylist(), part["candidate_id"].to_pylist(), strict=True)
        overlaps = _benchmarks(settings).of_texts([folded(text) for text in part["text"].to_pylist()], pictured, False)
        for (prompt, candidate), overlap in zip(names, overlaps, strict=True):
            if overlap:
                found.setdefault(prompt, (overlap.benchmark, f"{overlap.what} of candidate {candidate}"))
    return found


@lru_cache(1)
def _benchmarks(settings: Dedup) -> Benchmarks:
    """Read once for all shards that one process labels; the settings have the files' hashes."""
    given = zip(settings.names, settings.against, strict=True)
    return Benchmarks([(name, items(path)) for name, path in given], settings.overlap, settings.image)
