"""Time the search for prompts that are nearly the same, and see what it finds of those that were planted.

    python tests/benchmarks/dedup_speed.py [--prompts 1000000] [--shards 20] [--kind mixed | arithmetic | preamble]

mixed: words by Zipf's law, a fifth of the prompts from templates, a tenth edited copies of another prompt, with J from
0.5 to 1. arithmetic: one template with two numbers. preamble: nothing but near copies of one long text.
Prints the seconds of both steps, the peak memory, and of the planted pairs the share that is found (by true J ≥ 0.8),
and of all prompts with 2 000 others, compared in full, the share found and the share that is rightly found.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from prefdata.dedup.buckets import Pairs
from prefdata.dedup.clusters import clusters
from prefdata.dedup.folding import compared
from prefdata.dedup.gathered import gather
from prefdata.dedup.jaccard import jaccard
from prefdata.dedup.likeness import likeness
from prefdata.dedup.settings import Dedup
from prefdata.dedup.signatures import Found, table

TEMPLATES = ("what is the capital city of {}", "write a short poem about {} and {}", "translate this into french: {}")
SHARE, SAMPLE = 0.1, 2_000


class Words:
    """Made up words, the frequent ones short."""

    def __init__(self, rng: np.random.Generator, size: int = 40_000) -> None:
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        lengths = np.minimum(2 + np.log2(np.arange(1, size + 1)) * rng.uniform(0.3, 0.9, size), 14).astype(int)
        self.rng, self.words = rng, ["".join(rng.choice(letters, length)) for length in lengths]
        chance = 1 / np.arange(1, size + 1)
        self.edges = np.cumsum(chance / chance.sum())

    def draw(self, count: int) -> list[str]:
        return [
            self.words[at] for at in np.searchsorted(self.edges, self.rng.random(count)).clip(0, len(self.words) - 1)
        ]


def mixed(rng: np.random.Generator, count: int) -> Iterator[tuple[str, int]]:
    """(text, number of the prompt that it is an edited copy of, or -1)."""
    words, made = Words(rng), []
    for number in range(count):
        kind = rng.random()
        if kind < SHARE and number:
            of = int(rng.integers(max(0, number - 50_000), number))
            made.append(_edited(words, made[of]))
            yield made[-1], of
            continue
        long = words.draw(int(rng.integers(8, 60)))
        template = TEMPLATES[number % len(TEMPLATES)]
        made.append(template.format(*words.draw(2)) if kind < SHARE + 0.2 else " ".join(long))
        yield made[-1], -1


def _edited(words: Words, text: str) -> str:
    """Some words replaced: J lies between about 0.5 and 1."""
    parts = text.split()
    for at in words.rng.integers(0, len(parts), int(words.rng.integers(0, max(2, len(parts) // 5)))):
        parts[at] = words.draw(1)[0]
    return " ".join(parts)


def arithmetic(rng: np.random.Generator, count: int) -> Iterator[tuple[str, int]]:
    return (("what is the sum of {} and {}".format(*rng.integers(1000, 9999, 2)), -1) for _ in range(count))


def preamble(rng: np.random.Generator, count: int) -> Iterator[tuple[str, int]]:
    words = Words(rng)
    long = " ".join(words.draw(120))
    return ((f"{long} {' '.join(words.draw(3))}", 0 if number else -1) for number in range(count))


def sign(
    texts: Iterator[tuple[str, int]], count: int, shards: int, folder: Path
) -> tuple[list[Path], np.ndarray, float]:
    """The signatures' files, what each prompt is a copy of, and the seconds that signing took."""
    seconds, paths, copies = 0.0, [], np.empty(count, np.int64)
    for shard, numbers in enumerate(np.array_split(np.arange(count), shards)):
        rows = [next(texts) for _ in numbers]
        copies[numbers] = [of for _, of in rows]
        begin = time.perf_counter()
        said = [compared([{"role": "user", "content": text}]) for text, _ in rows]
        ids, nothing = pa.array([f"p{number:08d}" for number in numbers]), [None] * len(rows)
        paths.append(folder / f"{shard}.parquet")
        pq.write_table(table(ids, said, Found([[]] * len(rows), nothing, nothing), True), paths[-1])
        seconds += time.perf_counter() - begin
    return paths, copies, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--kind", choices=("mixed", "arithmetic", "preamble"), default="mixed")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    settings, rng = Dedup(), np.random.default_rng(options.seed)
    made = {"mixed": mixed, "arithmetic": arithmetic, "preamble": preamble}[options.kind](rng, options.prompts)
    with tempfile.TemporaryDirectory() as folder:
        paths, copies, signing = sign(made, options.prompts, options.shards, Path(folder))
        begin = time.perf_counter()
        found = gather(paths, pa.array([], pa.string()))
        alike = likeness(found, settings)
        frame = clusters(found, alike)
        seconds = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{options.prompts:,} prompts  signed in {signing:.1f} s, compared in {seconds:.1f} s, peak {peak:.0f} MiB"
        )
        sizes = frame["cluster"].value_counts()
        print(
            f"{len(alike.pairs.a):,} pairs alike; {frame['twin_of'].notna().sum():,} left out; largest {sizes.max():,}"
        )
        planted(found, frame, copies)
        in_full(found, frame, rng)


def planted(found, frame, copies: np.ndarray) -> None:
    """Of the pairs that were made alike, how many are in one cluster."""
    b = np.flatnonzero(copies >= 0)
    if not len(b):
        return
    texts = found.texts(np.arange(len(copies)))
    true = jaccard(texts, Pairs(copies[b], b))
    code = frame["cluster"].astype("category").cat.codes.to_numpy()
    together = code[copies[b]] == code[b]
    for least, most in ((0.8, 0.85), (0.85, 0.9), (0.9, 1.01)):
        band = (true >= least) & (true < most)
        if not band.any():
            continue
        print(f"planted J {least}–{min(most, 1)}: {together[band].mean():.4f} of {band.sum():,} in one cluster")


def in_full(found, frame, rng: np.random.Generator) -> None:
    """A sample of prompts against all: which are alike in truth, and which in clusters or as twins."""
    texts = found.texts(np.arange(len(frame)))
    own = rng.choice(len(frame), min(SAMPLE, len(frame)), replace=False)
    sample = [texts[row] for row in own]
    a, b = np.triu_indices(len(sample), 1)
    true = jaccard(sample, Pairs(a, b)) >= 0.8
    code = frame["cluster"].astype("category").cat.codes.to_numpy()[own]
    together = code[a] == code[b]
    share = together[true].mean() if true.any() else 1.0
    print(f"sample of {len(own):,} in full: {true.sum():,} pairs alike, {share:.4f} of them in one cluster")
    kept = frame["twin_of"].notna().to_numpy().nonzero()[0]
    kept = rng.choice(kept, min(20_000, len(kept)), replace=False) if len(kept) else kept
    place = {name: row for row, name in enumerate(frame.index)}
    with_ = np.array([place[name] for name in frame["twin_of"].to_numpy()[kept]], np.int64)
    right = jaccard(texts, Pairs(np.minimum(kept, with_), np.maximum(kept, with_))) >= 0.8
    print(f"of {len(kept):,} prompts left out, {right.mean() if len(kept) else 1:.4f} have J ≥ 0.8 with their twin")


if __name__ == "__main__":
    main()
