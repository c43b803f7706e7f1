"""Prompts → their clusters, without a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prefdata.dedup.clusters import clusters
from prefdata.dedup.folding import compared
from prefdata.dedup.gathered import Gathered, gather
from prefdata.dedup.likeness import Likeness, likeness
from prefdata.dedup.pictures import Fingerprint
from prefdata.dedup.settings import Dedup
from prefdata.dedup.signatures import Found, table

Messages = Sequence[Mapping[str, Any]]


def user(*texts: str, system: str | None = None) -> list[dict[str, str]]:
    """Turns of a user, with an answer between each two."""
    turns = [{"role": "user" if n % 2 == 0 else "assistant", "content": text} for n, text in enumerate(texts)]
    return [*([{"role": "system", "content": system}] if system else []), *turns]


def signed(
    folder: Path,
    prompts: Mapping[str, str | Messages],
    pictures: Mapping[str, Sequence[Fingerprint]] | None = None,
    overlaps: Mapping[str, tuple[str, str]] | None = None,
    embeddings: Mapping[str, bytes] | None = None,
    by_shingles: bool = True,
    shards: int = 1,
) -> list[Path]:
    """The signatures of prompts, in one file or in several."""
    paths = []
    for shard in range(shards):
        names = list(prompts)[shard::shards]
        said = [compared(user(text) if isinstance(text := prompts[name], str) else text) for name in names]
        shown = [(pictures or {}).get(name, ()) for name in names]
        given = [[(known or {}).get(name) for name in names] for known in (embeddings, overlaps)]
        paths.append(folder / f"signatures-{shard}.parquet")
        pq.write_table(table(pa.array(names, pa.string()), said, Found(shown, *given), by_shingles), paths[-1])
    return paths


def found(paths: list[Path], compared: Sequence[str] = (), **settings: Any) -> tuple[Gathered, Likeness, pd.DataFrame]:
    gathered = gather(paths, pa.array(compared, pa.string()))
    alike = likeness(gathered, Dedup(**settings))
    return gathered, alike, clusters(gathered, alike)


def sets_of_five(text: str) -> set[str]:
    """The shingles of a folded text, spelt out."""
    return {text[at : at + 5] for at in range(len(text) - 4)} or {text}


def true_jaccard(a: str, b: str) -> float:
    one, other = sets_of_five(a), sets_of_five(b)
    return len(one & other) / len(one | other)
