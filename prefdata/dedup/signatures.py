"""By what prompts are compared, as a table of a row each: it is made shard by shard and read for all at once.

- text, turns: the folded turns, and how many these are
- exact, frame, numbers: hashes of the text, of what surrounds it, and of the numbers in it
- minhash: 128 numbers, null if nothing but equal texts is sought
- images: the fingerprint of each picture
- embedding: half floats, null if there is none
- contaminated, overlap: the benchmark file that has the prompt, and what they have in common, or null
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from prefdata.dedup.folding import Compared
from prefdata.dedup.minhash import PERMUTATIONS, signatures
from prefdata.dedup.pictures import COLOURS, Fingerprint

PICTURE = pa.struct([("file", pa.uint64()), ("hash", pa.uint64()), ("colours", pa.binary(COLOURS))])
SIGNATURE = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("text", pa.string()),
        ("turns", pa.int32()),
        ("exact", pa.uint64()),
        ("frame", pa.uint64()),
        ("numbers", pa.uint64()),
        ("minhash", pa.binary(4 * PERMUTATIONS)),
        ("images", pa.list_(PICTURE)),
        ("embedding", pa.binary()),
        ("contaminated", pa.string()),
        ("overlap", pa.string()),
    ]
)


class Found(NamedTuple):
    """What is known of prompts beside their words, an entry each; overlaps: (benchmark file, what is in common)."""

    pictures: Sequence[Sequence[Fingerprint]]
    embeddings: Sequence[bytes | None]
    overlaps: Sequence[tuple[str, str] | None]


def table(prompt_ids: pa.Array, said: Sequence[Compared], found: Found, by_shingles: bool) -> pa.Table:
    """The signatures of prompts. by_shingles: whether texts that are alike are sought, and not equal ones alone."""
    texts = [each.text for each in said]
    columns = {
        "prompt_id": prompt_ids,
        "text": texts,
        "turns": [each.turns for each in said],
        "exact": [_hash(text) for text in texts],
        "frame": [_hash(each.frame) for each in said],
        "numbers": [_hash(each.numbers) for each in said],
        "minhash": [row.tobytes() for row in signatures(texts)] if by_shingles else [None] * len(texts),
        "images": [[_picture(each) for each in pictures] for pictures in found.pictures],
        "embedding": found.embeddings,
        "contaminated": [each and each[0] for each in found.overlaps],
        "overlap": [each and each[1] for each in found.overlaps],
    }
    return pa.table({name: pa.array(values, SIGNATURE.field(name).type) for name, values in columns.items()})


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _picture(found: Fingerprint) -> dict[str, int | bytes | None]:
    return {"file": found.file, "hash": found.hash, "colours": found.colours or None}
