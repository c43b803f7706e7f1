"""The signatures of all shards as arrays, in the order in which prompts are kept rather than left out.

That order: first those that no benchmark has, then those that were compared (another one would be kept for nothing),
then by id. So nothing depends on how many shards there are, or on the order of the inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from prefdata.dedup.hamming import Looks
from prefdata.dedup.pictures import COLOURS
from prefdata.dedup.shingles import ODD, mixed

LIGHT = ["prompt_id", "turns", "exact", "frame", "numbers", "images", "contaminated", "overlap"]


class Pictures:
    """The pictures of prompts [N]: `look` numbers the distinct ones, those of one prompt after those of another, and
    `first` says where each prompt's begin [N + 1]."""

    def __init__(self, images: pa.ListArray) -> None:
        flat = images.flatten()
        known = flat.field("hash").is_valid().to_numpy(zero_copy_only=False)
        file, hashes = (flat.field(name).fill_null(0).to_numpy() for name in ("file", "hash"))
        empty = bytes(COLOURS)
        rows = [colours or empty for colours in flat.field("colours").to_pylist()]
        colours = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, COLOURS)
        _, one, look = np.unique(_identity(file, hashes, known, colours), return_index=True, return_inverse=True)
        self.looks = Looks(hashes[one], known[one], colours[one])
        self.look = look.astype(np.int64)
        self.first = np.concatenate([[0], np.cumsum(pc.list_value_length(images).fill_null(0).to_numpy())])

    @property
    def counts(self) -> np.ndarray:
        """How many each prompt has [N]."""
        return np.diff(self.first)

    @property
    def owner(self) -> np.ndarray:
        """The prompt of each picture."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def coded(self, code: np.ndarray) -> np.ndarray:
        """A number for the codes of each prompt's pictures in their order, uint64 [N]; 0 without pictures.

        code: one for each look [looks]."""
        place = np.arange(len(self.look)) - self.first[self.owner]
        sums = np.zeros(len(self.first) - 1, np.uint64)
        np.add.at(sums, self.owner, mixed(mixed(code[self.look]) + (place + 1).astype(np.uint64) * ODD))
        return sums


def _identity(file: np.ndarray, hashes: np.ndarray, known: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """What tells distinct pictures: the fingerprint, or the file where there is nothing else."""
    seen = mixed(hashes)
    for part in np.ascontiguousarray(colours).view(np.uint64).T:
        seen = mixed(seen + part)
    return np.where(known, seen, mixed(file))


@dataclass
class Gathered:
    """ids, contaminated, overlap: strings or null [N]; turns: int32 [N]; exact, frame, numbers: uint64 [N].

    minhash: uint32 [N, 128], or None; embedding: float16 [N, width], zeros where there is none, or None."""

    paths: Sequence[Path]
    place: np.ndarray  # of each row of the files, in their order
    ids: pa.Array
    turns: np.ndarray
    exact: np.ndarray
    frame: np.ndarray
    numbers: np.ndarray
    pictures: Pictures
    contaminated: pa.Array
    overlap: pa.Array
    minhash: np.ndarray | None = None
    embedding: np.ndarray | None = None

    def texts(self, rows: np.ndarray) -> list[str]:
        """The folded texts of some prompts. rows: rising."""
        found: list[str] = [""] * len(rows)
        for place, batch in _batches(self.paths, "text", self.place):
            at = np.searchsorted(rows, place)
            wanted = np.flatnonzero(rows[np.minimum(at, len(rows) - 1)] == place) if len(rows) else rows
            for row, text in zip(at[wanted].tolist(), batch.take(pa.array(wanted)).to_pylist(), strict=True):
                found[row] = text
        return found


def gather(paths: Sequence[Path], compared: pa.Array) -> Gathered:
    """paths: tables of signatures; compared: the ids of the prompts of which candidates were compared."""
    light = pa.concat_tables([pq.read_table(path, columns=LIGHT) for path in paths])
    order = _order(light, compared)
    light = light.take(order).combine_chunks()
    place = np.empty(len(light), np.int64)
    place[order.to_numpy()] = np.arange(len(light))
    return Gathered(
        paths=paths,
        place=place,
        ids=light["prompt_id"].combine_chunks(),
        turns=light["turns"].to_numpy(),
        exact=light["exact"].to_numpy(),
        frame=light["frame"].to_numpy(),
        numbers=light["numbers"].to_numpy(),
        pictures=Pictures(light["images"].combine_chunks()),
        contaminated=light["contaminated"].combine_chunks(),
        overlap=light["overlap"].combine_chunks(),
        minhash=_matrix(paths, "minhash", place, np.uint32),
        embedding=_matrix(paths, "embedding", place, np.float16),
    )


def _order(light: pa.Table, compared: pa.Array) -> pa.Array:
    ids = light["prompt_id"]
    keys = {
        "contaminated": light["contaminated"].is_valid().cast(pa.int8()),
        "compared": pc.is_in(ids, compared).cast(pa.int8()),
        "id": ids.cast(pa.binary()),  # in the order of bytes, whatever the locale
    }
    return pc.sort_indices(
        pa.table(keys), [("contaminated", "ascending"), ("compared", "descending"), ("id", "ascending")]
    )


def _matrix(paths: Sequence[Path], column: str, place: np.ndarray, kind: type) -> np.ndarray | None:
    """A column of numbers as bytes [N, numbers], or None where it is null throughout."""
    found: np.ndarray | None = None
    for rows, batch in _batches(paths, column, place):
        there = np.flatnonzero(batch.is_valid().to_numpy(zero_copy_only=False))
        if not len(there):
            continue
        numbers = b"".join(batch.take(pa.array(there)).to_pylist())
        values: np.ndarray = np.frombuffer(numbers, kind).reshape(len(there), -1)
        if found is None:
            found = np.zeros((len(place), values.shape[1]), kind)
        found[rows[there]] = values
    return found


def _batches(paths: Sequence[Path], column: str, place: np.ndarray) -> Iterator[tuple[np.ndarray, pa.Array]]:
    """A column, some rows at a time, with their places."""
    start = 0
    for path in paths:
        for batch in pq.ParquetFile(path).iter_batches(columns=[column]):
            yield place[start : start + len(batch)], batch.column(0)
            start += len(batch)
