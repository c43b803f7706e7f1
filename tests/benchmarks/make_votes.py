"""Write a Parquet file of random votes: `python tests/benchmarks/make_votes.py OUT --prompts 200000`.

Each prompt has five candidates with hidden strengths and gets ten votes on random pairs by three
judges; a tenth of the votes are ties.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CANDIDATES, VOTES, JUDGES = 5, 10, 3


def votes(prompts: int, seed: int, own_ids: bool) -> pa.Table:
    """A table of vote rows; `own_ids` gives every candidate an id of its own instead of c0 … c4."""
    rng = np.random.default_rng(seed)
    rows = prompts * VOTES
    prompt = np.repeat(np.arange(prompts), VOTES)
    a = rng.integers(0, CANDIDATES, rows)
    b = (a + rng.integers(1, CANDIDATES, rows)) % CANDIDATES
    strength = rng.normal(size=(prompts, CANDIDATES))
    wins = rng.random(rows) < 1 / (1 + np.exp(strength[prompt, b] - strength[prompt, a]))
    winner = np.where(rng.random(rows) < 0.1, "tie", np.where(wins, "a", "b"))
    names = [
        np.char.add(np.char.add(prompt.astype(str), "-c"), side.astype(str))
        if own_ids
        else np.char.add("c", side.astype(str))
        for side in (a, b)
    ]
    return pa.table(
        {
            "prompt_id": np.char.add("prompt-", prompt.astype(str)),
            "a": names[0],
            "b": names[1],
            "winner": winner,
            "judge": np.char.add("judge-", rng.integers(0, JUDGES, rows).astype(str)),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--prompts", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--own-ids", action="store_true", help="an id of its own for every candidate")
    options = parser.parse_args()
    pq.write_table(votes(options.prompts, options.seed, options.own_ids), options.out)


if __name__ == "__main__":
    main()
