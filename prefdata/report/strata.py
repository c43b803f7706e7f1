"""Strata: how the prompts spread over the values of their tags."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow as pa


def strata(tags: pa.Array) -> dict[str, dict[str, int]]:
    """How many prompts each value of each tag has."""
    counts: dict[str, Counter[str]] = {}
    for text, number in Counter(tags.to_pylist()).items():
        for tag, value in json.loads(text or "{}").items():
            counts.setdefault(tag, Counter())[value] += number
    return {tag: dict(sorted(values.items())) for tag, values in sorted(counts.items())}
