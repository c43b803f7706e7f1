"""Time the select step on many candidate pairs with quotas over strata, a mix of difficulties and length control.

    python tests/benchmarks/selection_speed.py [--pairs 1000000] [--plan]

The pairs are made up as the label step writes them, four a prompt; the step runs in a process of its own and writes
what it always writes. Prints its seconds, the peak memory of the process, and by how many points shares are off. --plan
adds a policy to the config and quotas that the pairs are short of, so that the plan is made for all prompts as well.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml

from prefdata.config import load
from prefdata.plan import Step, job
from prefdata.run import run_step
from prefdata.shards import RunDir, write_table
from prefdata.steps import selecting

KINDS = {"reasoning": 0.3, "description": 0.25, "dialogue": 0.25, "creative": 0.2}
THERE = {"reasoning": 0.2, "description": 0.4, "dialogue": 0.25, "creative": 0.15}
QUOTAS = {
    "task": KINDS,
    "rejected_source": {"sample": 0.5, "inject": 0.3, "alter": 0.2},
    "error_type": {"hallucination": 0.3, "none": 0.5},
    "length": {"short": 0.2, "medium": 0.5, "long": 0.3},
    "evidence": {"models": 0.7, "both": 0.3},
}
RULES = {
    "max_pairs_per_prompt": None,
    "min_probability": 0.5,
    "quotas": QUOTAS,
    "difficulty": {"easy": 0.15, "moderate": 0.6, "hard": 0.25},
    "length": {"gold": 0.55, "by": "task"},
}
SHORT = {"task": {"reasoning": 0.6}}  # what the pairs are short of
EDGES = ((0, 1), (0, 2), (1, 2), (2, 3))


def config(folder: Path, with_plan: bool) -> Path:
    model = {"base_url": "http://127.0.0.1:9/v1", "model": "m"}
    live = {"prompts": {"path": "prompts.parquet"}, "policies": [{"name": "policy", **model}]}
    rules = {**RULES, "quotas": SHORT if with_plan else QUOTAS}
    sections = live if with_plan else {"inputs": [{"path": "prompts.parquet"}]}
    judges = [{"name": "rubric", "kind": "pointwise", **model}]
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump({**sections, "judges": judges, "selection": rules}), encoding="utf-8")
    return path


def prompts(count: int) -> pa.Table:
    pick = np.random.default_rng(0)
    ids = pa.array([f"prompt-{n:08d}" for n in range(count)])
    texts = pa.array([json.dumps({"task": str(task)}) for task in pick.choice([*THERE], count, p=[*THERE.values()])])
    asked = [[{"role": "user", "content": "What is there?"}]] * count
    return pa.table({"prompt_id": ids, "messages": asked, "tags": texts})


def comparisons(asked: pa.Table, count: int) -> pa.Table:
    """As many as there are to be, four a prompt; label, votes and traits by chance."""
    pick, prompt = np.random.default_rng(1), np.arange(count) // len(EDGES)
    low, high = np.array(EDGES)[np.arange(count) % len(EDGES)].T
    theta = pick.normal(size=(len(asked), 4))
    gap = theta[prompt, low] - theta[prompt, high]
    probability, a_wins = 1 / (1 + np.exp(-gap)), gap > 0
    names = np.array([f"policy@0.7#{n}" for n in range(4)], object)
    sources, errors = (
        np.array(values, object)[pick.integers(0, len(values), (len(asked), 4))]
        for values in (["sample", "inject", "alter"], [None, None, "hallucination", "other"])
    )
    chars, logp = pick.integers(20, 1600, (len(asked), 4)), pick.normal(-1, 0.3, (len(asked), 4))
    judges = [
        [{"judge": "rubric", "a": 1, "b": 0, "tie": 0}],
        [{"judge": "rubric", "a": 1, "b": 0, "tie": 0}, {"judge": "Ann", "a": 1, "b": 0, "tie": 0}],
    ]
    nothing = pa.nulls(count, pa.string())
    columns = {
        "prompt_id": asked["prompt_id"].take(prompt), "a": names[low], "b": names[high], "votes": np.full(count, 2),
        "wins_a": 2 * a_wins, "wins_b": 2 * ~a_wins, "ties": np.zeros(count, int), "both_bad": np.zeros(count, int),
        "weight_a": 2.0 * a_wins, "weight_b": 2.0 * ~a_wins, "weight_tie": np.zeros(count),
        "label": np.where(a_wins, "a", "b").astype(object), "probability": probability,
        "strength": np.abs(2 * probability - 1), "theta_a": theta[prompt, low], "theta_b": theta[prompt, high],
        "handling": nothing, "obstacle": nothing, "obstacle_detail": nothing,
        "judges": pa.array(judges).take(pa.array(pick.integers(0, 2, count))),
        **{f"{name}_{side}": nothing for name in ("failed", "below", "unrated") for side in "ab"},
        **{f"{name}_{side}": values[prompt, at] for side, at in (("a", low), ("b", high)) for name, values in (
            ("source", sources), ("error", errors), ("chars", chars), ("logp", logp))},
        **{f"quality_{side}": pa.nulls(count, pa.float64()) for side in "ab"},
        "tags": asked["tags"].take(prompt), "tag_origin": pa.repeat("{}", count), "view": pa.repeat("", count),
        "dimensions": pa.repeat('{"overall":1.0}', count),
    }  # fmt: skip
    return pa.table(
        {
            name: value if isinstance(value, pa.Array | pa.ChunkedArray) else pa.array(value)
            for name, value in columns.items()
        }
    )


def prepare(folder: Path, count: int, with_plan: bool) -> Path:
    """A run whose inputs are imported and whose pairs are labelled."""
    asked = prompts(count // len(EDGES))
    write_table(folder / "prompts.parquet", asked)
    path = config(folder, with_plan)
    work = job(load(path), RunDir(folder / "run"))
    run_step(work, Step("import", 0, 1, "made"))
    write_table(work.folder("label", 0) / "comparisons.parquet", comparisons(asked, count))
    return path


def select(path: Path) -> None:
    """Run the step, and print what it took as JSON."""
    work = job(load(path), RunDir(path.parent / "run"))
    begun, worked = time.perf_counter(), time.process_time()
    manifest = selecting.run(work, Step("select", 0, 1, "timed"))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    coverage = manifest.facts["coverage"]
    off = max((abs(row["points"]) for row in coverage["shares"]), default=0.0)
    over = max((row["after"] - row["gold"] for row in coverage["lengths"] if row["after"] is not None), default=0.0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gaps = {f"{gap['margin']}={gap['value']}": gap["missing"] for gap in coverage["gaps"]}
    told = {"seconds": seconds, "cpu": cpu, "peak_mib": peak, "pairs": coverage["pairs"], "able": coverage["able"]}
    print(json.dumps({**told, "off": off, "longer_over": over, "gaps": gaps, "plan": coverage["plan"]}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--plan", action="store_true", help="quotas that are short, and the plan to fill them")
    parser.add_argument("--timed", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.timed:
        select(options.timed)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = prepare(Path(folder), options.pairs, options.plan)
        command = [sys.executable, __file__, "--timed", str(path)]
        small = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}  # as `prefdata build` has it
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=small).stdout)
    print("{able:,} pairs that could be taken, {pairs:,} taken".format(**told))
    print("{seconds:.1f} s ({cpu:.1f} s of CPU), peak {peak_mib:,.0f} MiB".format(**told))
    print(f"largest deviation of a share {told['off']:.2f} points, of the longer ones {100 * told['longer_over']:+.2f}")
    if told["gaps"]:
        print(f"gaps {told['gaps']}; the plan: {told['plan']}")


if __name__ == "__main__":
    main()
