"""Identity: canonical JSON and sha256. Nothing else in prefdata decides what is the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and no NaN: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def key(value: object) -> str:
    """sha256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def short_key(*parts: str) -> str:
    """Twelve hex digits of the sha256 over `parts`; for ids derived from content."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def file_key(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def fraction(prompt_id: str, seed: int) -> float:
    """A number in [0, 1) that depends on the prompt's id and the seed alone, the same everywhere."""
    digest = hashlib.blake2b(f"{seed}\x1f{prompt_id}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def partition(prompt_ids: Iterable[str], parts: int) -> list[int]:
    """The shard (0 .. parts-1) of each prompt."""
    return [int.from_bytes(hashlib.blake2b(i.encode(), digest_size=4).digest(), "big") % parts for i in prompt_ids]
